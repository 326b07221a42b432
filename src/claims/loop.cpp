// Claims about the event loop: one thread, and what holds it.
#include <algorithm>

#include "claims/judge.hpp"
#include "claims/judgements.hpp"
#include "demos/demos.hpp"
#include "timeline/duration.hpp"
#include "timeline/units.hpp"
#include "timeline/words.hpp"

namespace overlap {
namespace {

constexpr std::int64_t us = 1'000;

// The spans of tasks in that state: how long each lasted, the shortest first.
std::vector<Nanoseconds> spans_in(const Timeline& timeline, State state) {
    std::vector<Nanoseconds> lengths;
    for (const Span& span : timeline.spans) {
        if (span.state == state && timeline.lanes[span.lane].kind == LaneKind::task)
            lengths.push_back(span.end - span.begin);
    }
    std::sort(lengths.begin(), lengths.end());
    return lengths;
}

Trial formatting(std::int64_t full, std::int64_t quick) {
    return {.demo = &starve,
            .settings = {{"tasks", 10, 10}, {"work", full, quick}},
            .ways = {Way::coroutines, Way::pool},
            .pools = {PoolKind::threads}};
}

}  // namespace

Judgement judge_blocked_loop(const Measurements& measured) {
    const WayRun* const way = find_done(measured.runs.at(0), Way::coroutines);
    if (way == nullptr) return unmeasured(measured);
    const std::vector<Nanoseconds> work = spans_in(way->timeline, State::running);
    const std::vector<Nanoseconds> held = spans_in(way->timeline, State::ready);
    const std::size_t tasks = tasks_of(*way);
    if (work.empty() || tasks < 2) return unmeasured(measured);
    const Nanoseconds one = work[work.size() / 2];
    const Nanoseconds longest = held.empty() ? 0 : held.back();
    const bool holds = longest >= static_cast<Nanoseconds>(tasks - 1) * one * 7 / 10;
    return {holds ? Verdict::holds : Verdict::does_not_hold,
            plural(tasks, "request") + ", " + format_duration(one) +
                " of formatting each: the last one had its " + "answer and waited " +
                format_duration(longest) + " for the loop",
            ""};
}

Judgement judge_free_loop(const Measurements& measured) {
    const Run& run = measured.runs.at(0);
    const WayRun* const inside = find_done(run, Way::coroutines);
    const WayRun* const offloaded = done_pool(run, PoolKind::threads);
    if (inside == nullptr || offloaded == nullptr || !inside->heartbeat || !offloaded->heartbeat ||
        inside->heartbeat->beats == 0 || offloaded->heartbeat->beats == 0)
        return unmeasured(measured);
    const Nanoseconds before = inside->heartbeat->worst_lag;
    const Nanoseconds after = offloaded->heartbeat->worst_lag;
    return {before >= 3 * after ? Verdict::holds : Verdict::does_not_hold,
            "a timer on the loop came up to " + format_duration(before) +
                " late with the formatting on the loop, " + format_duration(after) + " with it in " +
                plural(static_cast<std::size_t>(offloaded->workers), "thread"),
            ""};
}

Judgement judge_light_work(const Measurements& measured) {
    const Run& run = measured.runs.at(0);
    const WayRun* const inside = find_done(run, Way::coroutines);
    const WayRun* const offloaded = done_pool(run, PoolKind::threads);
    const std::optional<double> ratio = ratio_of(inside, offloaded);
    if (!ratio) return unmeasured(measured);
    return {*ratio <= 1.15 ? Verdict::holds : Verdict::does_not_hold,
            plural(tasks_of(*inside), "request") + ": " + time_of(*inside) +
                " with the work in the coroutines, " + time_of(*offloaded) + " with it in threads",
            ""};
}

Judgement judge_sync_library(const Measurements& measured) {
    const Run& run = measured.runs.at(0);
    const WayRun* const alone = find_done(run, Way::sequential);
    const WayRun* const inside = find_done(run, Way::coroutines, "inline");
    const WayRun* const offloaded = done_pool(run, PoolKind::threads);
    const std::optional<double> gain = ratio_of(alone, inside);
    const std::optional<double> lost = ratio_of(inside, offloaded);
    if (!gain || !lost) return unmeasured(measured);
    const bool holds = *gain <= 1.25 && *lost >= 1.5;
    return {holds ? Verdict::holds : Verdict::does_not_hold,
            plural(tasks_of(*inside), "locked database") + ": " + time_of(*alone) + " one at a time, " +
                time_of(*inside) + " called in coroutines, " + time_of(*offloaded) + " in threads",
            ""};
}

std::vector<ClaimTest> claims_of_the_loop() {
    return {
        {.name = "blocked-loop",
         .says = "computing on the loop delays everyone: of 10 requests with 50ms each, the 10th waits 450ms",
         .section = "G2: formatting a conversation",
         .full_seconds = 3,
         .trials = {{.demo = &starve,
                     .settings = {{"tasks", 10, 10}, {"work", 50 * ms, 15 * ms}},
                     .ways = {Way::coroutines}}},
         .judge = judge_blocked_loop},
        {.name = "to-thread",
         .says = "with to_thread the event loop is not blocked while that is computed",
         .section = "Why a thread pool?",
         .full_seconds = 3,
         .trials = {formatting(50 * ms, 20 * ms)},
         .judge = judge_free_loop},
        {.name = "light-work",
         .says = "a little computing between two awaits may stay in the coroutine (case A)",
         .section = "Case A, B, C",
         .trials =
             {{.demo = &starve,
               .settings = {{"tasks", 10, 10}, {"latency", 100 * ms, 50 * ms}, {"work", 100 * us, 50 * us}},
               .ways = {Way::coroutines, Way::pool},
               .pools = {PoolKind::threads},
               .repeat = 3}},
         .judge = judge_light_work},
        {.name = "sync-library",
         .says = "a library that blocks holds up the loop; in to_thread its calls overlap (case B)",
         .section = "Case A, B, C",
         .full_seconds = 2,
         .quick_seconds = 2,
         .trials = {{.demo = &blocking,
                     .settings = {{"tasks", 4, 4}, {"locked", 200 * ms, 100 * ms}},
                     .ways = {Way::sequential, Way::coroutines, Way::pool},
                     .variants = {"inline"},
                     .pools = {PoolKind::threads},
                     .workers = 4}},
         .judge = judge_sync_library},
    };
}

}  // namespace overlap
