// `overlap claims`: the real binary, with claims that are quick to test.
#include <doctest/doctest.h>

#include <csignal>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>

#include "support/calls_under_way.hpp"
#include "support/cli.hpp"
#include "support/machine_use.hpp"
#include "support/process.hpp"
#include "support/screen.hpp"
#include "support/text.hpp"

namespace overlap::test {
namespace {

TEST_SUITE_BEGIN("cli_claims");

const Words two_quick_ones{"claims", "--quick", "--only", "three-calls,not-awaited"};

// It never calls the claim false for how busy the machine is, and says nothing on standard error.
void check_tested(const Ended& ended) {
    CAPTURE(ended.out);
    CHECK(ended.err == "");
    CHECK((ended.code == 0 || (ended.code == 1 && contains(ended.out, "does_not_hold"))));
}

TEST_CASE("--list names every claim, and runs nothing") {
    const Ended ended = run({"claims", "--list"});
    check_done(ended);
    for (const char* name : {"three-calls", "hundred-calls", "blocked-loop", "httpx-above-30"})
        CHECK(contains(ended.out, std::string(name) + "\n"));
    CHECK_FALSE(contains(ended.out, "This machine showed"));
    const Json document = run_as_json({"claims", "--list"});
    CHECK(document.at("claims").size() >= 15);
    CHECK(document.at("claims")[0].at("tests")[0].get<std::string>().starts_with("overlap "));
    CHECK(contains(run({"claims", "--list", "--plain", "--only", "few-users"}).out, "claim\tfew-users\t"));
    for (const char* width : {"40", "80", "120"})
        CHECK(widest_line(run({"claims", "--list", "--width", width}).out) <= std::stoi(width));
}

TEST_CASE("--only tests those, in the order of the table") {
    const Ended ended = run(Words{"claims", "--quick", "--plain", "--only", "not-awaited,three-calls"});
    check_tested(ended);
    const std::size_t calls = ended.out.find("claim\tthree-calls\t");
    const std::size_t awaited = ended.out.find("claim\tnot-awaited\tholds\t");
    CHECK(calls != std::string::npos);
    CHECK(awaited != std::string::npos);
    CHECK(calls < awaited);
    CHECK(count_of(ended.out, "claim\t") == 2);
    CHECK(contains(ended.out, "the server counted 0 requests without await, 3 with it"));
}

TEST_CASE("--json gives a whole document") {
    const Ended ended = run(two_quick_ones + Words{"--json"});
    check_tested(ended);
    REQUIRE(Json::accept(ended.out));
    const Json document = Json::parse(ended.out);
    CHECK(document.at("schema") == "overlap.claims/1");
    CHECK(document.at("quick") == true);
    CHECK(document.at("interrupted") == false);
    CHECK(document.at("asked") == 2);
    REQUIRE(document.at("claims").size() == 2);
    const Json& claim = document.at("claims")[1];
    CHECK(claim.at("name") == "not-awaited");
    CHECK(claim.at("verdict") == "holds");
    CHECK(claim.at("tries") == 1);
    CHECK(claim.at("took_ns").get<std::int64_t>() > 0);
    CHECK(document.at("machine").at("cores").get<int>() >= 1);
}

TEST_CASE("the full run says first how long it will take") {
    const Ended ended = run({"claims", "--only", "not-awaited", "--plain"});
    CHECK(ended.code == 0);
    CHECK(contains(ended.err, "overlap: 1 claim with the notes' own numbers, about 2.00s; --quick"));
    CHECK(is_one_line(ended.err));
}

TEST_CASE("a name that is none is refused, with the nearest that is one") {
    check_refused(run({"claims", "--only", "tree-calls"}), 2,
                  {"'tree-calls'", "did you mean 'three-calls'?"});
    check_refused(run({"claims", "--only", ""}), 2, {"--only"});
    check_refused(run({"claims", "--quick", "--json", "--plain"}), 2, {"--plain", "--json"});
    check_refused(run({"claims", "three-calls"}), 2, {"three-calls"});
    check_refused(run({"claims", "--quik"}), 2, {"did you mean '--quick'?"});
}

TEST_CASE("Ctrl-C in the middle of a claim gives a whole document, and leaves no process behind") {
    for (const int number : {SIGINT, SIGTERM}) {
        Process process(Launch{.arguments = {"claims", "--json", "--only", "hundred-calls"}});
        const pid_t server = wait_for_calls(process, 1);
        process.signal(number);
        const Ended ended = process.wait(long_before_that);
        CHECK(ended.code == 130);
        CHECK_FALSE(is_alive(server));
        REQUIRE(Json::accept(ended.out));
        const Json document = Json::parse(ended.out);
        CHECK(document.at("interrupted") == true);
        CHECK(document.at("asked") == 1);
        CHECK(document.at("claims").empty());
    }
}

TEST_CASE("Ctrl-C at a terminal shows what was tested by then, and no progress line") {
    Process process(
        Launch{.arguments = {"claims", "--quick", "--only", "two-tasks,hundred-calls"}, .terminal = true});
    process.read_until("claim 2 of 2: hundred-calls");
    process.type("\x03");
    const Ended ended = process.wait(long_before_that);
    CHECK(ended.code == 130);
    const std::string screen = screen_after(ended.out);
    CHECK(contains(screen, "two-tasks:"));
    CHECK(contains(screen, "Interrupted: 1 of 2 were tested."));
    CHECK_FALSE(contains(screen, "claim 2 of 2"));
}

TEST_CASE("where no thread can be started any more, that claim is not run, and the table is not lost") {
    if (sanitized) return;  // which stand in the same place
    const Ended ended = run(Launch{
        .arguments = {"claims", "--quick", "--plain", "--only", "three-calls,threads-match,not-awaited"},
        .environment = {"LD_PRELOAD=" OVERLAP_REFUSE_THREADS}});
    check_tested(ended);
    CHECK(contains(ended.out, "claim\tthree-calls\t"));
    CHECK(contains(ended.out, "claim\tthreads-match\tnot_run\t"));
    CHECK(contains(ended.out, "claim\tnot-awaited\tnot_run\tno thread can be started"));
}

TEST_CASE("a limit of ours is not taken for a library's") {
    const Ended ended =
        run(Launch{.arguments = {"claims", "--quick", "--plain", "--only", "httpx-fails-at-300"},
                   .wrapper = {"prlimit", "--nofile=100:100"}});
    CHECK(ended.code == 0);
    CHECK(contains(ended.out, "not run"));
    CHECK(contains(ended.out, "300 calls at once need about 364 open files"));
}

TEST_CASE("the command under a Python claim names the interpreter that was found") {
    const Json document = run_as_json({"claims", "--quick", "--only", "python-client-each"});
    const Json& claim = document.at("claims")[0];
    if (claim.at("measured").get<std::string>().starts_with("no python3 here")) return;
    for (const Json& line : claim.at("tests")) {
        const auto text = line.get<std::string>();
        CAPTURE(text);
        const std::size_t begin = text.find(" -- ") + 4;
        const std::string python = text.substr(begin, text.find(' ', begin) - begin);
        CHECK((python == "python3" || python == "/usr/bin/python3"));
        CHECK(std::system((python + " -c 'import httpx' >/dev/null 2>&1").c_str()) == 0);
    }
}

TEST_CASE("where there is no Python, the claims about it are not run, and that is no failure") {
    // Without PATH there is no python3 to find but the system's: one without packages, or none.
    const Ended ended =
        run(Launch{.arguments = {"claims", "--quick", "--plain", "--only", "python-client-each"},
                   .environment = {"PYTHONHOME=/nonexistent"}});
    CHECK(ended.code == 0);
    CHECK(ended.err == "");
    CHECK(contains(ended.out, "claim\tpython-client-each\tnot_run\tno python3 here has the package httpx"));
}

}  // namespace
}  // namespace overlap::test
