// The demo stream: conversations token by token, seen from both ends, and what is said of them.
#include <doctest/doctest.h>

#include <algorithm>
#include <iterator>
#include <string>

#include "demo/runner.hpp"
#include "demos/demos.hpp"
#include "render/ascii.hpp"
#include "render/json.hpp"
#include "support/stopped_run.hpp"
#include "support/text.hpp"
#include "support/timelines.hpp"
#include "timeline/metrics.hpp"
#include "timeline/tokens.hpp"
#include "timeline/units.hpp"

namespace overlap {
namespace {

TEST_SUITE_BEGIN("stream");

using test::contains;
using test::why;

RunOptions quick_stream() {
    RunOptions options{Settings(stream.knobs)};
    options.ways.assign(std::begin(all_ways), std::end(all_ways));
    options.workers = 3;
    options.program = OVERLAP_BINARY;
    options.settings.set("latency", 100 * ms);
    options.settings.set("interval", 2 * ms);
    options.settings.set("tokens", 6);
    return options;
}

// Two conversations of three tokens each, 100 ms to the first, 10 ms from one to the next; the second begins
// at `second`.
WayRun talks(Way way, State state, Nanoseconds second) {
    WayRun run;
    run.way = way;
    for (const Nanoseconds begin : {Nanoseconds{0}, second}) {
        const auto lane = static_cast<std::uint32_t>(run.timeline.lanes.size());
        run.timeline.lanes.push_back({.name = "Task"});
        Nanoseconds at = begin;
        const auto add = [&](Phase phase, Nanoseconds length) {
            run.timeline.spans.push_back(
                {.lane = lane, .state = state, .phase = phase, .begin = at, .end = at + length});
            at += length;
        };
        add(Phase::first_token, 100 * ms);
        add(Phase::token, 10 * ms);
        add(Phase::token, 10 * ms);
        add(Phase::finish, 1 * ms);
    }
    run.usage.threads = 1;
    run.makespans = {makespan(run.timeline)};
    return run;
}

Run two_talks() {
    Run run;
    run.demo = "stream";
    run.ways = {talks(Way::sequential, State::blocked, 121 * ms), talks(Way::coroutines, State::waiting, 0)};
    return run;
}

TEST_CASE("each token is a span, in every way; both ends agree on what was in flight") {
    const Run run = run_demo(stream, quick_stream());
    REQUIRE(run.ways.size() == 3);
    const int expected[] = {1, 3, 3};
    for (std::size_t i = 0; i < 3; ++i) {
        const WayRun& way = run.ways[i];
        CAPTURE(name_of(way.way));
        CHECK(outcomes_of(summarize_tasks(way.timeline)).done == 3);
        CHECK(in_flight_peak(way.timeline) == expected[i]);
        REQUIRE(way.server.has_value());
        CHECK(way.server->peak_in_flight == expected[i]);
        CHECK(way.server->requests == 3);
        CHECK(way.server->hung_up == 0);
        const TokenTimes times = token_times(way.timeline);
        CHECK(times.tokens == 18);
        CHECK(times.first_at.size() == 3);
        CHECK(times.gaps.size() == 15);
        CHECK(times.first_after.front() >= 100 * ms);
        const auto finishes = std::count_if(way.timeline.spans.begin(), way.timeline.spans.end(),
                                            [](const Span& span) { return span.phase == Phase::finish; });
        CHECK(finishes == 3);
    }
    CHECK(run.ways[0].usage.threads == 1);
    CHECK(run.ways[1].usage.threads == 1);
    CHECK(run.ways[2].usage.threads == 3);
}

TEST_CASE("one at a time, a conversation's first token comes after the one before is over") {
    const Run run = run_demo(stream, quick_stream());
    const std::vector<TaskSummary> tasks = summarize_tasks(run.ways[0].timeline);
    for (std::size_t i = 1; i < tasks.size(); ++i) CHECK(tasks[i].begin >= tasks[i - 1].end);
    CHECK(contains(why(run), "after the first conversation was over"));
}

TEST_CASE("a stream that breaks off fails its task, and the tokens that came are kept") {
    RunOptions options = quick_stream();
    options.settings.set("cut-after", 4);
    const Run run = run_demo(stream, options);
    for (const WayRun& way : run.ways) {
        CAPTURE(name_of(way.way));
        CHECK(outcomes_of(summarize_tasks(way.timeline)).failed == 3);
        CHECK(token_times(way.timeline).tokens == 12);
        CHECK(way.timeline.lanes[0].error == "cut off after 4 tokens");
    }
}

TEST_CASE("a slow reader is drawn as such, and holds the server up") {
    RunOptions options = quick_stream();
    options.settings.set("consume", 20 * ms);
    options.settings.set("padding", 10'000);
    const Run run = run_demo(stream, options);
    for (const WayRun& way : run.ways) {
        CAPTURE(name_of(way.way));
        const auto& spans = way.timeline.spans;
        CHECK(std::count_if(spans.begin(), spans.end(),
                            [](const Span& span) { return span.state == State::reading; }) == 18);
        CHECK(way.server->stalled > 0);
        CHECK(token_times(way.timeline).tokens == 18);
        CHECK(percentile(token_times(way.timeline).gaps, 50) >= 20 * ms);
    }
    CHECK(contains(why(run), "Back-pressure"));
    CHECK(contains(render_ascii(run, {.width = 80}), "server stalled, sum"));
}

TEST_CASE("a stop in the middle of streams ends each way, and what came is kept as interrupted") {
    for (const Way way : all_ways) {
        for (const bool reading : {false, true}) {
            CAPTURE(name_of(way));
            CAPTURE(reading);
            RunOptions options = quick_stream();
            options.ways = {way};
            options.settings.set("latency", 0);
            options.settings.set("interval", reading ? 0 : 60'000 * ms);
            options.settings.set("consume", reading ? 10'000 * ms : 0);
            const Run run = test::run_stopped(stream, options);
            REQUIRE(run.ways.size() == 1);
            CHECK(run.ways[0].interrupted);
            const Outcomes outcomes = outcomes_of(summarize_tasks(run.ways[0].timeline));
            CHECK(outcomes.done == 0);
            CHECK(outcomes.failed == 0);
        }
    }
}

TEST_CASE("when tokens came follows from the phases, and nothing else") {
    const TokenTimes one_at_a_time = token_times(two_talks().ways[0].timeline);
    CHECK(one_at_a_time.tokens == 6);
    CHECK(one_at_a_time.first_at == std::vector<Nanoseconds>{100 * ms, 221 * ms});
    CHECK(one_at_a_time.first_after == std::vector<Nanoseconds>{100 * ms, 100 * ms});
    CHECK(one_at_a_time.gaps == std::vector<Nanoseconds>(4, 10 * ms));
    Timeline failed = two_talks().ways[1].timeline;
    failed.spans[2].outcome = Outcome::failed;
    CHECK(token_times(failed).tokens == 5);
    CHECK(token_times(Timeline{}).tokens == 0);
}

TEST_CASE("what is said of streams is what was measured") {
    Run run = two_talks();
    CHECK(contains(why(run),
                   "the second conversation's first token came at 221ms, after the first conversation "
                   "was over (121ms)."));
    CHECK(contains(why(run), "The coroutines had the first token of both by 100ms"));
    CHECK(contains(why(run), "10ms at the median, whatever the way"));
    CHECK_FALSE(contains(why(run), "Back-pressure"));
    run.ways[1].server = ServerCounts{.stalled = 345 * ms};
    CHECK(contains(why(run), "345ms with the coroutines"));
    CHECK_FALSE(contains(why(run), "with the sequential way"));
    run.ways[1].interrupted = true;
    CHECK_FALSE(contains(why(run), "by 100ms"));
}

TEST_CASE("the wait for the first token is said to differ only where it did") {
    Run run = two_talks();
    CHECK(contains(why(run), "whatever the way: what differs is the wait for the first."));
    run.ways[0] = talks(Way::sequential, State::blocked, 5 * ms);
    CHECK(contains(why(run), "10ms at the median, whatever the way."));
    CHECK_FALSE(contains(why(run), "what differs"));
    run.ways[0] = talks(Way::sequential, State::blocked, 20 * ms);
    CHECK(contains(why(run), "what differs"));
}

TEST_CASE("a run of streams comes back from JSON, and so does its picture") {
    const Run run = run_demo(stream, quick_stream());
    const Run again = parse_run(render_json(run));
    CHECK(again == run);
    for (const int width : {40, 80, 120})
        CHECK(render_ascii(again, {.width = width}) == render_ascii(run, {.width = width}));
}

}  // namespace
}  // namespace overlap
