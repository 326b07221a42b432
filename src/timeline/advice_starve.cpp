#include <algorithm>

#include "timeline/advice_of_demos.hpp"
#include "timeline/duration.hpp"
#include "timeline/metrics.hpp"
#include "timeline/words.hpp"

namespace overlap {
namespace {

// The span of that state that lasted longest, among all tasks; null without one.
const Span* longest_span(const Timeline& timeline, State state) {
    const Span* longest = nullptr;
    for (const Span& span : timeline.spans) {
        const bool candidate = span.state == state && timeline.lanes[span.lane].kind == LaneKind::task;
        if (candidate && (longest == nullptr || span.end - span.begin > longest->end - longest->begin)) {
            longest = &span;
        }
    }
    return longest;
}

// Tasks whose answer was there while `culprit` ran.
std::size_t held_up_by(const Span& culprit, const Timeline& timeline) {
    return static_cast<std::size_t>(
        std::count_if(timeline.spans.begin(), timeline.spans.end(), [&](const Span& span) {
            return span.state == State::ready && span.begin < culprit.end && span.end > culprit.begin;
        }));
}

std::string lag_fact(const WayRun& way) {
    if (!way.heartbeat || way.heartbeat->beats == 0) return "";
    return "a timer of 1ms on that loop came up to " + format_duration(way.heartbeat->worst_lag) + " late";
}

void explain_culprits(const WayRun& way, std::vector<std::string>& sentences) {
    const Timeline& timeline = way.timeline;
    const Span* const culprit = longest_span(timeline, State::running);
    const Span* const victim = longest_span(timeline, State::ready);
    if (culprit == nullptr || victim == nullptr) {
        if (!lag_fact(way).empty())
            sentences.push_back("On the loop nobody waited for another's formatting: " + lag_fact(way) + ".");
        return;
    }
    // Of those that held others up, the first is the one to name.
    const auto first = std::find_if(timeline.spans.begin(), timeline.spans.end(), [&](const Span& span) {
        return span.state == State::running && timeline.lanes[span.lane].kind == LaneKind::task &&
               held_up_by(span, timeline) > 0;
    });
    const Span& named = first == timeline.spans.end() ? *culprit : *first;
    const std::size_t held = held_up_by(named, timeline);
    sentences.push_back("Held up: " + timeline.lanes[named.lane].name + " computed on the loop for " +
                        format_duration(named.end - named.begin) + "; " + plural(held, "task") +
                        " had an answer and could not run. " + timeline.lanes[victim->lane].name +
                        " waited longest with its answer there, " +
                        format_duration(victim->end - victim->begin) +
                        (lag_fact(way).empty() ? "." : "; " + lag_fact(way) + "."));
}

void explain_offload(const Run& run, const WayRun& way, std::vector<std::string>& sentences) {
    if (!work_done(way)) return;
    const bool processes = way.pool == PoolKind::processes;
    std::string fact = "With the computing in " + plural(static_cast<std::size_t>(way.workers),
                                                         processes ? "process" : "thread",
                                                         processes ? "processes" : "threads");
    fact += lag_fact(way).empty() ? "" : ", " + lag_fact(way);
    fact += ". All took " + format_duration(total_of(way));
    if (const std::optional<double> times = speedup(run, way)) {
        if (is_faster(*times))
            fact += ", " + times_in_words(*times) + " as fast as one after the other";
        else
            fact += is_slower(*times) ? ", slower than one after the other"
                                      : ", no faster than one after the other";
    }
    sentences.push_back(fact + ".");
}

// Wherever it is computed, work needs its CPU time, and there are so many cores to give it.
void explain_cores(const Run& run, std::vector<std::string>& sentences) {
    const WayRun* const pool = find_way(run, Way::pool);
    if (pool == nullptr || !work_done(*pool) || run.machine.cores < 1) return;
    const Nanoseconds cpu = pool->usage.cpu;
    if (time_in(pool->timeline, State::running) * 2 < cpu) return;  // something else used it
    const auto cores = static_cast<std::size_t>(run.machine.cores);
    sentences.push_back("A pool does not make work less: " + format_duration(cpu) + " of CPU time take " +
                        format_duration(cpu / static_cast<Nanoseconds>(cores)) + " at least on " +
                        plural(cores, "core") + ". It keeps the loop free meanwhile.");
}

void explain_tail(const Run& run, std::vector<std::string>& sentences) {
    const WayRun* const on_loop = find_done(run, Way::coroutines);
    const WayRun* const offloaded = find_pool(run, PoolKind::threads);
    if (on_loop == nullptr || offloaded == nullptr || !work_done(*offloaded)) return;
    const Latency here = latency_of(summarize_tasks(on_loop->timeline));
    const Latency there = latency_of(summarize_tasks(offloaded->timeline));
    if (!here.p99 || !there.p99) return;
    sentences.push_back("The p99 of a task was " + format_duration(*here.p99) +
                        " with the formatting on the loop, " + format_duration(*there.p99) +
                        " with to_thread.");
}

}  // namespace

std::vector<std::string> explain_starve(const Run& run) {
    std::vector<std::string> sentences;
    if (const WayRun* const on_loop = find_way(run, Way::coroutines)) explain_culprits(*on_loop, sentences);
    for (const PoolKind kind : {PoolKind::threads, PoolKind::processes}) {
        if (const WayRun* const pool = find_pool(run, kind)) explain_offload(run, *pool, sentences);
    }
    explain_cores(run, sentences);
    explain_tail(run, sentences);
    return sentences;
}

}  // namespace overlap
