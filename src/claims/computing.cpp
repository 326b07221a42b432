// Claims about computing: what a thread, a coroutine and a process gain there.
#include <algorithm>
#include <utility>

#include "claims/judge.hpp"
#include "claims/judgements.hpp"
#include "demos/demos.hpp"
#include "timeline/duration.hpp"
#include "timeline/units.hpp"
#include "timeline/words.hpp"

namespace overlap {
namespace {

const std::vector<Way> alone_and_pooled{Way::sequential, Way::pool};

std::string cores_of(const Run& run) {
    return plural(static_cast<std::size_t>(std::max(run.machine.cores, 0)), "core");
}

// Tasks that compute, with the imitated lock or without.
Trial computing(std::int64_t tasks, bool lock, std::vector<Way> ways, std::vector<PoolKind> pools,
                int workers = 0) {
    Trial trial{.demo = &cpu,
                .settings = {{"tasks", tasks, tasks}, {"work", 50 * ms, 20 * ms}},
                .ways = std::move(ways),
                .pools = std::move(pools),
                .workers = workers};
    if (lock) trial.settings.push_back({"gil", 1, 1});
    return trial;
}

// The median of three is less of the noise.
Trial repeated(Trial trial) {
    trial.repeat = 3;
    return trial;
}

}  // namespace

Judgement judge_tenfold(const Measurements& measured) {
    const Run& formatted = measured.runs.at(0);
    const Run& locked = measured.runs.at(1);
    const WayRun* const inside = find_done(formatted, Way::coroutines);
    const std::optional<double> threads = ratio_of(inside, done_pool(formatted, PoolKind::threads));
    const std::optional<double> lock =
        ratio_of(find_done(locked, Way::sequential), done_pool(locked, PoolKind::threads));
    if (!threads || !lock) return unmeasured(measured);
    for (const WayRun* alone : {inside, find_done(locked, Way::sequential)}) {
        if (starved(*alone)) return too_busy(*alone);
    }
    const std::size_t tasks = tasks_of(*inside);
    const double promised = 0.8 * static_cast<double>(tasks);
    const std::string found = times_in_words(*threads) + " as fast with " + plural(tasks, "thread") + " on " +
                              cores_of(formatted) + "; under an imitated GIL " + times_in_words(*lock);
    if (*threads >= promised && *lock >= promised) return {Verdict::holds, found, ""};
    if (*threads >= promised) return {Verdict::holds_only_when, found, "the lock (GIL) is released"};
    if (*threads < 1.2) {
        const WayRun& pool = *done_pool(formatted, PoolKind::threads);
        if (starved_pool(pool, formatted.machine.cores)) return too_busy(pool);
    }
    // Where each had a core, the cores are not what was missing.
    const bool cores_are_few = std::cmp_less(formatted.machine.cores, tasks);
    if (*threads < 1.2 || !cores_are_few) return {Verdict::does_not_hold, found, ""};
    return {Verdict::holds_only_when, found,
            std::string("there are the cores for it") + (*lock < 1.2 ? " and no lock" : "") + ": " +
                cores_of(formatted) + " gave " + times_in_words(*threads) +
                (*lock < 1.2 ? ", under the lock " + times_in_words(*lock) : "")};
}

Judgement judge_async_cpu(const Measurements& measured) {
    const Run& run = measured.runs.at(0);
    const WayRun* const alone = find_done(run, Way::sequential);
    const WayRun* const coroutines = find_done(run, Way::coroutines);
    if (!ratio_of(alone, coroutines)) return unmeasured(measured);
    for (const WayRun* way : {alone, coroutines}) {
        if (starved(*way)) return too_busy(*way);
    }
    // One thread cannot be faster than the work takes on a core; what else had the core is left out.
    const Nanoseconds work = alone->usage.cpu;
    const bool holds = static_cast<double>(work) <= 1.15 * static_cast<double>(total_of(*coroutines));
    return {holds ? Verdict::holds : Verdict::does_not_hold,
            plural(tasks_of(*coroutines), "task") + ": " + time_of(*alone) + " one at a time, " +
                format_duration(work) + " of it computing; " + time_of(*coroutines) + " in coroutines",
            ""};
}

Judgement judge_threads_and_lock(const Measurements& measured) {
    const auto gain = [](const Run& run) {
        return ratio_of(find_done(run, Way::sequential), done_pool(run, PoolKind::threads));
    };
    const std::optional<double> locked = gain(measured.runs.at(0));
    const std::optional<double> unlocked = gain(measured.runs.at(1));
    if (!locked || !unlocked) return unmeasured(measured);
    for (const Run& run : measured.runs) {
        const WayRun* const alone = find_done(run, Way::sequential);
        if (starved(*alone)) return too_busy(*alone);
    }
    const std::string found = "threads under an imitated GIL: " + times_in_words(*locked) +
                              " as fast as one task at a time; without it " + times_in_words(*unlocked) +
                              " on " + cores_of(measured.runs.at(1));
    // Where threads gain nothing without the lock either, the lock is not shown to be the cause.
    if (*unlocked < 1.2) {
        const Run& run = measured.runs.at(1);
        if (run.machine.cores < 2)
            return {Verdict::not_run, "there is one core to use: without a lock threads gain nothing either",
                    ""};
        const WayRun& pool = *done_pool(run, PoolKind::threads);
        if (starved_pool(pool, run.machine.cores)) return too_busy(pool);
        return {Verdict::does_not_hold, found, ""};
    }
    if (*locked >= 1.2) {
        // More than the work takes on a core, or only more than a way that had less than a core?
        const WayRun& alone = *find_done(measured.runs.at(0), Way::sequential);
        const WayRun& pool = *done_pool(measured.runs.at(0), PoolKind::threads);
        if (static_cast<double>(alone.usage.cpu) < 1.2 * static_cast<double>(total_of(pool)))
            return too_busy(alone);
        return {Verdict::does_not_hold, found, ""};
    }
    return {Verdict::holds_only_when, found, "a lock lets one thread compute at a time"};
}

Judgement judge_processes(const Measurements& measured) {
    const Run& run = measured.runs.at(0);
    if (run.machine.cores < 2)
        return {Verdict::not_run, "there is one core to use: nothing can compute at the same time", ""};
    const WayRun* const threads = done_pool(run, PoolKind::threads);
    const WayRun* const processes = done_pool(run, PoolKind::processes);
    const std::optional<double> ratio = ratio_of(threads, processes);
    if (!ratio) return unmeasured(measured);
    const int at_once = computing_at_once(*processes);
    const std::string found =
        plural(tasks_of(*threads), "task") + " under an imitated GIL: " + time_of(*threads) +
        " in threads, " + time_of(*processes) + " in " +
        plural(static_cast<std::size_t>(processes->workers), "process", "processes") + " on " +
        cores_of(run) + "; computing at once: " + std::to_string(computing_at_once(*threads)) + " and " +
        std::to_string(at_once);
    if (*ratio >= 1.3) return {Verdict::holds, found, ""};
    // On a busy machine they compute side by side and get no more of it than the threads did.
    if (at_once >= 2 && starved_pool(*processes, run.machine.cores)) return too_busy(*processes);
    return {Verdict::does_not_hold, found, ""};
}

Judgement judge_turns(const Measurements& measured) {
    const Run& run = measured.runs.at(0);
    const WayRun* const coroutines = find_done(run, Way::coroutines);
    const WayRun* const threads = done_pool(run, PoolKind::threads);
    if (coroutines == nullptr || threads == nullptr) return unmeasured(measured);
    const int in_turn = computing_at_once(*coroutines);
    const int at_once = computing_at_once(*threads);
    // With a core for each, nothing shows that the system takes a core from one for another.
    if (in_turn == 1 && at_once > 1 && at_once <= run.machine.cores)
        return {Verdict::not_run, "there were cores for all threads that computed: " + cores_of(run), ""};
    const bool holds = in_turn == 1 && at_once > run.machine.cores;
    return {holds ? Verdict::holds : Verdict::does_not_hold,
            "in the middle of their work at once: " + plural(static_cast<std::size_t>(in_turn), "coroutine") +
                ", " + plural(static_cast<std::size_t>(at_once), "thread") + " on " + cores_of(run),
            ""};
}

std::vector<ClaimTest> claims_of_computing() {
    return {
        {.name = "tenfold-in-threads",
         .says = "10 requests that format for 50ms: about 10 times as fast with a thread pool",
         .section = "G2: formatting a conversation",
         .called_true = false,
         .full_seconds = 4,
         .quick_seconds = 2,
         .trials = {{.demo = &starve,
                     .settings = {{"tasks", 10, 10}, {"work", 50 * ms, 20 * ms}},
                     .ways = {Way::coroutines, Way::pool},
                     .pools = {PoolKind::threads},
                     .workers = 10},
                    computing(10, true, alone_and_pooled, {PoolKind::threads}, 10)},
         .judge = judge_tenfold},
        {.name = "async-computes",
         .says = "async is no faster with CPU-bound tasks: it is one thread",
         .section = "Strengths and weaknesses",
         .full_seconds = 2,
         .trials = {repeated(computing(8, false, {Way::sequential, Way::coroutines}, {}))},
         .judge = judge_async_cpu},
        {.name = "threads-and-gil",
         .says = "a pool of threads adds little throughput to heavy computing, because of the GIL",
         .section = "Case C",
         .called_true = false,
         .full_seconds = 3,
         .quick_seconds = 2,
         .trials = {computing(8, true, alone_and_pooled, {PoolKind::threads}),
                    computing(8, false, alone_and_pooled, {PoolKind::threads})},
         .judge = judge_threads_and_lock},
        {.name = "processes-and-gil",
         .says = "a pool of processes computes in parallel in spite of the GIL",
         .section = "Case C",
         .full_seconds = 2,
         .trials = {{.demo = &cpu,
                     .settings = {{"tasks", 8, 8}, {"work", 100 * ms, 60 * ms}, {"gil", 1, 1}},
                     .ways = {Way::pool},
                     .pools = {PoolKind::threads, PoolKind::processes}}},
         .judge = judge_processes},
        {.name = "taking-turns",
         .says = "coroutines give their turn up by themselves; threads are interrupted by the system",
         .section = "Coroutine against thread",
         .full_seconds = 2,
         .trials = {computing(16, false, {Way::coroutines, Way::pool}, {PoolKind::threads}, 16)},
         .judge = judge_turns},
    };
}

}  // namespace overlap
