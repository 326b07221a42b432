#include <algorithm>
#include <cmath>

#include "timeline/advice_of_demos.hpp"
#include "timeline/duration.hpp"
#include "timeline/metrics.hpp"
#include "timeline/words.hpp"

namespace overlap {
namespace {

double cpu_share(const WayRun& way) {
    const Nanoseconds total = total_of(way);
    return total == 0 ? 0 : static_cast<double>(way.usage.cpu) / static_cast<double>(total);
}

// What a call spends its time on, as far as the sequential way can tell: its one thread either used a CPU or
// waited.
void explain_waiting(const WayRun& sequential, std::vector<std::string>& sentences) {
    const Nanoseconds total = total_of(sequential);
    const double share = cpu_share(sequential);
    std::string fact = "Of the " + format_duration(total) +
                       " the sequential way took, its thread used a CPU for " +
                       format_duration(sequential.usage.cpu);
    if (share < 0.1) {
        fact += "; the rest was waiting";
        fact += in_flight_peak(sequential.timeline) == 1 && summarize_tasks(sequential.timeline).size() > 1
                    ? ", one call after the other."
                    : ".";
    } else if (share > 0.7) {
        fact += ": most of it was computing, not waiting.";
    } else {
        fact += " (" + percent(share) + "); the rest was waiting.";
    }
    sentences.push_back(fact);
}

void explain_overlap(const Run& run, const WayRun& sequential, const WayRun& way,
                     std::vector<std::string>& sentences) {
    const std::size_t tasks = summarize_tasks(way.timeline).size();
    const std::optional<double> times = speedup(run, way);
    if (tasks < 2 || !times) return;
    const Nanoseconds alone = median_call(sequential);
    const Nanoseconds together = median_call(way);
    const Nanoseconds total = total_of(way);
    std::string fact = capitalized(subject(way)) + " had up to " +
                       std::to_string(in_flight_peak(way.timeline)) + " in flight at once";
    const std::string were = way.way == Way::coroutines ? " were " : " was ";
    if (!is_faster(*times)) {
        fact +=
            " and" + were + (is_slower(*times) ? "slower than" : "no faster than") + " one at a time here.";
    } else if (static_cast<double>(total) < 1.25 * static_cast<double>(alone)) {
        fact += ": all " + std::to_string(tasks) + " took " + format_duration(total) +
                ", about as long as one call took when it was made alone (" + format_duration(alone) + ").";
    } else {
        fact += ": all " + std::to_string(tasks) + " took " + format_duration(total) + ", one alone " +
                format_duration(alone) + ".";
    }
    if (alone > 0 && static_cast<double>(together) > 1.5 * static_cast<double>(alone)) {
        fact += " The median call took longer than alone: " + format_duration(together) + ".";
    }
    sentences.push_back(fact);
}

// What the pool needed where the coroutines did with less.
std::string means_of(const WayRun& pool) {
    return pool.pool == PoolKind::processes
               ? plural(static_cast<std::size_t>(pool.workers), "process", "processes")
               : std::to_string(pool.usage.threads);
}

void explain_pool(const WayRun& coroutines, const WayRun& pool, std::vector<std::string>& sentences) {
    if (!work_done(coroutines) || !work_done(pool)) return;
    if (summarize_tasks(pool.timeline).size() < 2) return;
    const auto a = static_cast<double>(total_of(coroutines));
    const auto b = static_cast<double>(total_of(pool));
    if (a == 0 || b == 0) return;
    const std::string threads = plural(static_cast<std::size_t>(coroutines.usage.threads), "thread") +
                                " where the pool used " + means_of(pool);
    const std::string name = subject(pool);
    if (std::abs(a - b) < 0.1 * std::max(a, b)) {
        sentences.push_back(capitalized(name) + " took about as long as the coroutines; they did it on " +
                            threads + ".");
    } else if (b > a) {
        sentences.push_back("The coroutines were " + times_in_words(b / a) + " as fast as " + name + ", on " +
                            threads + ".");
    } else {
        sentences.push_back(capitalized(name) + " was " + times_in_words(a / b) +
                            " as fast as the coroutines, which used " + threads + ".");
    }
}

// A part is no measurement of the whole: what all of it would take is said to be reckoned, not measured.
void explain_part(const WayRun& way, std::vector<std::string>& sentences) {
    const std::size_t made = summarize_tasks(way.timeline).size();
    if (way.part_of == 0 || made == 0 || way.interrupted) return;
    if (!work_done(way)) {
        sentences.push_back("Only the first " + std::to_string(made) + " of " + std::to_string(way.part_of) +
                            " calls were made one at a time.");
        return;
    }
    const Nanoseconds total = total_of(way);
    const auto all =
        static_cast<Nanoseconds>(static_cast<double>(total) / static_cast<double>(made) * way.part_of);
    sentences.push_back("Only the first " + std::to_string(made) + " of " + std::to_string(way.part_of) +
                        " calls were made one at a time, in " + format_duration(total) +
                        "; at that pace all would take about " + format_duration(all) +
                        ", which was not measured.");
}

// What trying again cost the calls that had to, beside those that had not.
void explain_retries(const WayRun& way, std::vector<std::string>& sentences) {
    std::vector<Nanoseconds> retried;
    std::vector<Nanoseconds> others;
    std::size_t attempts = 0;
    for (const TaskSummary& task : summarize_tasks(way.timeline)) {
        if (task.outcome != Outcome::done) continue;
        attempts += task.retries;
        (task.retries > 0 ? retried : others).push_back(task.latency() - task.queued);
    }
    if (retried.empty()) return;
    std::sort(retried.begin(), retried.end());
    std::sort(others.begin(), others.end());
    std::string fact = capitalized(subject(way)) + ": " + plural(retried.size(), "call") +
                       (retried.size() == 1 ? " was" : " were") + " answered after " +
                       plural(attempts, "retry", "retries") + ", in " +
                       format_duration(percentile(retried, 50)) + " at the median";
    if (!others.empty()) {
        fact += ", where calls that needed none took " + format_duration(percentile(others, 50));
    }
    sentences.push_back(fact + ".");
}

}  // namespace

void explain_start(const WayRun& way, std::vector<std::string>& sentences) {
    if (way.way != Way::pool || way.pool != PoolKind::processes || !work_done(way)) return;
    std::optional<Nanoseconds> first;
    for (const Span& span : way.timeline.spans) {
        const bool task = way.timeline.lanes[span.lane].kind == LaneKind::task;
        if (task && in_flight(span.state)) first = std::min(first.value_or(span.begin), span.begin);
    }
    if (!first) return;
    sentences.push_back("The first task of the process pool began after " + format_duration(*first) +
                        ", when a worker process was up; the pool took " + format_duration(way.usage.cpu) +
                        " of CPU time.");
}

std::vector<std::string> explain_calls(const Run& run) {
    std::vector<std::string> sentences;
    const WayRun* sequential = find_way(run, Way::sequential);
    if (sequential != nullptr && work_done(*sequential)) {
        explain_waiting(*sequential, sentences);
        const auto other = std::find_if(run.ways.begin(), run.ways.end(), [](const WayRun& way) {
            return way.way != Way::sequential && work_done(way);
        });
        if (other != run.ways.end()) explain_overlap(run, *sequential, *other, sentences);
    }
    if (sequential != nullptr) explain_part(*sequential, sentences);
    const WayRun* coroutines = find_way(run, Way::coroutines);
    for (const PoolKind kind : {PoolKind::threads, PoolKind::processes}) {
        const WayRun* pool = find_pool(run, kind);
        if (pool == nullptr) continue;
        if (coroutines != nullptr) explain_pool(*coroutines, *pool, sentences);
        explain_start(*pool, sentences);
    }
    for (const WayRun& way : run.ways) explain_retries(way, sentences);
    return sentences;
}

}  // namespace overlap
