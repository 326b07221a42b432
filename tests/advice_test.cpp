#include <doctest/doctest.h>

#include <string>

#include "support/cli.hpp"
#include "support/text.hpp"
#include "support/timelines.hpp"
#include "timeline/advice.hpp"

namespace overlap {
namespace {

using test::contains;
using test::joined;
using test::way_of;

TEST_SUITE_BEGIN("advice");

Run run_of(std::vector<WayRun> ways) {
    Run run;
    run.ways = std::move(ways);
    return run;
}

TEST_CASE("a run in which all is well has no warnings") { CHECK(warnings(test::three_calls()).empty()); }

TEST_CASE("waits that overlapped are said to have cost about the longest of them") {
    const std::string why = joined(explain(test::three_calls()));
    CHECK(contains(why, "605ms"));
    CHECK(contains(why, "used a CPU for 1.0ms; the rest was waiting"));
    CHECK(contains(why, "3 in flight at once"));
    CHECK(contains(why, "all 3 took 203ms, about as long as one call took when it was made alone (201ms)"));
    CHECK(contains(why, "on 1 thread where the pool used 3"));
}

TEST_CASE("computing is not called waiting") {
    Run run = test::three_calls();
    run.ways[0].usage.cpu = 600 * ms;
    const std::string why = joined(explain(run));
    CHECK(contains(why, "computing, not waiting"));
    CHECK_FALSE(contains(why, "the rest was waiting"));
}

TEST_CASE("coroutines that gained nothing are said to have gained nothing") {
    const std::string why =
        joined(explain(run_of({way_of(Way::sequential, State::running, {{0, 100}, {100, 200}}),
                               way_of(Way::coroutines, State::running, {{0, 100}, {100, 200}})})));
    CHECK(contains(why, "no faster"));
}

TEST_CASE("nothing is explained of ways that did not run, failed or were stopped") {
    CHECK(explain(run_of({})).empty());
    CHECK(explain(run_of({way_of(Way::coroutines, State::waiting, {{0, 100}, {0, 100}})})).empty());
    Run failed = test::three_calls();
    for (WayRun& way : failed.ways) way.timeline.spans[0].outcome = Outcome::failed;
    CHECK(explain(failed).empty());
    Run stopped = test::three_calls();
    for (WayRun& way : stopped.ways) way.interrupted = true;
    CHECK(explain(stopped).empty());
}

TEST_CASE("failures are counted by their reasons") {
    Run run = test::three_calls();
    WayRun& way = run.ways[0];
    way.timeline.spans[0].outcome = way.timeline.spans[1].outcome = Outcome::failed;
    way.timeline.lanes[0].error = "timed out";
    way.timeline.lanes[1].error = "HTTP 503";
    CHECK(contains(joined(warnings(run)), "2 of 3 tasks failed (1 HTTP 503, 1 timed out)"));
    CHECK_FALSE(contains(joined(warnings(run)), "--timeout"));  // not every demo has it
    run.knobs.push_back({.name = "timeout", .unit = "ns", .value = 100 * ms});
    CHECK(contains(joined(warnings(run)), "Try a longer --timeout."));
    run.knobs.push_back({.name = "connect-timeout", .unit = "ns", .value = 100 * ms});
    CHECK(contains(joined(warnings(run)), "Try a longer --timeout or --connect-timeout."));
}

TEST_CASE("a refused connection to a foreign server asks whether one is listening there") {
    Run run = test::three_calls();
    run.urls = {"http://127.0.0.1:8080/"};
    run.ways[0].timeline.spans[0].outcome = Outcome::failed;
    run.ways[0].timeline.lanes[0].error = "connection refused";
    CHECK(contains(joined(warnings(run)), "listening at http://127.0.0.1:8080/"));
}

TEST_CASE("connections that a foreign Redis counted are not called ours") {
    WayRun pipelined = way_of(Way::coroutines, State::waiting, {{0, 20}, {0, 20}});
    pipelined.variant = "pipelined";
    pipelined.server = ServerCounts{.requests = 2, .connections = 93};
    WayRun each = pipelined;
    each.variant = "each";
    Run run = run_of({each, pipelined});
    run.demo = "redis";
    run.knobs = {{.name = "rtt", .unit = "ns", .value = 10 * ms}};
    const std::string ours = joined(explain(run));
    CHECK(contains(ours, "the server counted 93 connections."));
    CHECK(contains(ours, "up to 2 reads under way on 93 connections: all 2 took"));
    CHECK_FALSE(contains(ours, "other clients"));
    run.urls = {"10.0.0.1:6379"};
    for (const Nanoseconds rtt : {10 * ms, Nanoseconds(0)}) {
        run.knobs.front().value = rtt;
        const std::string foreign = joined(explain(run));
        CHECK_FALSE(contains(foreign, "93"));
        CHECK(contains(foreign, "count of the Redis at 10.0.0.1:6379, those of its other clients included"));
        CHECK(contains(foreign, "up to 2 reads under way: all 2 took") == (rtt > 0));
    }
}

TEST_CASE("one read is not said to have been pipelined") {
    WayRun pipelined = way_of(Way::coroutines, State::waiting, {{0, 20}});
    pipelined.variant = "pipelined";
    pipelined.server = ServerCounts{.requests = 1, .connections = 1};
    Run run = run_of({pipelined});
    run.demo = "redis";
    run.knobs = {{.name = "rtt", .unit = "ns", .value = 10 * ms}};
    CHECK(contains(joined(explain(run)), "Measured in round trips of 10ms"));
    CHECK_FALSE(contains(joined(explain(run)), "Pipelining"));
}

TEST_CASE("a pool with fewer workers than tasks is noted, with what to try") {
    Run run = test::three_calls();
    run.ways[2].workers = 2;
    const std::string notes = joined(warnings(run));
    CHECK(contains(notes, "fewer workers than tasks (2 for 3)"));
    CHECK(contains(notes, "--workers 3"));
}

TEST_CASE("a late loop, a noisy machine and an interruption are noted") {
    Run run = test::three_calls();
    run.ways[1].heartbeat->worst_lag = 50 * ms;
    run.ways[2].makespans = {100 * ms, 200 * ms, 300 * ms};
    run.ways[0].interrupted = true;
    const std::string notes = joined(warnings(run));
    CHECK(contains(notes, "late by up to 50ms"));
    CHECK(contains(notes, "between 100ms and 300ms"));
    CHECK(contains(notes, "Interrupted"));
}

TEST_CASE("time spent in the pool's queue is no call's time") {
    WayRun pool = way_of(Way::pool, State::blocked, {{0, 200}, {200, 400}, {400, 600}});
    for (std::uint32_t i = 1; i < 3; ++i) {
        pool.timeline.spans.push_back({.lane = i, .state = State::queued, .begin = 0, .end = 200 * ms * i});
    }
    sort_spans(pool.timeline);
    const WayRun sequential = way_of(Way::sequential, State::blocked, {{0, 300}, {300, 600}, {600, 900}});
    CHECK_FALSE(contains(joined(explain(run_of({sequential, pool}))), "longer than alone"));
}

TEST_CASE("calls that slow one another down are said to") {
    const std::string why =
        joined(explain(run_of({way_of(Way::sequential, State::blocked, {{0, 100}, {100, 200}, {200, 300}}),
                               way_of(Way::coroutines, State::waiting, {{0, 190}, {0, 195}, {0, 200}})})));
    CHECK(contains(why, "The median call took longer than alone: 195ms."));
}

TEST_CASE("the words agree with the panel: faster, no faster, slower") {
    const auto why = [](Nanoseconds end) {
        return joined(
            explain(run_of({way_of(Way::sequential, State::running, {{0, 500}, {500, 1000}}),
                            way_of(Way::coroutines, State::running, {{0, end / 2}, {end / 2, end}})})));
    };
    CHECK(contains(why(900), "all 2 took 900ms"));
    CHECK(contains(why(1000), "no faster than one at a time"));
    CHECK(contains(why(2000), "slower than one at a time"));
}

TEST_CASE("uneven repeats are laid at the door of what makes them uneven") {
    Run run = test::three_calls();
    run.ways[2].makespans = {100 * ms, 200 * ms, 300 * ms};
    run.knobs.push_back({"jitter", "ns", 100 * ms});
    CHECK(contains(joined(warnings(run)), "--jitter makes"));
    run.knobs.pop_back();
    run.urls = {"http://127.0.0.1:8080/"};
    CHECK(contains(joined(warnings(run)), "the server called is uneven"));
    run.ways[2].makespans = {1 * ms, 2 * ms, 3 * ms};
    CHECK(warnings(run).empty());
}

TEST_CASE("repeats with failures are counted, and an interruption before all is said") {
    Run run = test::three_calls();
    run.ways[0].repeats = 5;
    run.ways[0].failed_repeats = 2;
    CHECK(contains(joined(warnings(run)), "in 2 of 5 repeats not every task was done"));
    Run nothing;
    nothing.interrupted = true;
    CHECK(contains(joined(warnings(nothing)), "before anything was measured"));
}

TEST_CASE("an overflow of the kernel's queue is this run's concern only when calls show it") {
    Run run = test::three_calls();
    run.ways[1].server->overflows = 2;  // somebody else's, perhaps
    CHECK(warnings(run).empty());
    WayRun late = way_of(Way::coroutines, State::waiting, {{0, 200}, {0, 200}, {0, 1230}});
    late.server = ServerCounts{.overflows = 1};
    CHECK(contains(joined(warnings(run_of({late}))), "1 call took a second more than most"));
}

}  // namespace
}  // namespace overlap
