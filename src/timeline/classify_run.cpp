#include <algorithm>

#include "timeline/classify_observed.hpp"
#include "timeline/duration.hpp"
#include "timeline/error.hpp"
#include "timeline/metrics.hpp"
#include "timeline/words.hpp"

namespace overlap {
namespace {

/// What the tasks of a way did, added up.
struct TaskTime {
    Nanoseconds blocked = 0;    ///< waited and held a thread
    Nanoseconds suspended = 0;  ///< waited and left the thread to others
    Nanoseconds running = 0;
    Nanoseconds all = 0;  ///< in flight
};

TaskTime task_time(const Timeline& timeline) {
    TaskTime time;
    for (const Span& span : timeline.spans) {
        if (timeline.lanes[span.lane].kind != LaneKind::task) continue;
        const Nanoseconds took = span.end - span.begin;
        if (span.state == State::blocked) time.blocked += took;
        if (span.state == State::waiting) time.suspended += took;
        if (span.state == State::running) time.running += took;
        if (in_flight(span.state)) time.all += took;
    }
    return time;
}

// The first panel of the sequential way that did its work; where there is none, that of any way.
const WayRun& measured_panel(const Run& run) {
    const auto done = [](const WayRun& way) { return work_done(way); };
    const auto sequential = std::find_if(run.ways.begin(), run.ways.end(), [&](const WayRun& way) {
        return way.way == Way::sequential && done(way);
    });
    if (sequential != run.ways.end()) return *sequential;
    const auto any = std::find_if(run.ways.begin(), run.ways.end(), done);
    if (any != run.ways.end()) return *any;
    throw Error("no way of '" + run.demo +
                "' did all of its work, so there is nothing to classify: see 'overlap " + run.demo + "'");
}

// The panel of coroutines that shows an async API: its tasks waited suspended, never held a thread, and did
// with that of the loop. Of several, that with the least worst lag. Null when there is none.
const WayRun* awaiting_panel(const Run& run) {
    const WayRun* best = nullptr;
    const auto lag = [](const WayRun& way) { return way.heartbeat ? way.heartbeat->worst_lag : 0; };
    for (const WayRun& way : run.ways) {
        if (way.way != Way::coroutines || !work_done(way)) continue;
        const TaskTime time = task_time(way.timeline);
        if (time.suspended == 0 || time.blocked > 0 || way.usage.threads > 1) continue;
        if (best == nullptr || lag(way) < lag(*best)) best = &way;
    }
    return best;
}

std::vector<Fact> facts_of(const WayRun& way, std::size_t tasks, const TaskTime& time,
                           const WayRun* awaiting) {
    const auto count = static_cast<Nanoseconds>(tasks);
    const auto each = [&](std::string key, std::string label, Nanoseconds total) {
        return time_fact(std::move(key), std::move(label), total / count);
    };
    std::vector<Fact> facts{
        {"panel", "measured in", subject(way)},
        {"tasks", "tasks", std::to_string(tasks), static_cast<double>(tasks)},
        each("wall_ms", "time of a task, mean", time.all),
        each("blocked_ms", "  blocked", time.blocked),
        each("suspended_ms", "  suspended", time.suspended),
        each("running_ms", "  running", time.running),
        each("cpu_ms", "CPU time of a task", way.usage.cpu),
    };
    if (awaiting != nullptr && awaiting->heartbeat && awaiting->heartbeat->beats > 0) {
        const Nanoseconds lag = awaiting->heartbeat->worst_lag;
        facts.push_back(time_fact("loop_lag_ms", "lag of the loop, worst", lag, " in " + subject(*awaiting)));
    }
    return facts;
}

}  // namespace

Classification classify_run(const Run& run, bool sync_library) {
    const WayRun& way = measured_panel(run);
    const std::size_t tasks = std::max<std::size_t>(1, summarize_tasks(way.timeline).size());
    const TaskTime time = task_time(way.timeline);
    const WayRun* const awaiting = awaiting_panel(run);
    const bool blocks = time.blocked > 0;

    Classification result;
    result.traits.cpu_cost_ms = milliseconds(way.usage.cpu) / static_cast<double>(tasks);
    result.traits.uses_blocking_io = blocks && awaiting == nullptr;
    result.traits.uses_sync_lib = sync_library;
    result.traits.has_async_api = awaiting != nullptr;
    Evidence& evidence = result.evidence.emplace();
    evidence.title = "What was measured of: overlap " + run.demo;
    evidence.facts = facts_of(way, tasks, time, awaiting);
    if (!blocks) {
        evidence.blocking_io = "no task of " + subject(way) + " was blocked";
    } else if (awaiting != nullptr) {
        evidence.blocking_io = subject(way) + " blocks, but that can be awaited instead";
    } else {
        evidence.blocking_io = "the tasks of " + subject(way) + " were blocked, and no coroutine awaited it";
    }
    evidence.sync_lib = sync_library ? "known, as the demo is ours: the library only blocks"
                                     : "known, as the demo is ours: what blocks in it is its own I/O";
    evidence.cpu = "what " + subject(way) + " used, divided by its tasks";
    evidence.async_api =
        awaiting != nullptr ? "the tasks of " + subject(*awaiting) + " waited suspended, none held its thread"
                            : "no panel of coroutines waited suspended without holding its thread";
    if (run.interrupted) evidence.notes.emplace_back("Interrupted: not all ways were run.");
    if (result.traits.has_async_api && blocks) {
        TaskTraits other = result.traits;
        other.uses_blocking_io = true;
        other.has_async_api = false;
        result.otherwise = {"as " + subject(way) + " is written, with calls that block",
                            classify_task(other)};
    }
    return result;
}

}  // namespace overlap
