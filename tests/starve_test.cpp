#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "demo/runner.hpp"
#include "demos/demos.hpp"
#include "support/cli.hpp"
#include "support/in_flight.hpp"
#include "support/text.hpp"
#include "timeline/advice.hpp"
#include "timeline/metrics.hpp"
#include "timeline/units.hpp"

namespace overlap {
namespace {

TEST_SUITE_BEGIN("starve");

using test::contains;
using test::joined;

RunOptions options_of(std::int64_t tasks, int workers) {
    RunOptions options((Settings(starve.knobs)));
    options.settings.set("tasks", tasks);
    options.settings.set("work", 5'000'000);
    options.ways.assign(std::begin(all_ways), std::end(all_ways));
    options.workers = workers;
    options.program = OVERLAP_BINARY;
    return options;
}

int peak_running(const WayRun& way) {
    Timeline running{way.timeline.lanes, {}};
    for (const Span& span : way.timeline.spans) {
        if (span.state == State::running) running.spans.push_back(span);
    }
    return in_flight_peak(running);
}

bool any_ready(const WayRun& way) { return time_in(way.timeline, State::ready) > 0; }

TEST_CASE("every task is asked and formatted in every way; who computes at once is counted") {
    const Run run = run_demo(starve, options_of(6, 2));
    REQUIRE(run.ways.size() == 4);
    for (const WayRun& way : run.ways) {
        CAPTURE(way.caption);
        CHECK(outcomes_of(summarize_tasks(way.timeline)).done == 6);
        REQUIRE(way.server);
        CHECK(way.server->requests == 6);
        CHECK(time_in(way.timeline, State::running) > 0);
    }
    CHECK(peak_running(run.ways[0]) == 1);
    CHECK(peak_running(run.ways[1]) == 1);  // one thread computes one thing
    CHECK(peak_running(run.ways[2]) <= 2);
    CHECK(peak_running(run.ways[3]) <= 2);
    CHECK(run.ways[0].server->peak_in_flight == 1);
    CHECK(run.ways[3].pool == PoolKind::processes);
}

TEST_CASE("on the loop, answers that are there wait while another's is formatted") {
    RunOptions options = options_of(6, 2);
    options.ways = {Way::coroutines};
    options.settings.set("work", 20'000'000);
    const Run run = run_demo(starve, options);
    const WayRun& on_loop = run.ways.front();
    REQUIRE(any_ready(on_loop));
    // Nobody waits for a busy loop while it is idle: some task computes at each moment of it.
    for (const Span& span : on_loop.timeline.spans) {
        if (span.state != State::ready) continue;
        const bool held =
            std::any_of(on_loop.timeline.spans.begin(), on_loop.timeline.spans.end(), [&](const Span& other) {
                return other.state == State::running && other.begin < span.end && other.end > span.begin &&
                       other.lane != span.lane;
            });
        CHECK(held);
    }
    REQUIRE(on_loop.heartbeat);
    Nanoseconds longest = 0;
    for (const Span& span : on_loop.timeline.spans) {
        if (span.state == State::running) longest = std::max(longest, span.end - span.begin);
    }
    CHECK(on_loop.heartbeat->worst_lag > longest / 2);
    CHECK(contains(joined(explain(run)), "had an answer and could not run"));
}

Span span_of(std::uint32_t lane, State state, Nanoseconds begin, Nanoseconds end) {
    return {.lane = lane, .state = state, .begin = begin * ms, .end = end * ms};
}

TEST_CASE("the culprit and its victims are named from the spans alone") {
    Run run;
    run.demo = "starve";
    run.machine.cores = 2;
    WayRun way{.way = Way::coroutines};
    way.timeline.lanes = {{"Task1"}, {"Task2"}, {"Task3"}};
    way.timeline.spans = {span_of(0, State::waiting, 0, 10),   span_of(0, State::running, 10, 60),
                          span_of(1, State::waiting, 0, 10),   span_of(1, State::ready, 10, 60),
                          span_of(1, State::running, 60, 110), span_of(2, State::waiting, 0, 20),
                          span_of(2, State::ready, 20, 110),   span_of(2, State::running, 110, 160)};
    way.heartbeat = Heartbeat{3, 149'000'000, 0};
    run.ways = {way};
    const std::string why = joined(explain(run));
    CHECK(contains(why, "Task1 computed on the loop for 50ms; 2 tasks had an answer and could not run"));
    CHECK(contains(why, "Task3 waited longest with its answer there, 90ms"));
    CHECK(contains(why, "149ms late"));
}

TEST_CASE("a panel in which nobody was held up does not claim that somebody was") {
    Run run;
    run.demo = "starve";
    WayRun way{.way = Way::coroutines};
    way.timeline.lanes = {{"Task1"}};
    way.timeline.spans = {span_of(0, State::waiting, 0, 10), span_of(0, State::running, 10, 60)};
    run.ways = {way};
    CHECK_FALSE(contains(joined(explain(run)), "Held up"));
}

TEST_CASE("computing elsewhere that took longer is called slower, not only no faster") {
    const auto why = [](Nanoseconds end) {
        Run run;
        run.demo = "starve";
        WayRun sequential{.way = Way::sequential};
        sequential.timeline.lanes = {{"Task1"}};
        sequential.timeline.spans = {span_of(0, State::running, 0, 100)};
        WayRun pool = sequential;
        pool.way = Way::pool;
        pool.workers = 2;
        pool.timeline.spans = {span_of(0, State::running, 0, end)};
        run.ways = {sequential, pool};
        return joined(explain(run));
    };
    CHECK(contains(why(50), "2.0 times as fast as one after the other"));
    CHECK(contains(why(100), "no faster than one after the other"));
    CHECK(contains(why(300), "slower than one after the other"));
}

TEST_CASE("tasks that were running without a core are a note, once, with the reason that is known") {
    Run run;
    run.demo = "starve";
    run.machine.cores = 2;
    WayRun way{.way = Way::pool, .workers = 2};
    way.timeline.lanes = {{"Task1"}, {"Task2"}};
    way.timeline.spans = {span_of(0, State::running, 0, 100), span_of(1, State::running, 0, 100)};
    way.usage.cpu = 100'000'000;
    run.ways = {way, way};
    std::string notes = joined(warnings(run));
    CHECK(contains(notes, "running for 200ms in all, and had a core for 100ms"));
    CHECK(contains(notes, "Something else had the cores"));
    CHECK(notes.find("in all") == notes.rfind("in all"));
    run.ways[0].workers = run.ways[1].workers = 10;
    CHECK(contains(joined(warnings(run)), "There are 10 workers for 2 cores"));
    run.ways[0].usage.cpu = run.ways[1].usage.cpu = 195'000'000;
    CHECK_FALSE(contains(joined(warnings(run)), "in all"));
}

TEST_CASE("Ctrl-C ends formatting in the middle") {
    std::stop_source stop;
    RunOptions options = options_of(2, 2);
    options.settings.set("work", 10'000'000'000);
    options.ways = {Way::coroutines, Way::pool};
    options.stop = stop.get_token();
    options.observer.way_begins = [&](const Variant&, int, int, const std::atomic<int>&) {
        stop.request_stop();
    };
    const Run run = run_demo(starve, options);
    CHECK(run.interrupted);
}

TEST_SUITE_END();

}  // namespace
}  // namespace overlap
