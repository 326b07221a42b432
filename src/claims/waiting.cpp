// Claims about waiting: what overlaps, what does not, and what that gains.
#include "claims/judge.hpp"
#include "claims/judgements.hpp"
#include "demos/demos.hpp"
#include "timeline/duration.hpp"
#include "timeline/units.hpp"
#include "timeline/words.hpp"

namespace overlap {
namespace {

const std::vector<Way> one_by_one_and_overlapped{Way::sequential, Way::coroutines};

Trial calls(std::int64_t tasks, std::int64_t full, std::int64_t quick) {
    return {.demo = &api,
            .settings = {{"tasks", tasks, tasks}, {"latency", full, quick}},
            .ways = one_by_one_and_overlapped};
}

}  // namespace

Judgement judge_overlap(const Measurements& measured) {
    const Run& run = measured.runs.at(0);
    const WayRun* const slow = find_done(run, Way::sequential);
    const WayRun* const fast = find_done(run, Way::coroutines);
    const std::optional<double> ratio = ratio_of(slow, fast);
    if (!ratio) return unmeasured(measured);
    const std::size_t tasks = tasks_of(*fast);
    return {*ratio >= 0.7 * static_cast<double>(tasks) ? Verdict::holds : Verdict::does_not_hold,
            plural(tasks, "call") + ": " + time_of(*slow) + " one at a time, " + time_of(*fast) +
                " overlapped, " + times_in_words(*ratio) + " as fast",
            ""};
}

Judgement judge_waiting(const Measurements& measured) {
    const WayRun* const way = find_done(measured.runs.at(0), Way::sequential);
    if (way == nullptr || total_of(*way) <= 0) return unmeasured(measured);
    const double share =
        static_cast<double>(time_in(way->timeline, State::blocked)) / static_cast<double>(total_of(*way));
    const int peak = in_flight_peak(way->timeline);
    return {peak == 1 && share >= 0.8 ? Verdict::holds : Verdict::does_not_hold,
            "its thread was blocked for " + percent(share) + " of " + time_of(*way) +
                "; under way at once: " + std::to_string(peak),
            ""};
}

Judgement judge_race(const Measurements& measured) {
    const Run& run = measured.runs.at(0);
    const WayRun* const slow = find_done(run, Way::sequential);
    const WayRun* const fast = find_done(run, Way::coroutines);
    const std::optional<double> ratio = ratio_of(slow, fast);
    const auto given_up = knob_of(run, "main-timeout");
    const auto fallback = knob_of(run, "fallback-latency");
    if (!ratio || !given_up || !fallback || *fallback <= 0) return unmeasured(measured);
    const double expected = static_cast<double>(*given_up + *fallback) / static_cast<double>(*fallback);
    const bool holds = *ratio >= 0.75 * expected;
    return {holds ? Verdict::holds : Verdict::does_not_hold,
            "an answer after " + time_of(*slow) + " when main is waited for first, after " + time_of(*fast) +
                " when both are asked at once: " + times_in_words(*ratio) + " as fast",
            ""};
}

Judgement judge_naive(const Measurements& measured) {
    const Run& run = measured.runs.at(0);
    const WayRun* const alone = find_done(run, Way::sequential);
    const WayRun* const naive = find_done(run, Way::coroutines, "naive");
    const WayRun* const gathered = find_done(run, Way::coroutines, "gather");
    const std::optional<double> gain = ratio_of(alone, naive);
    const std::optional<double> lost = ratio_of(naive, gathered);
    if (!gain || !lost) return unmeasured(measured);
    const bool holds = *gain <= 1.25 && in_flight_peak(naive->timeline) == 1 && *lost >= 1.5;
    return {holds ? Verdict::holds : Verdict::does_not_hold,
            "awaited in turn " + time_of(*naive) + ", blocking calls " + time_of(*alone) + ", gathered " +
                time_of(*gathered),
            ""};
}

Judgement judge_few_users(const Measurements& measured) {
    const Run& run = measured.runs.at(0);
    const WayRun* const thread = find_done(run, Way::sequential);
    const WayRun* const coroutine = find_done(run, Way::coroutines);
    const std::optional<double> ratio = ratio_of(thread, coroutine);
    if (!ratio) return unmeasured(measured);
    return {*ratio <= 1.2 ? Verdict::holds : Verdict::does_not_hold,
            plural(tasks_of(*coroutine), "call") + ": " + time_of(*thread) + " blocking, " +
                time_of(*coroutine) + " in a coroutine",
            ""};
}

Judgement judge_threads_match(const Measurements& measured) {
    const Run& run = measured.runs.at(0);
    const WayRun* const coroutines = find_done(run, Way::coroutines);
    const WayRun* const threads = done_pool(run, PoolKind::threads);
    const std::optional<double> slower = ratio_of(threads, coroutines);
    if (!slower) return unmeasured(measured);
    const auto memory = [](const WayRun& way) {
        return static_cast<double>(way.usage.peak_memory.value_or(0));
    };
    if (memory(*coroutines) <= 0 || memory(*threads) <= 0)
        return {Verdict::not_run, "the kernel does not tell how much memory each way took", ""};
    const double more = memory(*threads) / memory(*coroutines);
    const bool holds = *slower <= 1.5 && *slower >= 0.67 && more >= 1.5;
    return {holds ? Verdict::holds : Verdict::does_not_hold,
            plural(tasks_of(*coroutines), "call") + ": " + time_of(*coroutines) + " in coroutines, " +
                time_of(*threads) + " on " +
                plural(static_cast<std::size_t>(threads->usage.threads), "thread") + "; memory grew by " +
                format_cost(memory(*coroutines), CostUnit::bytes) + " and by " +
                format_cost(memory(*threads), CostUnit::bytes) + ", " + times_in_words(more) + " as much",
            ""};
}

Judgement judge_forgotten(const Measurements& measured) {
    const Run& run = measured.runs.at(0);
    const WayRun* const awaited = find_done(run, Way::coroutines, "awaited");
    const WayRun* const forgotten = panel_of(run, Way::coroutines, "forgotten");
    if (awaited == nullptr || forgotten == nullptr || forgotten->interrupted || !awaited->server ||
        !forgotten->server)
        return unmeasured(measured);
    const std::int64_t without = forgotten->server->requests;
    const std::int64_t with = awaited->server->requests;
    return {without == 0 && with > 0 ? Verdict::holds : Verdict::does_not_hold,
            "the server counted " + plural(static_cast<std::size_t>(without), "request") +
                " without await, " + std::to_string(with) + " with it",
            ""};
}

std::vector<ClaimTest> claims_of_waiting() {
    return {
        {.name = "three-calls",
         .says = "three calls of 2s take 6s one after the other and 2s when they overlap",
         .section = "Compared in pictures",
         .full_seconds = 9,
         .trials = {calls(3, 2000 * ms, 150 * ms)},
         .judge = judge_overlap},
        {.name = "two-tasks",
         .says = "two tasks of 2s take 4s one after the other and 2s when they are gathered",
         .section = "Sync and async: examples",
         .full_seconds = 7,
         .trials = {calls(2, 2000 * ms, 250 * ms)},
         .judge = judge_overlap},
        {.name = "hundred-calls",
         .says = "a hundred requests of 1s take 100s in a loop and about 1s when they overlap",
         .section = "Strengths and weaknesses",
         .full_seconds = 103,
         .quick_seconds = 4,  // fewer and longer calls: what starting them takes is less of their time
         .trials = {{.demo = &burst,
                     .settings = {{"tasks", 100, 40}, {"latency", 1000 * ms, 80 * ms}},
                     .ways = one_by_one_and_overlapped}},
         .judge = judge_overlap},
        {.name = "main-and-fallback",
         .says = "main given up after 2s and then a fallback of 1s take 3s; asked both at once, 1s",
         .section = "Example from your code",
         .full_seconds = 6,
         .quick_seconds = 1,
         .trials = {{.demo = &race,
                     .settings = {{"main-latency", 2500 * ms, 375 * ms},
                                  {"main-timeout", 2000 * ms, 300 * ms},
                                  {"fallback-latency", 1000 * ms, 150 * ms}},
                     .ways = one_by_one_and_overlapped}},
         .judge = judge_race},
        {.name = "sync-waits",
         .says = "a synchronous call blocks: while it waits, nothing else of the program is done",
         .section = "What sync and async are",
         .trials = {{.demo = &api,
                     .settings = {{"tasks", 3, 3}, {"latency", 200 * ms, 100 * ms}},
                     .ways = {Way::sequential}}},
         .judge = judge_waiting},
        {.name = "await-in-turn",
         .says = "calls that are awaited one after the other in a coroutine do not overlap",
         .section = "When to use which: the user, then the posts",
         .full_seconds = 2,
         .trials = {{.demo = &chain,
                     .settings = {{"users", 3, 3},
                                  {"user-latency", 200 * ms, 60 * ms},
                                  {"posts-latency", 100 * ms, 40 * ms}},
                     .ways = one_by_one_and_overlapped}},
         .judge = judge_naive},
        {.name = "few-users",
         .says = "with few users and few requests at once, sync is as good",
         .section = "Redis: when to use sync",
         .trials = {{.demo = &api,
                     .settings = {{"tasks", 1, 1}, {"latency", 200 * ms, 100 * ms}},
                     .ways = one_by_one_and_overlapped,
                     .repeat = 3}},
         .judge = judge_few_users},
        {.name = "threads-match",
         .says = "threads overlap waiting as well as coroutines do, but a thread takes more memory",
         .section = "Coroutine against thread",
         .full_seconds = 3,
         .quick_seconds = 2,
         .trials = {{.demo = &burst,
                     .settings = {{"tasks", 500, 200}, {"latency", 1000 * ms, 500 * ms}},
                     .ways = {Way::coroutines, Way::pool},
                     .pools = {PoolKind::threads},
                     .workers = Trial::one_per_task}},
         .judge = judge_threads_match},
        {.name = "not-awaited",
         .says = "a coroutine that is called and not awaited does nothing",
         .section = "Why await?",
         .full_seconds = 2,
         .trials = {{.demo = &forgot,
                     .settings = {{"tasks", 3, 3}, {"latency", 200 * ms, 50 * ms}},
                     .ways = {Way::coroutines},
                     .variants = {"awaited", "forgotten"}}},
         .judge = judge_forgotten},
    };
}

}  // namespace overlap
