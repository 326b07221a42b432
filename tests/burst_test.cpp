#include <doctest/doctest.h>

#include <iterator>
#include <nlohmann/json.hpp>
#include <string>

#include "demo/runner.hpp"
#include "demo/sweep.hpp"
#include "demos/demos.hpp"
#include "render/ascii.hpp"
#include "render/sweep.hpp"
#include "support/cli.hpp"
#include "support/process.hpp"
#include "support/text.hpp"
#include "timeline/advice.hpp"
#include "timeline/metrics.hpp"
#include "timeline/units.hpp"

namespace overlap {
namespace {

TEST_SUITE_BEGIN("burst");

using test::contains;

RunOptions burst_of(std::int64_t tasks, std::int64_t limit) {
    RunOptions options{Settings(burst.knobs)};
    options.ways.assign(std::begin(all_ways), std::end(all_ways));
    options.workers = 4;
    options.program = OVERLAP_BINARY;
    options.settings.set("latency", 10 * ms);
    options.settings.set("tasks", tasks);
    options.settings.set("limit", limit);
    return options;
}

bool says(const std::vector<std::string>& sentences, const std::string& words) {
    for (const std::string& sentence : sentences) {
        if (contains(sentence, words)) return true;
    }
    return false;
}

TEST_CASE("a semaphore of K: exactly K are in flight at the peak, on both ends, and all calls are made") {
    for (const int limit : {1, 2, 7}) {
        CAPTURE(limit);
        RunOptions options = burst_of(40, limit);
        options.ways = {Way::coroutines};
        options.settings.set("latency", 30 * ms);
        const Run run = run_demo(burst, options);
        CHECK(in_flight_peak(run.ways[0].timeline) == limit);
        CHECK(run.ways[0].server->peak_in_flight == limit);
        CHECK(run.ways[0].server->requests == 40);
        CHECK(outcomes_of(summarize_tasks(run.ways[0].timeline)).done == 40);
    }
}

TEST_CASE(
    "without a limit all are in flight at once; one thread makes one, a pool as many as it has workers") {
    RunOptions options = burst_of(20, 0);
    options.settings.set("latency", 200 * ms);
    options.settings.set("sequential-tasks", 3);
    const Run run = run_demo(burst, options);
    const int expected[] = {1, 20, 4};
    for (std::size_t i = 0; i < 3; ++i) {
        CHECK(in_flight_peak(run.ways[i].timeline) == expected[i]);
        CHECK(run.ways[i].server->peak_in_flight == expected[i]);
    }
}

TEST_CASE("a part made one at a time is called a part, and is no measure of speed") {
    RunOptions options = burst_of(50, 0);
    options.settings.set("sequential-tasks", 5);
    const Run run = run_demo(burst, options);
    CHECK(run.ways[0].part_of == 50);
    CHECK(run.ways[0].server->requests == 5);
    CHECK_FALSE(speedup(run, run.ways[1]).has_value());
    CHECK(says(explain(run), "Only the first 5 of 50 calls"));
    CHECK(says(explain(run), "was not measured"));
    CHECK(contains(render_ascii(run, {.width = 80}), "for 5 of 50 tasks"));
}

TEST_CASE("a server that refuses above its limit: refusals are failures, counted alike on both ends") {
    RunOptions options = burst_of(20, 0);
    options.settings.set("latency", 100 * ms);
    options.settings.set("max-in-flight", 8);
    options.ways = {Way::coroutines};
    const Run run = run_demo(burst, options);
    const Outcomes outcomes = outcomes_of(summarize_tasks(run.ways[0].timeline));
    CHECK(run.ways[0].server->peak_in_flight == 8);
    CHECK(outcomes.failed > 0);
    CHECK(run.ways[0].server->refused == static_cast<std::int64_t>(outcomes.failed));
    CHECK(says(warnings(run), "--limit"));
}

TEST_CASE("with retries, or with a limit that the server allows, all are answered in spite of it") {
    for (const bool retry : {true, false}) {
        RunOptions options = burst_of(20, retry ? 0 : 4);
        // Time for more than 4 to be in flight, however slowly they start.
        options.settings.set("latency", 200 * ms);
        options.settings.set("max-in-flight", 4);
        options.settings.set("retries", retry ? 100 : 0);
        options.ways = {Way::coroutines};
        const Run run = run_demo(burst, options);
        CHECK(outcomes_of(summarize_tasks(run.ways[0].timeline)).done == 20);
        CHECK(run.ways[0].server->peak_in_flight <= 4);
        CHECK((run.ways[0].server->refused > 0) == retry);
    }
}

TEST_CASE("a sweep makes enough calls at each level, and keeps to it on both ends") {
    RunOptions options = burst_of(30, 0);
    options.settings.set("latency", 40 * ms);
    const Sweep sweep = run_sweep(burst, options, {1, 4, 16});
    REQUIRE(sweep.points.size() == 3);
    for (const SweepPoint& point : sweep.points) {
        CHECK(point.calls == std::max<std::int64_t>(30, point.concurrency * 5));
        CHECK(point.failed == 0);
        CHECK(point.in_flight_peak == point.concurrency);
        CHECK(point.server_peak <= point.concurrency);
        CHECK(point.median >= 40 * ms);
        CHECK(point.p99 >= point.median);
    }
}

SweepPoint point(std::int64_t concurrency, double per_second, Nanoseconds p99, std::int64_t failed = 0) {
    return {.concurrency = concurrency,
            .calls = 1'000 + failed,
            .failed = failed,
            .makespan = static_cast<Nanoseconds>(1'000 / per_second * 1e9),
            .median = p99,
            .p99 = p99};
}

TEST_CASE("the knee is where more at once begins to cost more than it gives") {
    Sweep sweep;
    sweep.points = {point(1, 50, 20 * ms), point(10, 500, 20 * ms), point(100, 4'000, 25 * ms),
                    point(1'000, 5'000, 200 * ms)};
    CHECK(knee_of(sweep.points) == 2);
    CHECK(says(explain(sweep),
               "The knee is at about 100: going on to 1000 gave 1.2 times the throughput for 8.0 "
               "times the p99."));
    sweep.points.pop_back();
    CHECK(knee_of(sweep.points) == 3);
    CHECK(says(explain(sweep), "No knee up to 100"));
    CHECK(contains(render_plain(sweep), "No knee up to 100"));
    CHECK_FALSE(contains(render_plain(sweep), "\tknee"));
    sweep.points.resize(1);
    CHECK(explain(sweep).empty());  // no step, nothing to say of steps
}

TEST_CASE("levels at which calls failed have no say in where the knee is") {
    Sweep sweep;
    sweep.points = {point(1, 50, 20 * ms), point(10, 500, 20 * ms), point(100, 40'000, 1 * ms, 700)};
    CHECK(knee_of(sweep.points) == 3);
    CHECK(says(explain(sweep), "No knee up to 10:"));
    CHECK(says(explain(sweep), "At 100 at once 700 of 1700 calls failed"));
    sweep.points = {point(1, 50, 20 * ms, 1)};
    CHECK(knee_of(sweep.points) == 1);
    CHECK(knee_of({}) == 0);
}

TEST_CASE("the chart keeps to its width, and shows every level, the knee and the failures") {
    Sweep sweep;
    sweep.title = "calls";
    sweep.points = {point(1, 50, 20 * ms), point(10, 500, 20 * ms), point(100, 4'000, 900 * ms),
                    point(1'000, 9'999, 9'000 * ms, 12)};
    for (const int width : {40, 80, 120}) {
        const std::string chart = render_ascii(sweep, {.width = width});
        CHECK(contains(chart, "knee"));
        CHECK(contains(chart, "!12"));
        for (const std::string& line : test::lines_of(chart)) {
            CAPTURE(line);
            CHECK(line.size() <= static_cast<std::size_t>(width));
        }
    }
}

TEST_CASE("a sweep as JSON names its schema, its levels and the knee") {
    const test::Ended ended =
        test::run({"burst", "--sweep", "8,1,8", "--latency", "2ms", "--tasks", "20", "--json"});
    CHECK(ended.code == 0);
    const auto document = nlohmann::json::parse(ended.out);
    CHECK(document["schema"] == "overlap.sweep/1");
    REQUIRE(document["points"].size() == 2);
    CHECK(document["points"][0]["concurrency"] == 1);
    CHECK(document["points"][1]["concurrency"] == 8);
    CHECK(document["points"][1]["calls"] == 40);
}

TEST_CASE("a sweep that was kept is drawn again as it was; damaged ones are refused with the place") {
    Sweep sweep;
    sweep.demo = "burst";
    sweep.title = "calls";
    sweep.points = {point(1, 50, 20 * ms), point(10, 500, 20 * ms, 3)};
    const std::string text = render_json(sweep);
    CHECK(parse_sweep(text) == sweep);
    CHECK_FALSE(parse_sweep("{}").has_value());
    CHECK_FALSE(parse_sweep("[").has_value());
    auto document = nlohmann::json::parse(text);
    document["points"][1]["failed"] = 9'999;
    CHECK_THROWS_WITH(parse_sweep(document.dump()),
                      "sweep.points[1].failed is 9999, expected a whole number from 0 to 1003");
    document["points"][1].erase("failed");
    CHECK_THROWS_WITH(parse_sweep(document.dump()), "sweep.points[1] has no \"failed\"");
    const test::Ended kept =
        test::run({"burst", "--sweep", "1,4", "--latency", "2ms", "--tasks", "20", "--json"});
    test::Process render({.arguments = {"render", "-"}, .input = kept.out});
    const test::Ended drawn = render.wait();
    CHECK(drawn.code == 0);
    CHECK(contains(drawn.out, "calls/s"));
}

TEST_CASE("a sweep in which calls failed says why, and has failed") {
    const test::Ended ended =
        test::run({"burst", "--sweep", "1,2", "--tasks", "5", "--url", "http://127.0.0.1:1/"});
    CHECK(ended.code == 1);
    CHECK(contains(ended.out, "connection refused"));
    CHECK_FALSE(contains(ended.out, "Interrupted"));
}

TEST_CASE("levels that make no sense are told") {
    for (const char* levels : {"", "0", "1,x", "2001", "1,,2"}) {
        const test::Ended ended = test::run({"burst", "--sweep", levels});
        CHECK(ended.code == 2);
        CHECK(contains(ended.err, "--sweep is"));
    }
    CHECK(contains(test::run({"burst", "--sweep", "1", "--limit", "3"}).err, "--sweep varies --limit"));
    CHECK(contains(test::run({"burst", "--sweep", "1", "--way", "pool"}).err, "does not go with --sweep"));
}

}  // namespace
}  // namespace overlap
