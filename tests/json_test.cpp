#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <random>
#include <string>

#include "render/ascii.hpp"
#include "render/json.hpp"
#include "support/error_message.hpp"
#include "support/machine_use.hpp"
#include "support/text.hpp"
#include "support/timelines.hpp"

namespace overlap {
namespace {

using Json = nlohmann::json;
using test::contains;

TEST_SUITE_BEGIN("json");

// What parse_run() says against a document; empty when it takes it.
std::string complaint(const std::string& text) {
    return test::error_message<RunFormatError>([&] { parse_run(text); });
}

TEST_CASE("a run comes back from JSON as it was") {
    const Run run = test::three_calls();
    CHECK(parse_run(render_json(run)) == run);
}

TEST_CASE("random runs come back as they were, and so do their pictures") {
    std::mt19937_64 random(5);
    for (int i = 0; i < (test::sanitized ? 50 : 500); ++i) {
        const Run run = test::random_run(random);
        const Run again = parse_run(render_json(run));
        REQUIRE(again == run);
        for (const int width : {40, 80, 120}) {
            REQUIRE(render_ascii(again, {.width = width}) == render_ascii(run, {.width = width}));
        }
    }
}

TEST_CASE("how long slow readers held the server up is kept, and has a row only where they did") {
    Run run = test::three_calls();
    CHECK_FALSE(contains(render_ascii(run, {.width = 80}), "server stalled"));
    run.ways[1].server->stalled = 123'000'000;
    CHECK(parse_run(render_json(run)) == run);
    CHECK(contains(render_ascii(run, {.width = 80}),
                   "server stalled, sum             -        123ms            -"));
}

TEST_CASE("the document names its schema and holds the derived numbers") {
    const Json document = Json::parse(render_json(test::three_calls()));
    CHECK(document["schema"] == "overlap.run/1");
    CHECK(document["ways"][0]["metrics"]["makespan_ns"] == 605'000'000);
    CHECK(document["ways"][1]["metrics"]["in_flight_peak"] == 3);
    CHECK(document["ways"][1]["metrics"]["speedup"].get<double>() == doctest::Approx(605.0 / 203.0));
    CHECK(document["ways"][0]["heartbeat"].is_null());
    CHECK(document["why"].is_array());
}

TEST_CASE("text that is not UTF-8 does not stop a run from being written") {
    Run run = test::three_calls();
    run.ways[0].timeline.lanes[0].error = "caf\xe9";
    CHECK_NOTHROW(parse_run(render_json(run)));
}

TEST_CASE("a document cut anywhere is refused with one line") {
    const std::string text = render_json(test::three_calls());
    for (std::size_t size = 0; size + 2 < text.size(); size += test::sanitized ? 70 : 7) {
        const std::string words = complaint(text.substr(0, size));
        REQUIRE_MESSAGE(!words.empty(), size);
        REQUIRE_MESSAGE(words.find('\n') == std::string::npos, words);
    }
}

TEST_CASE("foreign documents are refused with what was expected") {
    CHECK(contains(complaint(""), "not JSON"));
    CHECK(contains(complaint("[1, 2]"), "overlap.run/1"));
    CHECK(contains(complaint("{}"), "overlap.run/1"));
    CHECK(contains(complaint(R"({"schema": "overlap.run/2"})"), "overlap.run/2"));
    CHECK(contains(complaint(R"({"schema": 7})"), "run.schema is 7, expected a string"));
    CHECK(contains(complaint(R"({"schema": "overlap.run/1"})"), "no \"demo\""));
}

TEST_CASE("every value out of place is refused with its path") {
    const Json good = Json::parse(render_json(test::three_calls()));
    const auto with = [&](const char* pointer, Json value) {
        Json document = good;
        document[Json::json_pointer(pointer)] = std::move(value);
        return complaint(document.dump());
    };
    CHECK(contains(with("/ways/0/spans/1/lane", 3), "ways[0].spans[1].lane is 3"));
    CHECK(contains(with("/ways/0/spans/1/lane", -1), "lane is -1"));
    CHECK(contains(with("/ways/0/spans/1/state", "asleep"), "expected one of queued, waiting"));
    CHECK(contains(with("/ways/0/spans/1/outcome", nullptr), "expected a string"));
    CHECK(contains(with("/ways/0/spans/1/begin_ns", 1.5), "begin_ns is 1.5"));
    CHECK(contains(with("/ways/0/spans/1/end_ns", 0), "end_ns is 0"));
    CHECK(contains(with("/ways/0/spans/1/end_ns", 18446744073709551615U), "end_ns is 18446744073709551615"));
    CHECK(contains(with("/ways/0/spans/1/end_ns", 9'000'000'000'000'000'000), "expected a whole number"));
    CHECK(contains(with("/ways/0/way", "threads"), "expected one of sequential, coroutines, pool"));
    CHECK(contains(with("/ways/1/way", "sequential"), "a second \"sequential\""));
    CHECK(contains(with("/ways/0/interrupted", "no"), "expected true or false"));
    CHECK(contains(with("/ways/0/usage", 1), "expected an object"));
    CHECK(contains(with("/ways", Json::object()), "expected an array"));
    CHECK(contains(with("/machine/cores", "two"), "machine.cores"));
    CHECK(contains(with("/machine/versions/asio", 1), "machine.versions.asio"));
    CHECK(contains(with("/seed", -1), "seed is -1"));
}

TEST_CASE("every field that is left out is missed") {
    const Json good = Json::parse(render_json(test::three_calls()));
    for (const char* pointer :
         {"/demo", "/title", "/knobs", "/urls", "/seed", "/interrupted", "/machine", "/ways", "/next"}) {
        Json document = good;
        document.erase(std::string(pointer).substr(1));
        CHECK_MESSAGE(contains(complaint(document.dump()), std::string(pointer).substr(1)), pointer);
    }
    for (const auto& [key, value] : good["ways"][0].items()) {
        if (key == "metrics") continue;  // derived
        if (key == "variant" || key == "part_of" || key == "result" || key == "pool")
            continue;  // older documents have none
        Json document = good;
        document["ways"][0].erase(key);
        CHECK_MESSAGE(contains(complaint(document.dump()), key), key);
    }
}

TEST_CASE("spans of one task that overlap are refused") {
    Json document = Json::parse(render_json(test::three_calls()));
    document["ways"][0]["spans"][1]["lane"] = 0;
    document["ways"][0]["spans"][1]["begin_ns"] = 1;
    CHECK(contains(complaint(document.dump()), "overlapping spans in lane 0"));
}

TEST_CASE("derived values in a document are not believed") {
    Json document = Json::parse(render_json(test::three_calls()));
    document["ways"][0]["metrics"]["makespan_ns"] = 1;
    document["why"] = "because";
    CHECK(parse_run(document.dump()) == test::three_calls());
}

}  // namespace
}  // namespace overlap
