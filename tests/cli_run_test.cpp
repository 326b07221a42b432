// What a demo shows of its run.
#include <doctest/doctest.h>

#include <algorithm>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cli/options.hpp"
#include "support/calls_under_way.hpp"
#include "support/cli.hpp"
#include "support/process.hpp"
#include "support/serving.hpp"
#include "support/text.hpp"

namespace overlap::test {
namespace {

TEST_SUITE_BEGIN("cli_run");

TEST_CASE("api draws three panels and says nothing on standard error") {
    const Ended ended = run({"api", "--latency", "20ms"});
    check_done(ended);
    for (const char* caption : {"\nSequential", "\nCoroutines", "\nThread pool"})
        CHECK(contains(ended.out, caption));
    CHECK(count_of(ended.out, "\nTotal: ") == 3);
    CHECK(count_of(ended.out, "\nTask1:") == 3);
    CHECK(count_of(ended.out, "\nTask3:") == 3);
    CHECK(count_of(ended.out, "\nLoop:") == 1);
    CHECK(contains(ended.out, "\nTime:"));
    CHECK(ended.out.ends_with('\n'));
}

TEST_CASE("only the overlapping ways have three calls in flight, and the server saw the same") {
    const Json document = run_as_json({"api", "--latency", "250ms"});
    CHECK(document["schema"] == "overlap.run/1");
    CHECK(document["demo"] == "api");
    REQUIRE(document["ways"].size() == 3);
    const Words ways{"sequential", "coroutines", "pool"};
    const std::vector<int> peaks{1, 3, 3};
    for (std::size_t i = 0; i < 3; ++i) {
        const Json& way = document["ways"][i];
        CHECK(way["way"] == ways[i]);
        CHECK(way["metrics"]["in_flight_peak"] == peaks[i]);
        CHECK(way["server"]["peak_in_flight"] == peaks[i]);
        CHECK(way["server"]["requests"] == 3);
        CHECK(way["metrics"]["tasks"]["done"] == 3);
        CHECK(way["metrics"]["tasks"]["failed"] == 0);
        CHECK(way["metrics"]["latency_min_ns"] >= 250'000'000);
        CHECK(way["makespans_ns"].size() == 1);
        CHECK(way["interrupted"] == false);
    }
}

TEST_CASE("a pool has no more in flight than it has workers") {
    const Json document = run_as_json({"api", "--tasks", "10", "--workers", "4", "--latency", "100ms"});
    REQUIRE(document["ways"].size() == 3);
    CHECK(document["ways"][0]["metrics"]["in_flight_peak"] == 1);
    CHECK(document["ways"][1]["metrics"]["in_flight_peak"] == 10);
    CHECK(document["ways"][2]["metrics"]["in_flight_peak"] <= 4);
    CHECK(document["ways"][2]["server"]["peak_in_flight"] <= 4);
    CHECK(document["ways"][2]["usage"]["threads"] <= 4);
    CHECK(document["ways"][2]["workers"] == 4);
    for (const Json& way : document["ways"]) CHECK(way["metrics"]["tasks"]["done"] == 10);
}

TEST_CASE("--way chooses the ways, and gives them in one order") {
    const auto ways_of = [](const Words& options) {
        Words ways;
        const Json document = run_as_json(Words{"api", "--latency", "1ms"} + options);
        for (const Json& way : document["ways"]) ways.push_back(way["way"]);
        return ways;
    };
    CHECK(ways_of({"--way", "coroutines"}) == Words{"coroutines"});
    CHECK(ways_of({"--way", "sequential,pool"}) == Words{"sequential", "pool"});
    CHECK(ways_of({"--way", "pool,coroutines,pool,sequential"}) == Words{"sequential", "coroutines", "pool"});
    const Ended ended = run({"api", "--latency", "1ms", "--way", "coroutines"});
    check_done(ended);
    CHECK(count_of(ended.out, "\nTotal: ") == 1);
    CHECK_FALSE(contains(ended.out, "\nSequential"));
}

TEST_CASE("--repeat shows the median of all repeats") {
    const Ended ended = run({"api", "--repeat", "3", "--latency", "10ms"});
    check_done(ended);
    CHECK(count_of(ended.out, "median of 3") == 3);
    const Json document = run_as_json({"api", "--repeat", "3", "--latency", "10ms"});
    for (const Json& way : document["ways"]) {
        std::vector<std::int64_t> makespans = way["makespans_ns"];
        REQUIRE(makespans.size() == 3);
        std::sort(makespans.begin(), makespans.end());
        CHECK(way["metrics"]["makespan_ns"] == makespans[1]);
    }
}

TEST_CASE("--as-in-notes gives the notes' numbers, which other options still change") {
    const CommandSpec* api = find_command("api");
    REQUIRE(api != nullptr);
    const Invocation notes = parse_arguments(*api, {"--as-in-notes"});
    CHECK(notes.run->settings.get("tasks") == 3);
    CHECK(notes.run->settings.get("latency") == 2'000'000'000);
    for (const Words& arguments :
         {Words{"--tasks", "5", "--as-in-notes"}, Words{"--as-in-notes", "--tasks", "5"}}) {
        const Invocation both = parse_arguments(*api, arguments);
        CHECK(both.run->settings.get("tasks") == 5);
        CHECK(both.run->settings.get("latency") == 2'000'000'000);
    }
}

TEST_CASE("--plain prints one fact a line, fields apart by tabs") {
    const Ended ended = run({"api", "--latency", "5ms", "--plain"});
    check_done(ended);
    for (const std::string& line : lines_of(ended.out)) {
        CAPTURE(line);
        CHECK(contains(line, "\t"));
    }
    CHECK(count_of(ended.out, "\ttask\t") == 9);
    CHECK(contains(ended.out, "\nsequential\tin_flight_peak\t1\n"));
}

TEST_CASE("a long wait is announced, and is no error") {
    Process process(Launch{.arguments = {"api", "--latency", "60s"}});
    const pid_t server = wait_for_calls(process, 1);
    process.signal(SIGINT);
    const Ended ended = process.wait(long_before_that);
    CHECK(ended.code == 130);
    CHECK(ended.err.starts_with("overlap: "));
    CHECK(is_one_line(ended.err));
    CHECK(contains(ended.err, "--way"));
    CHECK(ends_soon(server));
}

TEST_CASE("what a foreign server saw is left out, not invented") {
    const Serving serving({"--latency", "20ms"});
    const Json document = run_as_json({"api", "--url", serving.url + "/"});
    CHECK(document["urls"] == Json{serving.url + "/"});
    REQUIRE(document["ways"].size() == 3);
    for (const Json& way : document["ways"]) {
        CHECK(way["server"].is_null());
        CHECK(way["metrics"]["tasks"]["done"] == 3);
        CHECK(way["metrics"]["latency_min_ns"] >= 20'000'000);
    }
    const Ended ended = run({"api", "--url", serving.url + "/"});
    check_done(ended);
    CHECK_FALSE(contains(ended.out, "server saw"));
    CHECK(contains(ended.out, serving.url));
}

}  // namespace
}  // namespace overlap::test
