#include <algorithm>

#include "timeline/advice_of_demos.hpp"
#include "timeline/duration.hpp"
#include "timeline/metrics.hpp"
#include "timeline/words.hpp"

namespace overlap {
namespace {

// The running spans of the tasks, and nothing else.
Timeline computing(const WayRun& way) {
    Timeline running{way.timeline.lanes, {}};
    for (const Span& span : way.timeline.spans) {
        const bool task = running.lanes[span.lane].kind == LaneKind::task;
        if (task && span.state == State::running) running.spans.push_back(span);
    }
    return running;
}

std::string cores_of(const Run& run) {
    return plural(static_cast<std::size_t>(std::max(run.machine.cores, 0)), "core");
}

std::string workers_of(const WayRun& way) {
    const auto count = static_cast<std::size_t>(std::max(way.workers, 0));
    return way.pool == PoolKind::processes ? plural(count, "process", "processes") : plural(count, "thread");
}

std::string no_faster(double times) {
    return is_slower(times) ? "slower than one task at a time" : "no faster than one task at a time";
}

void explain_sequential(const Run& run, std::vector<std::string>& sentences) {
    const WayRun* const way = find_done(run, Way::sequential);
    if (way == nullptr || total_of(*way) == 0) return;
    const double share = static_cast<double>(way->usage.cpu) / static_cast<double>(total_of(*way));
    sentences.push_back("Of the " + format_duration(total_of(*way)) +
                        " the sequential way took, its thread used a CPU for " +
                        format_duration(way->usage.cpu) +
                        (share > 0.9 ? ": computing, there is no waiting to overlap." : "."));
}

void explain_coroutines(const Run& run, std::vector<std::string>& sentences) {
    const WayRun* const way = find_done(run, Way::coroutines);
    if (way == nullptr) return;
    const std::optional<double> times = speedup(run, *way);
    const int peak = in_flight_peak(computing(*way));
    std::string fact = "The coroutines took " + format_duration(total_of(*way));
    if (times)
        fact += is_faster(*times) ? ", " + times_in_words(*times) + " as fast" : ", " + no_faster(*times);
    fact += ": at most " + std::to_string(peak) + " computed at once, on the loop's one thread";
    if (way->heartbeat && way->heartbeat->beats > 0) {
        fact += ", and the loop was late by up to " + format_duration(way->heartbeat->worst_lag);
    }
    sentences.push_back(fact + ".");
}

void explain_pool(const Run& run, const WayRun& way, std::vector<std::string>& sentences) {
    const std::optional<double> times = speedup(run, way);
    if (!times) return;
    std::string fact =
        capitalized(subject(way)) + " (" + workers_of(way) + ", " + cores_of(run) + " to use) was ";
    fact += is_faster(*times) ? times_in_words(*times) + " as fast as one task at a time" : no_faster(*times);
    const bool crowded = run.machine.cores > 0 && in_flight_peak(computing(way)) > run.machine.cores;
    if (crowded && *times < run.machine.cores * 1.1) {
        fact += ": more workers than cores gave no more than " + cores_of(run) + " can";
    }
    const WayRun* const alone = find_way(run, Way::sequential);
    if (run.machine.cores > 0 && *times > run.machine.cores * 1.1 &&
        alone->usage.cpu < total_of(*alone) / 10 * 9) {
        fact += ": more than " + cores_of(run) +
                " can give, but then the sequential way had a core for only " +
                format_duration(alone->usage.cpu) + " of its " + format_duration(total_of(*alone));
    }
    sentences.push_back(fact + ".");
}

void explain_gil(const Run& run, const WayRun& threads, std::vector<std::string>& sentences) {
    const auto lag_of = [](const WayRun* way) -> std::optional<Nanoseconds> {
        if (way == nullptr || !way->heartbeat || way->heartbeat->beats == 0) return std::nullopt;
        return way->heartbeat->worst_lag;
    };
    const int peak = in_flight_peak(computing(threads));
    std::string fact = "With one lock between them, at most " + std::to_string(peak) +
                       " of the pool's threads computed at once";
    const std::optional<Nanoseconds> with = lag_of(&threads);
    if (with) fact += "; the loop needs that lock too and was late by up to " + format_duration(*with);
    const std::optional<Nanoseconds> without = lag_of(find_pool(run, PoolKind::processes));
    if (with && without) {
        fact += ", beside the processes, each with a lock of its own, by " + format_duration(*without);
    }
    sentences.push_back(fact + ".");
    sentences.emplace_back(
        "--gil imitates CPython: one thread runs at a time, who wants the lock asks for it after 5ms, and "
        "the "
        "event loop has to wait for its turn. Unlike CPython, there is no interpreter and no counting of "
        "references to slow each thread down, and the lock is kept until it is asked for or the work is "
        "done: "
        "C extensions that release it, and builds without it (3.13t), are not imitated.");
}

}  // namespace

std::vector<std::string> explain_cpu(const Run& run) {
    std::vector<std::string> sentences;
    explain_sequential(run, sentences);
    explain_coroutines(run, sentences);
    const WayRun* const threads = find_pool(run, PoolKind::threads);
    const WayRun* const processes = find_pool(run, PoolKind::processes);
    for (const WayRun* way : {threads, processes}) {
        if (way != nullptr) explain_pool(run, *way, sentences);
    }
    if (processes != nullptr) explain_start(*processes, sentences);
    const bool gil = knob_of(run, "gil").value_or(0) != 0;
    if (gil && threads != nullptr && work_done(*threads)) explain_gil(run, *threads, sentences);
    return sentences;
}

}  // namespace overlap
