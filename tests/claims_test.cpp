// The claims' judgements, from runs made by hand: each in a run that shows it and in one that does not.
#include <doctest/doctest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "claims/judgements.hpp"
#include "claims/run_claims.hpp"
#include "cli/options.hpp"
#include "render/claims.hpp"
#include "support/golden.hpp"
#include "support/screen.hpp"
#include "support/text.hpp"
#include "support/timelines.hpp"
#include "timeline/metrics.hpp"

namespace overlap {
namespace {

TEST_SUITE_BEGIN("claims");

using test::contains;
using test::TaskTimes;
using test::way_of;

// `count` tasks of `each` ms: one after the other, or all at once.
WayRun in_turn(Way way, State state, int count, Nanoseconds each) {
    std::vector<TaskTimes> tasks;
    for (int i = 0; i < count; ++i) tasks.push_back({i * each, (i + 1) * each});
    WayRun run = way_of(way, state, tasks);
    if (state == State::running) run.usage.cpu = makespan(run.timeline);
    return run;
}
WayRun at_once(Way way, State state, int count, Nanoseconds each) {
    WayRun run = way_of(way, state, std::vector<TaskTimes>(static_cast<std::size_t>(count), {0, each}));
    if (state == State::running) run.usage.cpu = 2 * each * ms;  // of two cores
    return run;
}

WayRun named(WayRun way, const std::string& variant) {
    way.variant = variant;
    return way;
}

WayRun of_processes(WayRun way) {
    way.pool = PoolKind::processes;
    way.workers = 2;
    return way;
}

WayRun counted(WayRun way, std::int64_t requests, std::int64_t connections) {
    way.server = ServerCounts{.requests = requests, .connections = connections};
    return way;
}

WayRun failing(WayRun way) {
    way.timeline.spans.back().outcome = Outcome::failed;
    way.timeline.lanes.back().error = "connection refused";
    return way;
}

Run claimed_run(std::vector<WayRun> ways, std::vector<KnobValue> knobs = {}, int cores = 2) {
    Run run;
    run.demo = "api";
    run.knobs = std::move(knobs);
    run.machine.cores = cores;
    run.ways = std::move(ways);
    return run;
}

Measurements evidence(std::vector<Run> runs) { return {.runs = std::move(runs), .costs = {}}; }
Measurements evidence(std::vector<WayRun> ways) {
    return evidence(std::vector{claimed_run(std::move(ways))});
}

Verdict verdict(const Judgement& judgement) {
    // What was measured is always said, a condition exactly where the verdict has one, in printable ASCII.
    CHECK_FALSE(judgement.measured.empty());
    CHECK(judgement.condition.empty() == (judgement.verdict != Verdict::holds_only_when));
    for (const char c : judgement.measured + judgement.condition) CHECK((c >= ' ' && c <= '~'));
    return judgement.verdict;
}

TEST_CASE("calls overlap when all take about as long as one") {
    const auto judge = [](Nanoseconds overlapped) {
        return verdict(judge_overlap(evidence({in_turn(Way::sequential, State::blocked, 3, 200),
                                               at_once(Way::coroutines, State::waiting, 3, overlapped)})));
    };
    CHECK(judge(201) == Verdict::holds);
    CHECK(judge(400) == Verdict::does_not_hold);
    CHECK(judge(600) == Verdict::does_not_hold);
}

TEST_CASE("a call that failed is no measurement, and is named") {
    const Judgement judgement =
        judge_overlap(evidence({in_turn(Way::sequential, State::blocked, 3, 200),
                                failing(at_once(Way::coroutines, State::waiting, 3, 1))}));
    CHECK(verdict(judgement) == Verdict::not_run);
    CHECK(contains(judgement.measured, "connection refused"));
    CHECK(verdict(judge_overlap(evidence({in_turn(Way::sequential, State::blocked, 3, 200)}))) ==
          Verdict::not_run);
}

TEST_CASE("a blocking call holds its thread, and no other call is under way") {
    CHECK(verdict(judge_waiting(evidence({in_turn(Way::sequential, State::blocked, 3, 100)}))) ==
          Verdict::holds);
    CHECK(verdict(judge_waiting(evidence({at_once(Way::sequential, State::blocked, 3, 100)}))) ==
          Verdict::does_not_hold);
    CHECK(verdict(judge_waiting(evidence({in_turn(Way::sequential, State::running, 3, 100)}))) ==
          Verdict::does_not_hold);
}

TEST_CASE("racing wins what waiting for main first costs") {
    const auto judge = [](Nanoseconds both) {
        Run run = claimed_run({in_turn(Way::sequential, State::blocked, 2, 1500),
                               at_once(Way::coroutines, State::waiting, 2, both)},
                              {{"main-timeout", "ns", 2000 * ms}, {"fallback-latency", "ns", 1000 * ms}});
        for (WayRun& way : run.ways) way.result = Result{true, "fallback answered", makespan(way.timeline)};
        return verdict(judge_race(evidence(std::vector{run})));
    };
    CHECK(judge(1001) == Verdict::holds);
    CHECK(judge(2000) == Verdict::does_not_hold);
}

TEST_CASE("awaits in turn take as long as blocking calls") {
    const auto judge = [](WayRun naive) {
        return verdict(judge_naive(
            evidence({in_turn(Way::sequential, State::blocked, 3, 100), named(std::move(naive), "naive"),
                      named(at_once(Way::coroutines, State::waiting, 3, 100), "gather")})));
    };
    CHECK(judge(in_turn(Way::coroutines, State::waiting, 3, 101)) == Verdict::holds);
    CHECK(judge(at_once(Way::coroutines, State::waiting, 3, 101)) == Verdict::does_not_hold);
    CHECK(judge(at_once(Way::coroutines, State::waiting, 3, 300)) == Verdict::does_not_hold);
}

TEST_CASE("one call takes as long blocking as in a coroutine") {
    const auto judge = [](Nanoseconds blocking_call) {
        return verdict(judge_few_users(evidence({in_turn(Way::sequential, State::blocked, 1, blocking_call),
                                                 in_turn(Way::coroutines, State::waiting, 1, 100)})));
    };
    CHECK(judge(101) == Verdict::holds);
    CHECK(judge(50) == Verdict::holds);
    CHECK(judge(150) == Verdict::does_not_hold);
}

TEST_CASE("threads match coroutines in time, and not in memory") {
    const auto judge = [](Nanoseconds threads, std::optional<std::int64_t> memory) {
        WayRun coroutines = at_once(Way::coroutines, State::waiting, 200, 500);
        coroutines.usage.peak_memory = 1'000'000;
        WayRun pool = at_once(Way::pool, State::blocked, 200, threads);
        pool.usage.peak_memory = memory;
        return verdict(judge_threads_match(evidence({coroutines, pool})));
    };
    CHECK(judge(510, 3'000'000) == Verdict::holds);
    CHECK(judge(1'000, 3'000'000) == Verdict::does_not_hold);
    CHECK(judge(510, 1'100'000) == Verdict::does_not_hold);
    CHECK(judge(510, std::nullopt) == Verdict::not_run);
}

TEST_CASE("a call that is not awaited does nothing, as the server counts") {
    const auto judge = [](std::int64_t without) {
        WayRun forgotten =
            named(counted(way_of(Way::coroutines, State::waiting, {}), without, 0), "forgotten");
        return verdict(judge_forgotten(evidence(
            {named(counted(at_once(Way::coroutines, State::waiting, 3, 50), 3, 3), "awaited"), forgotten})));
    };
    CHECK(judge(0) == Verdict::holds);
    CHECK(judge(3) == Verdict::does_not_hold);
}

// Ten answers at 10 ms, each then formatted for 50 ms: in turn on a loop, or as if there were ten.
WayRun formatting(Way way, bool on_one_loop) {
    WayRun run = way_of(way, State::waiting, std::vector<TaskTimes>(10, {0, 10}));
    for (std::uint32_t i = 0; i < 10; ++i) {
        const Nanoseconds begin = (10 + (on_one_loop ? Nanoseconds{i} * 50 : 0)) * ms;
        if (begin > 10 * ms)
            run.timeline.spans.push_back({.lane = i, .state = State::ready, .begin = 10 * ms, .end = begin});
        run.timeline.spans.push_back(
            {.lane = i, .state = State::running, .begin = begin, .end = begin + 50 * ms});
    }
    sort_spans(run.timeline);
    run.heartbeat = Heartbeat{.beats = 100, .worst_lag = on_one_loop ? 490 * ms : 2 * ms};
    return run;
}

TEST_CASE("a loop that computes makes the last request wait for all others") {
    CHECK(verdict(judge_blocked_loop(evidence({formatting(Way::coroutines, true)}))) == Verdict::holds);
    CHECK(verdict(judge_blocked_loop(evidence({formatting(Way::coroutines, false)}))) ==
          Verdict::does_not_hold);
    CHECK(
        contains(judge_blocked_loop(evidence({formatting(Way::coroutines, true)})).measured, "waited 450ms"));
}

TEST_CASE("to_thread keeps the loop free when its timer is late no more") {
    const auto judge = [](bool offloaded_is_late) {
        return verdict(judge_free_loop(
            evidence({formatting(Way::coroutines, true), formatting(Way::pool, offloaded_is_late)})));
    };
    CHECK(judge(false) == Verdict::holds);
    CHECK(judge(true) == Verdict::does_not_hold);
}

TEST_CASE("a little computing may stay in the coroutine, much may not") {
    CHECK(verdict(judge_light_work(evidence({at_once(Way::coroutines, State::waiting, 10, 51),
                                             at_once(Way::pool, State::waiting, 10, 50)}))) ==
          Verdict::holds);
    CHECK(verdict(judge_light_work(evidence(
              {formatting(Way::coroutines, true), formatting(Way::pool, false)}))) == Verdict::does_not_hold);
}

TEST_CASE("a library that blocks does so in a coroutine too, and overlaps in threads") {
    const auto judge = [](WayRun inside, WayRun offloaded) {
        return verdict(
            judge_sync_library(evidence({in_turn(Way::sequential, State::blocked, 4, 100),
                                         named(std::move(inside), "inline"), std::move(offloaded)})));
    };
    CHECK(judge(in_turn(Way::coroutines, State::blocked, 4, 100),
                at_once(Way::pool, State::blocked, 4, 110)) == Verdict::holds);
    CHECK(judge(at_once(Way::coroutines, State::blocked, 4, 100),
                at_once(Way::pool, State::blocked, 4, 100)) == Verdict::does_not_hold);
    CHECK(judge(in_turn(Way::coroutines, State::blocked, 4, 100),
                in_turn(Way::pool, State::blocked, 4, 100)) == Verdict::does_not_hold);
}

TEST_CASE("ten times as fast in threads: by the cores there are, and the lock") {
    // Inline 500 ms; in threads `pooled`. Under the lock one at a time 500 ms, in threads `locked`.
    const auto judge = [](Nanoseconds pooled, Nanoseconds locked, int cores = 2) {
        return judge_tenfold(
            evidence(std::vector{claimed_run({in_turn(Way::coroutines, State::running, 10, 50),
                                              at_once(Way::pool, State::running, 10, pooled)},
                                             {}, cores),
                                 claimed_run({in_turn(Way::sequential, State::running, 10, 50),
                                              at_once(Way::pool, State::running, 10, locked)})}));
    };
    CHECK(verdict(judge(50, 50)) == Verdict::holds);
    CHECK(verdict(judge(50, 500)) == Verdict::holds_only_when);
    const Judgement two_cores = judge(260, 500);
    CHECK(verdict(two_cores) == Verdict::holds_only_when);
    CHECK(contains(two_cores.condition, "2 cores gave 1.9 times"));
    CHECK(contains(two_cores.condition, "under the lock 1.0 times"));
    CHECK(verdict(judge(500, 500)) == Verdict::does_not_hold);
    // With a core for each, it is not the cores that are missing.
    CHECK(verdict(judge(260, 500, 10)) == Verdict::does_not_hold);
}

TEST_CASE("async computes no faster, unless it does") {
    const auto judge = [](WayRun coroutines) {
        return verdict(judge_async_cpu(
            evidence({in_turn(Way::sequential, State::running, 8, 50), std::move(coroutines)})));
    };
    CHECK(judge(in_turn(Way::coroutines, State::running, 8, 50)) == Verdict::holds);
    CHECK(judge(at_once(Way::coroutines, State::running, 8, 200)) == Verdict::does_not_hold);
    // 400 ms of work that took 500, as something else had the core: coroutines that took 402 are no faster.
    WayRun slowed = in_turn(Way::sequential, State::running, 10, 50);
    slowed.usage.cpu = 400 * ms;
    CHECK(verdict(judge_async_cpu(evidence({slowed, in_turn(Way::coroutines, State::running, 6, 67)}))) ==
          Verdict::holds);
}

TEST_CASE("threads gain little under a lock") {
    const auto gaining = [](Nanoseconds pooled) {
        return claimed_run(
            {in_turn(Way::sequential, State::running, 8, 50), at_once(Way::pool, State::running, 8, pooled)});
    };
    const auto judge = [&](Nanoseconds locked, Nanoseconds unlocked) {
        return verdict(judge_threads_and_lock(evidence(std::vector{gaining(locked), gaining(unlocked)})));
    };
    CHECK(judge(400, 210) == Verdict::holds_only_when);
    // No gain without the lock either, with two cores used: the lock is not the cause.
    CHECK(judge(400, 390) == Verdict::does_not_hold);
    CHECK(judge(210, 210) == Verdict::does_not_hold);
    // 400 ms of work that took 500, as something else had the core: that threads took 400 is no gain.
    Run slowed = gaining(400);
    slowed.ways[0] = in_turn(Way::sequential, State::running, 10, 50);
    slowed.ways[0].usage.cpu = 400 * ms;
    CHECK(judge_threads_and_lock(evidence(std::vector{slowed, gaining(210)})).noisy);
    // Two cores, no lock, and no gain: the pool had one of them, so the lock is not to blame.
    Run crowded = gaining(400);
    crowded.ways[1].usage.cpu = 400 * ms;
    CHECK(judge_threads_and_lock(evidence(std::vector{gaining(400), crowded})).noisy);
    crowded.machine.cores = 1;
    CHECK(verdict(judge_threads_and_lock(evidence(std::vector{gaining(400), crowded}))) == Verdict::not_run);
    CHECK_FALSE(judge_threads_and_lock(evidence(std::vector{gaining(400), crowded})).noisy);
}

TEST_CASE("times of a machine that is busy with something else say nothing of computing") {
    WayRun alone = in_turn(Way::sequential, State::running, 8, 50);
    alone.usage.cpu = 200 * ms;  // of 400
    const WayRun coroutines = in_turn(Way::coroutines, State::running, 8, 20);
    const WayRun pool = at_once(Way::pool, State::running, 8, 400);
    const Run run = claimed_run({alone, coroutines, pool});
    for (const Judgement& judgement : {judge_async_cpu(evidence(std::vector{run})),
                                       judge_threads_and_lock(evidence(std::vector{run, run})),
                                       judge_tenfold(evidence(std::vector{run, run}))}) {
        CHECK(verdict(judgement) == Verdict::not_run);
        CHECK(judgement.noisy);
        CHECK(contains(judgement.measured, "50% of one core"));
    }
}

TEST_CASE("processes compute side by side in spite of the lock") {
    const auto judge = [](WayRun processes, Nanoseconds cpu_time, int cores = 2) {
        processes.usage.cpu = cpu_time;
        return judge_processes(evidence(std::vector{claimed_run(
            {in_turn(Way::pool, State::running, 8, 50), of_processes(std::move(processes))}, {}, cores)}));
    };
    CHECK(verdict(judge(at_once(Way::pool, State::running, 8, 210), 400 * ms)) == Verdict::holds);
    // Side by side, but on a machine that others use: they got no more than one core.
    CHECK(judge(at_once(Way::pool, State::running, 8, 400), 400 * ms).noisy);
    // They had two cores and were no faster; or they took turns.
    CHECK(verdict(judge(at_once(Way::pool, State::running, 8, 400), 800 * ms)) == Verdict::does_not_hold);
    CHECK(verdict(judge(in_turn(Way::pool, State::running, 8, 50), 400 * ms)) == Verdict::does_not_hold);
    CHECK(verdict(judge(at_once(Way::pool, State::running, 8, 210), 400 * ms, 1)) == Verdict::not_run);
}

TEST_CASE("coroutines take turns, threads are interrupted") {
    const auto judge = [](WayRun coroutines, WayRun threads, int cores = 2) {
        return verdict(judge_turns(
            evidence(std::vector{claimed_run({std::move(coroutines), std::move(threads)}, {}, cores)})));
    };
    const WayRun turns = in_turn(Way::coroutines, State::running, 8, 50);
    CHECK(judge(turns, at_once(Way::pool, State::running, 8, 200)) == Verdict::holds);
    CHECK(judge(turns, in_turn(Way::pool, State::running, 8, 50)) == Verdict::does_not_hold);
    CHECK(judge(at_once(Way::coroutines, State::running, 8, 50), at_once(Way::pool, State::running, 8, 50)) ==
          Verdict::does_not_hold);
    CHECK(judge(turns, at_once(Way::pool, State::running, 8, 50), 8) == Verdict::not_run);
}

Costs spawned(std::int64_t coroutines, double coroutine_start, double thread_start, double thread_memory) {
    Costs costs;
    costs.demo = "spawn";
    costs.knobs = {{"tasks", "", 50'000}};
    costs.measures = {{.name = std::string(spawn_measure::start)},
                      {.name = std::string(spawn_measure::resident), .unit = CostUnit::bytes}};
    costs.kinds = {{.name = "coroutine",
                    .points = {{1'000, {coroutine_start, 946.}}, {coroutines, {coroutine_start, 946.}}}},
                   {.name = "thread", .points = {{1'000, {thread_start, thread_memory}}}}};
    return costs;
}

TEST_CASE("tens of thousands of coroutines, and what a thread is beside one") {
    const auto judge = [](auto judgement, const Costs& costs) {
        return verdict(judgement(Measurements{.runs = {}, .costs = {costs}}));
    };
    CHECK(judge(judge_many, spawned(50'000, 600, 40'000, 8'500)) == Verdict::holds);
    CHECK(judge(judge_many, spawned(50'000, 30'000, 40'000, 8'500)) == Verdict::does_not_hold);
    CHECK(judge(judge_many, spawned(50'000, 600, 40'000, 1'000)) == Verdict::does_not_hold);
    Costs limited = spawned(5'000, 600, 40'000, 8'500);  // by this machine, which says nothing of coroutines
    limited.kinds[0].limit = "not enough memory";
    CHECK(judge(judge_many, limited) == Verdict::not_run);
    Costs failed = spawned(50'000, 600, 40'000, 8'500);
    failed.kinds[0].error = "the child ended";
    CHECK(judge(judge_many, failed) == Verdict::not_run);
    CHECK(judge(judge_lighter, spawned(50'000, 600, 40'000, 8'500)) == Verdict::holds);
    CHECK(judge(judge_lighter, spawned(50'000, 30'000, 40'000, 8'500)) == Verdict::does_not_hold);
    CHECK(judge(judge_lighter, spawned(50'000, 600, 40'000, 1'000)) == Verdict::does_not_hold);
    Costs few = spawned(50'000, 600, 700, 1'000);  // of ten, what comes once is most
    for (CostKind& kind : few.kinds) kind.points.front().n = 10;
    few.kinds[1].limit = "a user may have 50 processes";
    CHECK(judge(judge_lighter, few) == Verdict::not_run);
}

TEST_CASE("a layer costs what its CPU time says") {
    const auto judge = [](double callbacks, double plain, double nested, double erased, double http) {
        Costs costs;
        costs.measures = {{.name = std::string(layer_measure::cpu)}};
        costs.kinds = {{.name = "callbacks", .points = {{1, {callbacks}}}},
                       {.name = "use_awaitable", .points = {{1, {plain}}}},
                       {.name = "nested coroutines", .points = {{1, {nested}}}},
                       {.name = "type-erased layer", .points = {{1, {erased}}}},
                       {.name = "HTTP client", .points = {{1, {http}}}}};
        return verdict(judge_layers(Measurements{.runs = {}, .costs = {costs}}));
    };
    CHECK(judge(2'000, 2'300, 2'600, 2'700, 9'000) == Verdict::holds);
    CHECK(judge(2'000, 2'300, 2'310, 2'310, 9'000) == Verdict::holds_only_when);
    // That a whole request takes more than a read says nothing of layers.
    CHECK(judge(2'000, 2'010, 2'020, 2'010, 9'000) == Verdict::does_not_hold);
}

TEST_CASE("keeping a connection gains what opening one costs") {
    const auto at = [](Nanoseconds fresh, Nanoseconds kept, std::int64_t connections) {
        return claimed_run(
            {named(counted(in_turn(Way::sequential, State::blocked, 5, fresh), 5, connections), "new"),
             named(counted(in_turn(Way::sequential, State::blocked, 5, kept), 5, 1), "one")},
            {{"rtt", "ns", 20 * ms}});
    };
    const auto judge = [&](const Run& far, const Run& near) {
        return verdict(judge_reuse(evidence(std::vector{far, near})));
    };
    CHECK(judge(at(80, 60, 5), at(50, 40, 5)) == Verdict::holds);
    CHECK(judge(at(80, 60, 5), at(40, 40, 5)) == Verdict::holds_only_when);
    CHECK(judge(at(60, 60, 5), at(40, 40, 5)) == Verdict::does_not_hold);
    CHECK(judge(at(80, 60, 1), at(50, 40, 1)) == Verdict::does_not_hold);
}

TEST_CASE("a pool of connections saves opening them, and queues when it is small") {
    const auto judge = [](Nanoseconds one_of_each, const WayRun& pooled, std::int64_t opened) {
        return verdict(judge_redis_pool(
            evidence({named(counted(at_once(Way::coroutines, State::waiting, 8, one_of_each), 8, 8), "each"),
                      named(counted(pooled, 8, opened), "pooled")})));
    };
    CHECK(judge(20, at_once(Way::coroutines, State::waiting, 8, 10), 4) == Verdict::holds);
    CHECK(judge(20, in_turn(Way::coroutines, State::waiting, 8, 10), 4) == Verdict::holds_only_when);
    CHECK(judge(10, at_once(Way::coroutines, State::waiting, 8, 10), 4) == Verdict::does_not_hold);
    CHECK(judge(20, at_once(Way::coroutines, State::waiting, 8, 10), 8) == Verdict::does_not_hold);
}

// What the server saw of a program that made `calls` at once.
Run traced(int calls, Nanoseconds took, int exit_code = 0, std::int64_t connections = 1) {
    WayRun way = at_once(Way::sequential, State::at_server, calls, took);
    if (exit_code == 10) way.timeline.spans.back().outcome = Outcome::cancelled;
    way.server =
        ServerCounts{.requests = calls, .peak_in_flight = std::min(calls, 100), .connections = connections};
    Run run = claimed_run({way}, {{"latency", "ns", 100 * ms}, {"calls", "", calls}});
    run.demo = "trace";
    run.title = "overlap trace -- python3 many_calls.py httpx";
    run.traced = TracedCommand{.line = "python3", .exit_code = exit_code};
    return run;
}

TEST_CASE("httpx is in trouble where its calls fail or take twice as long as aiohttp's") {
    const auto judge = [](Nanoseconds at_30, Nanoseconds at_100, Nanoseconds at_300, int last_code = 0) {
        return verdict(judge_httpx_above_30(
            evidence(std::vector{traced(30, at_30), traced(30, 100), traced(100, at_100), traced(100, 100),
                                 traced(300, at_300, last_code), traced(300, 300)})));
    };
    CHECK(judge(110, 250, 900) == Verdict::holds);
    CHECK(judge(110, 110, 900) == Verdict::holds_only_when);
    CHECK(judge(110, 110, 310, 10) == Verdict::holds_only_when);
    CHECK(judge(110, 110, 310) == Verdict::does_not_hold);
    CHECK(judge(250, 250, 900) == Verdict::does_not_hold);  // at 30 already
    const Judgement both = judge_httpx_above_30(
        evidence(std::vector{traced(30, 110), traced(30, 100), traced(100, 110, 10), traced(100, 100, 10)}));
    CHECK(verdict(both) == Verdict::not_run);  // then it need not be httpx
    CHECK(contains(both.measured, "aiohttp failed too"));
}

TEST_CASE("ten times slower, failing, coping: as the two runs show") {
    const auto tenfold = [](Nanoseconds quick, Nanoseconds slow) {
        return verdict(judge_httpx_tenfold(
            evidence(std::vector{traced(100, quick), traced(100, 10), traced(100, slow), traced(100, 100)})));
    };
    CHECK(tenfold(100, 1'000) == Verdict::holds);
    CHECK(tenfold(100, 150) == Verdict::holds_only_when);
    CHECK(tenfold(40, 150) == Verdict::does_not_hold);
    const auto both = [](auto judge, int quick, int slow) {
        return verdict(judge(evidence(std::vector{traced(300, 300, quick), traced(300, 9'000, slow)})));
    };
    CHECK(both(judge_httpx_fails, 10, 10) == Verdict::holds);
    CHECK(both(judge_httpx_fails, 0, 10) == Verdict::holds_only_when);
    CHECK(both(judge_httpx_fails, 0, 0) == Verdict::does_not_hold);
    CHECK(both(judge_aiohttp_300, 0, 0) == Verdict::holds);
    CHECK(both(judge_aiohttp_300, 0, 10) == Verdict::does_not_hold);
    const auto reuse_of = [](Nanoseconds each, std::int64_t connections) {
        return verdict(judge_python_reuse(
            evidence(std::vector{traced(10, each, 0, connections), traced(10, 130, 0, 1)})));
    };
    CHECK(reuse_of(400, 10) == Verdict::holds);
    CHECK(reuse_of(130, 10) == Verdict::does_not_hold);
    CHECK(reuse_of(400, 1) == Verdict::does_not_hold);
}

TEST_CASE("a program that could not do its part is not judged") {
    for (const auto judge : {judge_httpx_fails, judge_aiohttp_300, judge_python_reuse}) {
        const Judgement missing = judge(evidence(std::vector{traced(300, 300, 3), traced(300, 300, 3)}));
        CHECK(verdict(missing) == Verdict::not_run);
        CHECK(contains(missing.measured, "package httpx"));
        CHECK(verdict(judge(evidence(std::vector{traced(300, 300, 1), traced(300, 300)}))) ==
              Verdict::not_run);
        Run silent = traced(300, 300);
        silent.ways.front().timeline = {};
        CHECK(verdict(judge(evidence(std::vector{silent, silent}))) == Verdict::not_run);
        silent.traced->signal = 9;
        const Judgement killed = judge(evidence(std::vector{traced(300, 300), silent}));
        CHECK(verdict(killed) == Verdict::not_run);
        CHECK(contains(killed.measured, "ended by signal 9"));
    }
}

TEST_CASE("one try that denies a claim is not enough, two are") {
    const Judgement yes{Verdict::holds, "3.0 times", ""};
    const Judgement no{Verdict::does_not_hold, "1.0 times", ""};
    const Judgement none{Verdict::not_run, "no package", ""};
    const Judgement noisy{
        .verdict = Verdict::not_run, .measured = "too busy", .condition = "", .noisy = true};
    CHECK(needs_another({noisy}));
    CHECK(needs_another({noisy, noisy}));
    CHECK_FALSE(needs_another({noisy, noisy, noisy}));
    CHECK_FALSE(needs_another({noisy, yes}));
    CHECK(needs_another({noisy, no}));
    CHECK(settle({noisy, yes}) == yes);
    CHECK(settle({noisy, no, no}) == no);
    CHECK(settle({noisy, no, noisy}).verdict == Verdict::not_run);
    CHECK(contains(settle({noisy, no, noisy}).measured, "too busy to measure it again after: 1.0 times"));
    CHECK(settle({no, yes, noisy}) == yes);
    CHECK(settle({noisy, noisy, noisy}) == noisy);
    CHECK(settle({no}).verdict == Verdict::not_run);
    CHECK(contains(settle({no}).measured, "no time to measure it again after: 1.0 times"));
    CHECK(needs_another({}));
    CHECK_FALSE(needs_another({yes}));
    CHECK_FALSE(needs_another({none}));
    CHECK(needs_another({no}));
    CHECK_FALSE(needs_another({no, no}));
    CHECK(needs_another({no, yes}));
    CHECK_FALSE(needs_another({no, yes, no}));
    CHECK(settle({yes}) == yes);
    CHECK(settle({no, no}) == no);
    CHECK(settle({no, yes, yes}) == yes);
    CHECK(settle({no, yes, no}) == no);
}

TEST_CASE("every claim can be told from the others, and the commands it names are commands") {
    std::set<std::string_view> names;
    for (const ClaimTest& test : all_claim_tests()) {
        CAPTURE(test.name);
        CHECK(names.insert(test.name).second);
        CHECK_FALSE(test.says.empty());
        CHECK_FALSE(test.section.empty());
        CHECK_FALSE(test.trials.empty());
        CHECK(test.full_seconds >= test.quick_seconds);
        for (const Trial& trial : test.trials) {
            for (const bool quick : {false, true}) {
                std::istringstream line(command_of(trial, quick));
                std::vector<std::string> words;
                for (std::string word; line >> word;) words.push_back(word);
                CAPTURE(command_of(trial, quick));
                REQUIRE(words.size() > 1);
                CHECK(words[0] == "overlap");
                const CommandSpec* const command = find_command(words[1]);
                REQUIRE(command != nullptr);
                CHECK_NOTHROW(parse_arguments(*command, {words.begin() + 2, words.end()}));
            }
        }
    }
    CHECK(names.size() >= 15);
}

Claims tested() {
    Claims claims;
    claims.quick = true;
    claims.asked = 5;
    claims.interrupted = true;
    claims.machine = {
        .cores = 2, .kernel = "Linux", .compiler = "clang 19.1.7", .build = "Release", .versions = {}};
    const auto add = [&](const char* name, const char* says, bool called_true, Judgement judgement,
                         int tries) {
        claims.claims.push_back({.name = name,
                                 .says = says,
                                 .section = "Compared in pictures",
                                 .tests = {"overlap api --latency 150ms --way sequential,coroutines"},
                                 .called_true = called_true,
                                 .judgement = std::move(judgement),
                                 .tries = tries,
                                 .took = 600 * ms});
    };
    add("three-calls", "three calls of 2s take 6s one after the other and 2s when they overlap", true,
        {Verdict::holds, "3 calls: 451ms one at a time, 151ms overlapped, 3.0 times as fast", ""}, 1);
    add("tenfold-in-threads", "10 requests that format for 50ms: about 10 times as fast with a thread pool",
        false,
        {Verdict::holds_only_when,
         "1.9 times as fast with 10 threads on 2 cores; under an imitated GIL 1.0 times",
         "there are the cores for it and no lock: 2 cores gave 1.9 times, under the lock 1.0 times"},
        1);
    add("async-computes", "async is no faster with CPU-bound tasks: it is one thread", true,
        {Verdict::does_not_hold, "8 tasks: 400ms one at a time, 200ms in coroutines", ""}, 3);
    add("httpx-fails-at-300", "with 300 requests at once httpx fails", false,
        {Verdict::not_run, "no python3 here has the package httpx", ""}, 1);
    return claims;
}

TEST_CASE("the table at every width") {
    test::check_golden("claims", [](int width) { return render_ascii(tested(), {.width = width}); });
}

TEST_CASE("no line is wider than asked for, whatever is in it, and all of it is printable") {
    Claims claims = tested();
    claims.claims[0].name = std::string(90, 'n') + "\x1b[31m";
    claims.claims[0].says = std::string(300, 's');
    claims.claims[1].judgement.measured = std::string(200, 'm') + "\n\xc3\xa9";
    claims.claims[1].judgement.condition = std::string(200, 'c');
    claims.claims[2].tests = {"overlap " + std::string(200, 't')};
    for (const int width : {1, 40, 60, 71, 72, 80, 120, 1'000}) {
        CAPTURE(width);
        const std::string table = render_ascii(claims, {.width = width});
        CHECK(test::widest_line(table) <= std::clamp(width, 40, 120));
        CHECK(test::widest_line(list_ascii(claims.claims, width)) <= std::clamp(width, 40, 120));
        for (const char c : table) CHECK((c == '\n' || (c >= ' ' && c <= '~')));
    }
}

TEST_CASE("colour changes nothing but the colour") {
    const std::string table =
        render_ascii(tested(), {.width = 80, .theme = {.unicode = false, .color = true}});
    CHECK(contains(table, "\x1b["));
    std::string bare;
    for (std::size_t i = 0; i < table.size(); ++i) {
        if (table[i] == '\x1b')
            i = table.find('m', i);
        else
            bare += table[i];
    }
    CHECK(bare == render_ascii(tested(), {.width = 80}));
}

TEST_CASE("JSON and plain lines say the same as the table") {
    const nlohmann::json document = nlohmann::json::parse(render_json(tested()));
    CHECK(document.at("schema") == claims_schema);
    CHECK(document.at("interrupted") == true);
    CHECK(document.at("asked") == 5);
    REQUIRE(document.at("claims").size() == 4);
    CHECK(document.at("claims")[1].at("verdict") == "holds_only_when");
    CHECK(document.at("claims")[2].at("tries") == 3);
    CHECK(document.at("failed_checks") == nlohmann::json{"async-computes"});
    CHECK(document.at("verdicts").at("not_run") == 1);
    CHECK(contains(render_plain(tested()), "claim\tasync-computes\tdoes_not_hold\t8 tasks"));
}

TEST_CASE("a claim that we do not call true is no failed check") {
    Claims claims = tested();
    CHECK(failed_checks(claims) == std::vector<std::string>{"async-computes"});
    claims.claims[2].called_true = false;
    CHECK(failed_checks(claims).empty());
    claims.claims[2] = claims.claims[3];
    claims.claims[2].called_true = true;  // not run is not failed
    CHECK(failed_checks(claims).empty());
}

}  // namespace
}  // namespace overlap
