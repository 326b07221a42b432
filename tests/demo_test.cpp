#include <doctest/doctest.h>

#include <iterator>
#include <memory>
#include <string>

#include "demo/runner.hpp"
#include "demos/demos.hpp"
#include "support/files.hpp"
#include "support/server_thread.hpp"
#include "support/stopped_run.hpp"
#include "support/text.hpp"
#include "timeline/error.hpp"
#include "timeline/metrics.hpp"
#include "timeline/units.hpp"

namespace overlap {
namespace {

TEST_SUITE_BEGIN("demo");

RunOptions options_for(const Demo& demo) {
    RunOptions options{Settings(demo.knobs)};
    options.ways.assign(std::begin(all_ways), std::end(all_ways));
    options.workers = 3;
    options.program = OVERLAP_BINARY;
    options.settings.set("latency", 50 * ms);
    return options;
}

TEST_CASE("api: one at a time, all at once, and at most as many as there are workers; both ends agree") {
    RunOptions options = options_for(api);
    options.settings.set("tasks", 7);
    options.settings.set("latency", 100 * ms);
    const Run run = run_demo(api, options);
    REQUIRE(run.ways.size() == 3);
    const int expected[] = {1, 7, 3};
    for (std::size_t i = 0; i < 3; ++i) {
        const WayRun& way = run.ways[i];
        CAPTURE(name_of(way.way));
        CHECK(in_flight_peak(way.timeline) == expected[i]);
        REQUIRE(way.server.has_value());
        CHECK(way.server->peak_in_flight == expected[i]);
        CHECK(way.server->requests == 7);
        CHECK(way.server->connections == 7);
        CHECK(outcomes_of(summarize_tasks(way.timeline)).done == 7);
        CHECK_FALSE(way.interrupted);
    }
    CHECK(run.ways[0].usage.threads == 1);
    CHECK(run.ways[1].usage.threads == 1);
    CHECK(run.ways[2].usage.threads == 3);
    CHECK(run.ways[1].heartbeat.has_value());
    CHECK_FALSE(run.ways[0].heartbeat.has_value());
}

TEST_CASE("no task is quicker than the server lets it be") {
    const Run run = run_demo(api, options_for(api));
    for (const WayRun& way : run.ways) {
        for (const TaskSummary& task : summarize_tasks(way.timeline)) CHECK(task.latency() >= 50 * ms);
    }
    CHECK(makespan(run.ways[0].timeline) >= 150 * ms);
}

TEST_CASE("repeats take turns, and the middle one is shown") {
    RunOptions options = options_for(api);
    options.settings.set("latency", 1 * ms);
    options.repeat = 3;
    std::string order;
    options.observer.way_begins = [&](const Variant& variant, int, int, const std::atomic<int>&) {
        order += name_of(variant.way)[0];
    };
    const Run run = run_demo(api, options);
    CHECK(order == "scpscpscp");
    for (const WayRun& way : run.ways) {
        REQUIRE(way.makespans.size() == 3);
        std::vector<Nanoseconds> sorted = way.makespans;
        std::sort(sorted.begin(), sorted.end());
        CHECK(makespan(way.timeline) == sorted[1]);
    }
}

TEST_CASE("failures in one repeat of many are not forgotten, and do not count as times") {
    test::ServerThread server({.fail_rate = 0.5, .seed = 1});
    RunOptions options = options_for(api);
    options.urls = {server.url("/json")};
    options.settings.set("tasks", 1);
    options.repeat = 10;
    const Run run = run_demo(api, options);
    for (const WayRun& way : run.ways) {
        CHECK(way.repeats == 10);
        CHECK(way.failed_repeats > 0);
        CHECK(way.failed_repeats < 10);
        CHECK(way.makespans.size() == static_cast<std::size_t>(10 - way.failed_repeats));
        CHECK(outcomes_of(summarize_tasks(way.timeline)).failed == 0);
    }
}

TEST_CASE("a pool has no more threads than tasks") {
    RunOptions options = options_for(api);
    options.workers = 10'000;
    options.settings.set("latency", 1 * ms);
    const Run run = run_demo(api, options);
    CHECK(run.ways[2].workers == 3);
}

TEST_CASE("against a foreign server nothing is said of what it saw") {
    test::ServerThread server;
    RunOptions options = options_for(api);
    options.urls = {server.url("/delay?ms=20"), server.url("/json"), server.url("/status/204")};
    const Run run = run_demo(api, options);
    for (const WayRun& way : run.ways) {
        CHECK_FALSE(way.server.has_value());
        CHECK(outcomes_of(summarize_tasks(way.timeline)).done == 3);
    }
    CHECK(server.counts().requests == 9);
}

TEST_CASE("a call that fails is drawn as failed, and the others go on") {
    test::ServerThread server;
    RunOptions options = options_for(api);
    options.urls = {server.url("/json"), server.url("/status/503"), server.url("/json")};
    const Run run = run_demo(api, options);
    for (const WayRun& way : run.ways) {
        CAPTURE(name_of(way.way));
        const Outcomes outcomes = outcomes_of(summarize_tasks(way.timeline));
        CHECK(outcomes.done == 2);
        CHECK(outcomes.failed == 1);
        CHECK(way.timeline.lanes[1].error == "HTTP 503");
    }
}

TEST_CASE("a stop in the middle ends each way, and what had happened is kept as interrupted") {
    for (const Way way : all_ways) {
        CAPTURE(name_of(way));
        RunOptions options = options_for(api);
        options.settings.set("latency", 60'000 * ms);
        options.settings.set("tasks", 5);
        options.ways = {way};
        const Run run = test::run_stopped(api, options);
        REQUIRE(run.ways.size() == 1);
        CHECK(run.ways[0].interrupted);
        const Outcomes outcomes = outcomes_of(summarize_tasks(run.ways[0].timeline));
        CHECK(outcomes.done == 0);
        CHECK(outcomes.failed == 0);
        CHECK(outcomes.cancelled > 0);
    }
}

TEST_CASE("a host that cannot be found ends the run with an error") {
    RunOptions options = options_for(api);
    options.urls = {"http://nohost.invalid/"};
    CHECK_THROWS_AS(run_demo(api, options), Error);
}

TEST_CASE("knobs keep to their ranges, and the notes' numbers are the notes'") {
    Settings settings(api.knobs);
    CHECK(settings.get("tasks") == 3);
    CHECK_THROWS_AS(settings.set("tasks", 0), UsageError);
    CHECK_THROWS_WITH(settings.set("tasks", 10'001), "--tasks is 10001: expected 1 to 10000");
    settings.set_as_in_notes();
    CHECK(settings.get("tasks") == 3);
    CHECK(settings.get("latency") == 2'000 * ms);
}

TEST_CASE("fractions of a millisecond reach the server") {
    CHECK(delay_path(200 * ms) == "/delay?ms=200");
    CHECK(delay_path(1'500'000) == "/delay?ms=1.500000");
    CHECK(delay_path(7) == "/delay?ms=0.000007");
}

TEST_CASE("every demo is written to be printed: its own file, on two screens, no wider than a page") {
    for (const Demo* demo : all_demos()) {
        CAPTURE(demo->name);
        CHECK(demo->source ==
              test::read_file(OVERLAP_SOURCE_DIR "/demos/" + std::string(demo->name) + ".cpp"));
        const std::vector<std::string> lines = test::lines_of(std::string(demo->source));
        CHECK(lines.size() <= 150);
        for (const std::string& line : lines) CHECK(line.size() <= 110);
    }
}

}  // namespace
}  // namespace overlap
