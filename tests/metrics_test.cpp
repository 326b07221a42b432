#include <doctest/doctest.h>

#include <cstddef>

#include "support/timelines.hpp"
#include "timeline/metrics.hpp"

namespace overlap {
namespace {

using test::way_of;

TEST_SUITE_BEGIN("metrics");

TEST_CASE("an empty timeline took no time and had nothing in flight") {
    const Timeline nothing;
    CHECK(makespan(nothing) == 0);
    CHECK(in_flight_curve(nothing).empty());
    CHECK(in_flight_peak(nothing) == 0);
    CHECK(summarize_tasks(nothing).empty());
    CHECK_FALSE(loop_use(nothing).has_value());
    CHECK(latency_of({}).count == 0);
}

TEST_CASE("the makespan ends with the last task, whatever the loop does after it") {
    WayRun way = way_of(Way::coroutines, State::waiting, {{0, 20}, {5, 30}});
    way.timeline.lanes.push_back({.name = "Loop", .kind = LaneKind::loop});
    way.timeline.spans.push_back({.lane = 2, .begin = 10 * ms, .end = 50 * ms});
    CHECK(makespan(way.timeline) == 30 * ms);
    CHECK(loop_use(way.timeline)->busy == 20 * ms);
    CHECK(loop_use(way.timeline)->idle == 10 * ms);
}

TEST_CASE("tasks that follow one another are never in flight together") {
    CHECK(in_flight_peak(way_of(Way::sequential, State::blocked, {{0, 10}, {10, 20}, {20, 30}}).timeline) ==
          1);
}

TEST_CASE("the in-flight curve steps up and down with the tasks and ends at nought") {
    const std::vector<InFlightStep> curve =
        in_flight_curve(way_of(Way::pool, State::blocked, {{0, 20}, {10, 30}, {30, 40}}).timeline);
    const std::vector<InFlightStep> expected{{0, 1}, {10 * ms, 2}, {20 * ms, 1}, {30 * ms, 1}, {40 * ms, 0}};
    CHECK(curve == expected);
}

TEST_CASE("a task that changes its state stays one task in flight") {
    WayRun way = way_of(Way::coroutines, State::waiting, {{0, 10}});
    way.timeline.spans.push_back({.lane = 0, .state = State::running, .begin = 10 * ms, .end = 20 * ms});
    CHECK(in_flight_peak(way.timeline) == 1);
}

TEST_CASE("a queued task is not in flight, but its wait is part of its latency") {
    WayRun way = way_of(Way::pool, State::blocked, {{0, 10}, {10, 30}});
    way.timeline.spans.push_back({.lane = 1, .state = State::queued, .begin = 0, .end = 10 * ms});
    sort_spans(way.timeline);
    CHECK(in_flight_peak(way.timeline) == 1);
    const std::vector<TaskSummary> tasks = summarize_tasks(way.timeline);
    REQUIRE(tasks.size() == 2);
    CHECK(tasks[1].latency() == 30 * ms);
    CHECK(tasks[1].queued == 10 * ms);
}

TEST_CASE("p99 is given from 100 samples up, by nearest rank") {
    std::vector<test::TaskTimes> times;
    for (int i = 1; i <= 99; ++i) times.push_back({0, i});
    Latency latency = latency_of(summarize_tasks(way_of(Way::pool, State::blocked, times).timeline));
    CHECK_FALSE(latency.p99.has_value());
    CHECK(latency.min == 1 * ms);
    CHECK(latency.median == 50 * ms);
    CHECK(latency.max == 99 * ms);

    times.push_back({0, 100});
    latency = latency_of(summarize_tasks(way_of(Way::pool, State::blocked, times).timeline));
    CHECK(latency.p99 == 99 * ms);
    CHECK(latency.median == 50 * ms);
}

TEST_CASE("percentiles are values that were there") {
    CHECK(percentile({7}, 1) == 7);
    CHECK(percentile({7}, 100) == 7);
    CHECK(percentile({1, 2}, 50) == 1);
    CHECK(percentile({1, 2, 3}, 50) == 2);
    CHECK(percentile({1, 2, 3, 4}, 100) == 4);
}

TEST_CASE("a task is counted by how its last span ended") {
    WayRun way = way_of(Way::sequential, State::blocked, {{0, 10}, {10, 20}, {20, 30}});
    way.timeline.spans[1].outcome = Outcome::failed;
    way.timeline.spans[2].outcome = Outcome::cancelled;
    const Outcomes outcomes = outcomes_of(summarize_tasks(way.timeline));
    CHECK(outcomes.done == 1);
    CHECK(outcomes.failed == 1);
    CHECK(outcomes.cancelled == 1);
}

TEST_CASE("speedup compares with the sequential way of the same run") {
    const Run run = test::three_calls();
    CHECK_FALSE(speedup(run, run.ways[0]).has_value());
    CHECK(speedup(run, run.ways[1]) == doctest::Approx(605.0 / 203.0));
}

TEST_CASE("there is no speedup where either way did not run, did not finish or had failures") {
    Run failed = test::three_calls();
    failed.ways[0].timeline.spans[1].outcome = Outcome::failed;
    CHECK_FALSE(speedup(failed, failed.ways[1]).has_value());
    Run run = test::three_calls();
    run.ways[0].interrupted = true;
    CHECK_FALSE(speedup(run, run.ways[1]).has_value());
    run.ways.erase(run.ways.begin());
    CHECK_FALSE(speedup(run, run.ways[0]).has_value());
}

TEST_CASE("there is no speedup without a task that was done, whatever the result says") {
    Run run = test::three_calls();
    run.ways[1].timeline.spans.clear();
    run.ways[1].result = Result{true, "3 of 3 never started", 1 * ms};
    CHECK(work_done(run.ways[1]));
    CHECK_FALSE(speedup(run, run.ways[1]).has_value());
    CHECK(speedup(run, run.ways[2]).has_value());
}

TEST_CASE("where no task was timed, the axis ends with the latest result") {
    Run run = test::three_calls();
    run.ways[0].result = Result{true, "late", 900 * ms};
    CHECK(longest_makespan(run) == 605 * ms);
    for (WayRun& way : run.ways) way.timeline.spans.clear();
    CHECK(longest_makespan(run) == 900 * ms);
}

TEST_CASE("a panel is found by way and variant, if it did its work; a knob by its name, if there is one") {
    Run run;
    run.ways = {way_of(Way::coroutines, State::waiting, {{0, 20}}),
                way_of(Way::pool, State::blocked, {{0, 20}})};
    run.ways[0].variant = "gather";
    run.knobs = {{.name = "rtt", .unit = "ns", .value = 0}};
    CHECK(find_done(run, Way::coroutines, "gather") == &run.ways[0]);
    CHECK(find_done(run, Way::coroutines) == nullptr);
    CHECK(find_done(run, Way::sequential) == nullptr);
    CHECK(find_done(run, Way::pool) == &run.ways[1]);
    run.ways[1].timeline.spans[0].outcome = Outcome::failed;
    CHECK(find_done(run, Way::pool) == nullptr);
    CHECK(knob_of(run, "rtt") == 0);
    CHECK_FALSE(knob_of(run, "tasks").has_value());
}

TEST_CASE("spread is the range of the repeats over their median") {
    WayRun way;
    way.makespans = {100};
    CHECK(spread(way) == 0);
    way.makespans = {90, 100, 120};
    CHECK(spread(way) == doctest::Approx(0.3));
}

}  // namespace
}  // namespace overlap
