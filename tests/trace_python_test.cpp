// The Python programs of docs/python, under `overlap trace`.
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "support/tracing.hpp"

namespace overlap::test {
namespace {

TEST_SUITE_BEGIN("trace_python");

// A Python that has the package; empty where there is none.
std::string python_with(const std::string& package) {
    for (const std::string& python : {program_named("python3"), std::string("/usr/bin/python3")}) {
        if (python.empty()) continue;
        if (trace_of({python, "-c", "import " + package}).ended.code == 0) return python;
    }
    return "";
}

// What the server saw of one of the programs; null, and said to be passed over, where its package is missing.
Json seen_of_program(const std::string& package, const std::string& program, const Words& arguments = {}) {
    const std::string python = python_with(package);
    if (python.empty()) {
        MESSAGE("passed over " << program << ": no python3 here has the package " << package);
        return nullptr;
    }
    const std::string path = OVERLAP_SOURCE_DIR "/docs/python/" + program;
    const Traced traced = trace_of(Words{python, path} + arguments);
    CAPTURE(traced.ended.err);
    CHECK(traced.ended.code == 0);
    Json seen = seen_of(traced);
    CHECK(seen.at("metrics").at("tasks").at("done") == seen.at("server").at("requests"));
    return seen;
}

int peak(const Json& seen) { return seen.at("metrics").at("in_flight_peak").get<int>(); }
int connections(const Json& seen) { return seen.at("server").at("connections").get<int>(); }
int requests(const Json& seen) { return seen.at("server").at("requests").get<int>(); }

TEST_CASE("requests in a loop: one at a time, each on a connection of its own") {
    const Json seen = seen_of_program("requests", "requests_loop.py");
    if (seen.is_null()) return;
    CHECK(requests(seen) == 3);
    CHECK(peak(seen) == 1);
    CHECK(connections(seen) == 3);
}

TEST_CASE("httpx and aiohttp with gather: all at once") {
    for (const auto& [package, program] :
         {std::pair{"httpx", "httpx_gather.py"}, std::pair{"aiohttp", "aiohttp_gather.py"}}) {
        const Json seen = seen_of_program(package, program);
        if (seen.is_null()) continue;
        CAPTURE(program);
        CHECK(requests(seen) == 3);
        CHECK(peak(seen) == 3);
        CHECK(connections(seen) == 3);
    }
}

TEST_CASE("one client per request opens a connection per request, one for all opens one") {
    const Json own = seen_of_program("httpx", "client_per_request.py");
    if (own.is_null()) return;
    CHECK(requests(own) == 3);
    CHECK(peak(own) == 1);
    CHECK(connections(own) == 3);
    const Json shared = seen_of_program("httpx", "client_per_request.py", {"shared"});
    CHECK(requests(shared) == 3);
    CHECK(peak(shared) == 1);
    CHECK(connections(shared) == 1);
}

TEST_CASE("to_thread: as many at once as there are workers") {
    for (const int workers : {2, 4}) {
        const Json seen = seen_of_program("requests", "to_thread.py", {std::to_string(workers)});
        if (seen.is_null()) return;
        CHECK(requests(seen) == 8);
        CHECK(peak(seen) > 1);
        CHECK(peak(seen) <= workers);
    }
}

TEST_CASE("many calls: at once with one client, or in turn with a client for each") {
    for (const std::string& package : Words{"httpx", "aiohttp"}) {
        CAPTURE(package);
        const Json shared = seen_of_program(package, "many_calls.py", {package, "shared", "5"});
        if (shared.is_null()) continue;
        CHECK(requests(shared) == 5);
        CHECK(peak(shared) == 5);
        const Json each = seen_of_program(package, "many_calls.py", {package, "each", "3"});
        CHECK(peak(each) == 1);
        CHECK(connections(each) == 3);
        const Json in_turn = seen_of_program(package, "many_calls.py", {package, "in-turn", "3"});
        CHECK(peak(in_turn) == 1);
        CHECK(connections(in_turn) == 1);
    }
}

}  // namespace
}  // namespace overlap::test
