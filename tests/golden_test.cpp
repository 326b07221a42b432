#include <doctest/doctest.h>

#include <string>

#include "render/ascii.hpp"
#include "support/golden.hpp"
#include "support/timelines.hpp"

namespace overlap {
namespace {

using test::way_of;

TEST_SUITE_BEGIN("golden");

void check_golden(const std::string& name, const Run& run, Theme theme = {}) {
    test::check_golden(name, [&](int width) { return render_ascii(run, {.width = width, .theme = theme}); });
}

TEST_CASE("three calls, three ways") { check_golden("three-calls", test::three_calls()); }

TEST_CASE("three calls in Unicode") {
    check_golden("three-calls-unicode", test::three_calls(), {.unicode = true});
}

TEST_CASE("calls that never started, and a deadlock") {
    Run run = test::three_calls();
    run.demo = "forgot";
    WayRun forgotten = way_of(Way::coroutines, State::waiting, {{0, 0}, {0, 0}, {0, 0}});
    forgotten.variant = "forgotten";
    forgotten.caption = "Coroutines, forgotten: the calls without co_await";
    forgotten.usage.threads = 0;
    forgotten.timeline.spans = {{.lane = 3, .begin = 0, .end = ms / 20}};
    for (Lane& lane : forgotten.timeline.lanes) lane.note = "never started";
    forgotten.timeline.lanes.push_back({.name = "Loop", .kind = LaneKind::loop});
    forgotten.result = Result{true, "3 of 3 never started", ms / 20};
    WayRun blocked = way_of(Way::coroutines, State::blocked, {{0, 300}});
    blocked.variant = "blocked";
    blocked.caption = "Coroutines, blocked: the loop's thread waits for what the loop is to bring";
    blocked.timeline.spans[0].outcome = Outcome::failed;
    blocked.timeline.lanes[0].error = "deadlock on its own loop";
    blocked.timeline.lanes.push_back({.name = "Loop", .kind = LaneKind::loop});
    blocked.timeline.spans.push_back({.lane = 1, .begin = 0, .end = 301 * ms});
    blocked.result = Result{true, "deadlock, ended from outside", 301 * ms};
    forgotten.server = ServerCounts{};
    blocked.server = ServerCounts{.connections = 1};
    run.ways = {run.ways[0], forgotten, blocked};
    check_golden("forgot", run);
}

TEST_CASE("a starved loop: answers that are in, and a loop that is busy") {
    Run run;
    run.title = "10 answers after 10ms, each then formatted for 50ms on the loop";
    WayRun way = way_of(Way::coroutines, State::waiting, std::vector<test::TaskTimes>(10, {0, 10}));
    way.caption = "Coroutines, formatting on the loop: 1 thread";
    for (std::uint32_t i = 0; i < 10; ++i) {
        const Nanoseconds turn = (10 + 50 * Nanoseconds{i}) * ms;
        if (i > 0)
            way.timeline.spans.push_back({.lane = i, .state = State::ready, .begin = 10 * ms, .end = turn});
        way.timeline.spans.push_back(
            {.lane = i, .state = State::running, .begin = turn, .end = turn + 50 * ms});
    }
    way.timeline.lanes.push_back({.name = "Loop", .kind = LaneKind::loop});
    way.timeline.spans.push_back({.lane = 10, .begin = 0, .end = ms / 10});
    way.timeline.spans.push_back({.lane = 10, .begin = 10 * ms, .end = 510 * ms});
    sort_spans(way.timeline);
    way.heartbeat = Heartbeat{.beats = 12, .worst_lag = 498 * ms, .p99_lag = 498 * ms};
    run.ways = {way};
    check_golden("starved-loop", run);
}

TEST_CASE("the stages of a chatbot: queued in one, too short to be seen, failed in the middle of one") {
    Run run;
    run.demo = "chatbot";
    run.title = "A chatbot's turn for 4 users";
    WayRun way;
    way.way = Way::coroutines;
    way.variant = "offloaded";
    way.caption = "Coroutines (offloaded): formatting on other threads, at most 2";
    const auto stages = [&](std::uint32_t lane, Nanoseconds history, Nanoseconds queue, Nanoseconds save) {
        way.timeline.lanes.push_back({.name = "User" + std::to_string(lane + 1), .note = "fallback"});
        Nanoseconds at = 0;
        const auto add = [&](State state, Phase phase, Nanoseconds length) {
            if (length == 0) return;
            way.timeline.spans.push_back(
                {.lane = lane, .state = state, .phase = phase, .begin = at * ms, .end = (at + length) * ms});
            at += length;
        };
        add(State::waiting, Phase::history, history);
        add(State::queued, Phase::format, queue);
        add(State::running, Phase::format, 60);
        add(State::waiting, Phase::model, 150);
        add(State::waiting, Phase::answer, 150);
        add(State::waiting, Phase::save, save);
    };
    stages(0, 100, 0, 50);
    stages(1, 100, 60, 50);
    stages(2, 1, 0, 1);
    stages(3, 100, 0, 0);
    way.timeline.spans.back().outcome = Outcome::failed;
    way.timeline.lanes.back() = {.name = "User4", .error = "cut off after 3 tokens"};
    way.makespans = {570 * ms};
    run.ways = {way};
    check_golden("chatbot", run);
}

TEST_CASE("a pool with fewer workers than tasks") {
    Run run;
    run.title = "5 calls on 2 workers";
    WayRun way = way_of(Way::pool, State::blocked, {{0, 200}, {0, 201}, {200, 400}, {201, 402}, {400, 600}});
    way.caption = "Thread pool: blocking calls on 2 threads";
    for (std::uint32_t i = 2; i < 5; ++i) {
        const Nanoseconds begin = way.timeline.spans[i].begin;
        way.timeline.spans.push_back({.lane = i, .state = State::queued, .begin = 0, .end = begin});
    }
    sort_spans(way.timeline);
    way.workers = 2;
    run.ways = {way};
    check_golden("queued", run);
}

TEST_CASE("trouble: a refused call, a race's loser, an interrupted way") {
    Run run = test::three_calls();
    run.title = "Trouble";
    WayRun& sequential = run.ways[0];
    sequential.timeline.spans[1].outcome = Outcome::failed;
    sequential.timeline.lanes[1].error = "connection refused";
    WayRun& coroutines = run.ways[1];
    coroutines.timeline.spans[2].outcome = Outcome::cancelled;
    WayRun& pool = run.ways[2];
    pool.interrupted = true;
    pool.timeline.spans[0].outcome = pool.timeline.spans[1].outcome = Outcome::cancelled;
    pool.timeline.spans[2].outcome = Outcome::cancelled;
    pool.makespans = {201 * ms, 202 * ms, 280 * ms};
    check_golden("trouble", run);
}

TEST_CASE("a thousand tasks") {
    Run run;
    run.title = "1000 calls that answer after 100 to 300ms";
    std::vector<test::TaskTimes> times;
    for (int i = 0; i < 1000; ++i) times.push_back({i / 50, 100 + i * 7 % 200});
    WayRun way = way_of(Way::coroutines, State::waiting, times);
    way.caption = "Coroutines: co_await on one thread";
    way.timeline.spans[321].outcome = Outcome::failed;
    way.timeline.lanes[321].error = "HTTP 503";
    run.ways = {way};
    check_golden("thousand", run);
}

}  // namespace
}  // namespace overlap
