#include "timeline/advice.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>

#include "timeline/duration.hpp"
#include "timeline/metrics.hpp"

namespace overlap {
namespace {

// The names people know the ways by, at the start of a sentence or inside one.
std::string subject(Way way) {
    switch (way) {
        case Way::sequential:
            return "the sequential way";
        case Way::coroutines:
            return "the coroutines";
        case Way::pool:
            return "the thread pool";
    }
    return "";
}

std::string capitalized(std::string text) {
    if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') text[0] = static_cast<char>(text[0] - 'a' + 'A');
    return text;
}

std::string plural(std::size_t count, const std::string& noun) {
    return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

std::string percent(double share) {
    char text[32];
    std::snprintf(text, sizeof text, "%.0f%%", share * 100);
    return text;
}

std::string ratio(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.1f times", value);
    return text;
}

bool all_done(const WayRun& way) {
    const Outcomes outcomes = outcomes_of(summarize_tasks(way.timeline));
    return !way.interrupted && outcomes.done > 0 && outcomes.failed == 0 && outcomes.cancelled == 0;
}

double cpu_share(const WayRun& way) {
    const Nanoseconds total = makespan(way.timeline);
    return total == 0 ? 0 : static_cast<double>(way.usage.cpu) / static_cast<double>(total);
}

// What a call spends its time on, as far as the sequential way can tell: its one thread either used a CPU or
// waited.
void explain_waiting(const WayRun& sequential, std::vector<std::string>& sentences) {
    const Nanoseconds total = makespan(sequential.timeline);
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

// The median time of a call, waiting for a worker left out.
Nanoseconds median_call(const WayRun& way) {
    std::vector<Nanoseconds> times;
    for (const TaskSummary& task : summarize_tasks(way.timeline))
        times.push_back(task.latency() - task.queued);
    std::sort(times.begin(), times.end());
    return times.empty() ? 0 : percentile(times, 50);
}

void explain_overlap(const Run& run, const WayRun& sequential, const WayRun& way,
                     std::vector<std::string>& sentences) {
    const std::size_t tasks = summarize_tasks(way.timeline).size();
    const std::optional<double> times = speedup(run, way);
    if (tasks < 2 || !times) return;
    const Nanoseconds alone = median_call(sequential);
    const Nanoseconds together = median_call(way);
    const Nanoseconds total = makespan(way.timeline);
    std::string fact = capitalized(subject(way.way)) + " had up to " +
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

void explain_pool(const Run& run, std::vector<std::string>& sentences) {
    const WayRun* coroutines = find_way(run, Way::coroutines);
    const WayRun* pool = find_way(run, Way::pool);
    if (coroutines == nullptr || pool == nullptr || !all_done(*coroutines) || !all_done(*pool)) return;
    if (summarize_tasks(pool->timeline).size() < 2) return;
    const auto a = static_cast<double>(makespan(coroutines->timeline));
    const auto b = static_cast<double>(makespan(pool->timeline));
    if (a == 0 || b == 0) return;
    const std::string threads = plural(static_cast<std::size_t>(coroutines->usage.threads), "thread") +
                                " where the pool used " + std::to_string(pool->usage.threads);
    if (std::abs(a - b) < 0.1 * std::max(a, b)) {
        sentences.push_back("The thread pool took about as long as the coroutines; they did it on " +
                            threads + ".");
    } else if (b > a) {
        sentences.push_back("The coroutines were " + ratio(b / a) + " as fast as the thread pool, on " +
                            threads + ".");
    } else {
        sentences.push_back("The thread pool was " + ratio(a / b) +
                            " as fast as the coroutines, which used " + threads + ".");
    }
}

void warn_failures(const Run& run, const WayRun& way, std::vector<std::string>& sentences) {
    const std::vector<TaskSummary> tasks = summarize_tasks(way.timeline);
    const Outcomes outcomes = outcomes_of(tasks);
    if (outcomes.failed == 0) return;
    std::map<std::string, std::size_t> reasons;
    for (const TaskSummary& task : tasks) {
        if (task.outcome == Outcome::failed) ++reasons[way.timeline.lanes[task.lane].error];
    }
    std::string text = capitalized(subject(way.way)) + ": " + std::to_string(outcomes.failed) + " of " +
                       plural(tasks.size(), "task") + " failed";
    const char* separator = " (";
    for (const auto& [reason, count] : reasons) {
        text += separator + (reasons.size() > 1 ? std::to_string(count) + " " : std::string()) +
                (reason.empty() ? "no reason given" : reason);
        separator = ", ";
    }
    text += ").";
    if (reasons.contains("connection refused") && run.urls.size() == 1) {
        text += " Is a server listening at " + run.urls.front() + "?";
    }
    if (reasons.contains("HTTP 429")) {
        text += " The server allows fewer at once (429): make fewer at once with --tasks or --workers.";
    }
    if (reasons.contains("timed out")) text += " Try a longer --timeout.";
    sentences.push_back(text);
}

void warn_queue(const WayRun& way, std::vector<std::string>& sentences) {
    if (way.workers == 0 || way.interrupted) return;
    const std::vector<TaskSummary> tasks = summarize_tasks(way.timeline);
    if (tasks.size() <= static_cast<std::size_t>(way.workers)) return;
    Nanoseconds longest = 0;
    for (const TaskSummary& task : tasks) longest = std::max(longest, task.queued);
    std::string text = "The pool has fewer workers than tasks (" + std::to_string(way.workers) + " for " +
                       std::to_string(tasks.size()) + "): tasks queued for up to " +
                       format_duration(longest) + ".";
    const std::size_t more = std::min<std::size_t>(tasks.size(), 1000);
    if (more > static_cast<std::size_t>(way.workers)) text += " Try --workers " + std::to_string(more) + ".";
    sentences.push_back(text);
}

void warn_loop(const WayRun& way, std::vector<std::string>& sentences) {
    if (!way.heartbeat || way.heartbeat->worst_lag < 20'000'000) return;
    sentences.push_back("The event loop was late by up to " + format_duration(way.heartbeat->worst_lag) +
                        ": something held it, or the machine was busy with something else.");
}

// The kernel counts overflows for the whole machine, so they are this run's concern only when calls show it:
// who finds the queue full tries again after a second.
void warn_overflow(const WayRun& way, std::vector<std::string>& sentences) {
    constexpr Nanoseconds retry = 1'000'000'000;
    if (!way.server || way.server->overflows == 0) return;
    const std::vector<TaskSummary> tasks = summarize_tasks(way.timeline);
    const Nanoseconds usual = median_call(way);
    const auto late =
        static_cast<std::size_t>(std::count_if(tasks.begin(), tasks.end(), [&](const TaskSummary& task) {
            return task.latency() - task.queued >= usual + retry * 9 / 10;
        }));
    if (late == 0) return;
    sentences.push_back(
        capitalized(subject(way.way)) + ": " + plural(late, "call") +
        " took a second more than most, and meanwhile the kernel's queue of new connections was full " +
        plural(static_cast<std::size_t>(way.server->overflows), "time") +
        ": who finds it full tries again after a second. Make fewer at once.");
}

std::int64_t knob(const Run& run, std::string_view name) {
    for (const KnobValue& value : run.knobs) {
        if (value.name == name) return value.value;
    }
    return 0;
}

void warn_repeats(const Run& run, const WayRun& way, std::vector<std::string>& sentences) {
    if (way.repeats > 1 && way.failed_repeats > 0) {
        sentences.push_back(capitalized(subject(way.way)) + ": in " + std::to_string(way.failed_repeats) +
                            " of " + std::to_string(way.repeats) +
                            " repeats not every task was done; times are of the others.");
    }
    constexpr Nanoseconds noticeable = 5'000'000;
    const auto [low, high] = std::minmax_element(way.makespans.begin(), way.makespans.end());
    if (spread(way) < 0.2 || *high - *low < noticeable) return;
    std::string text = capitalized(subject(way.way)) + " took between " + format_duration(*low) + " and " +
                       format_duration(*high) + " in " + std::to_string(way.makespans.size()) + " repeats: ";
    if (knob(run, "jitter") > 0) {
        text += "--jitter makes the server's answers uneven.";
    } else if (!run.urls.empty()) {
        text += "the server called is uneven, or this machine is. Raise --repeat.";
    } else {
        text += "a noisy machine. Close other programs, or raise --repeat.";
    }
    sentences.push_back(text);
}

}  // namespace

std::vector<std::string> explain(const Run& run) {
    std::vector<std::string> sentences;
    const WayRun* sequential = find_way(run, Way::sequential);
    if (sequential != nullptr && all_done(*sequential)) explain_waiting(*sequential, sentences);
    for (const WayRun& way : run.ways) {
        if (way.way == Way::sequential || !all_done(way)) continue;
        if (sequential == nullptr || !all_done(*sequential)) continue;
        explain_overlap(run, *sequential, way, sentences);
        break;
    }
    explain_pool(run, sentences);
    return sentences;
}

std::vector<std::string> warnings(const Run& run) {
    std::vector<std::string> sentences;
    const bool any_way =
        std::any_of(run.ways.begin(), run.ways.end(), [](const WayRun& way) { return way.interrupted; });
    if (run.interrupted && !any_way) {
        sentences.emplace_back(
            run.ways.empty() ? "Interrupted before anything was measured."
                             : "Interrupted: not all ways and repeats were run; what is drawn did finish.");
    }
    if (run.server_gone)
        sentences.emplace_back("Our server ended in the middle of the run; its counts are missing.");
    for (const WayRun& way : run.ways) {
        if (way.interrupted) {
            sentences.push_back("Interrupted: " + subject(way.way) +
                                " did not finish; what is drawn is what had happened by then.");
        }
        warn_failures(run, way, sentences);
        warn_queue(way, sentences);
        warn_loop(way, sentences);
        warn_overflow(way, sentences);
        warn_repeats(run, way, sentences);
    }
    return sentences;
}

}  // namespace overlap
