#include <algorithm>
#include <map>

#include "timeline/advice.hpp"
#include "timeline/advice_of_demos.hpp"
#include "timeline/duration.hpp"
#include "timeline/metrics.hpp"
#include "timeline/words.hpp"

namespace overlap {
namespace {

void warn_failures(const Run& run, const WayRun& way, std::vector<std::string>& sentences) {
    const std::vector<TaskSummary> tasks = summarize_tasks(way.timeline);
    const Outcomes outcomes = outcomes_of(tasks);
    if (outcomes.failed == 0 || (way.result && way.result->good)) return;
    std::map<std::string, std::size_t> reasons;
    for (const TaskSummary& task : tasks) {
        if (task.outcome == Outcome::failed) ++reasons[way.timeline.lanes[task.lane].error];
    }
    std::string text = capitalized(subject(way)) + ": " + std::to_string(outcomes.failed) + " of " +
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
        text += " The server allows fewer at once (429): make fewer at once with ";
        text += knob_of(run, "limit") ? "--limit and --workers." : "--tasks and --workers.";
    }
    const bool may_pass = reasons.contains("HTTP 429") || reasons.contains("HTTP 503");
    if (may_pass && knob_of(run, "retries")) {
        text += *knob_of(run, "retries") == 0 ? " --retries 3 tries again." : " Try more --retries.";
    }
    if (reasons.contains("timed out") && knob_of(run, "timeout")) {
        text += " Try a longer --timeout";
        text += knob_of(run, "connect-timeout") ? " or --connect-timeout." : ".";
    }
    if (reasons.contains("database is locked") && knob_of(run, "busy-timeout")) {
        text += " Somebody else had the lock: try a longer --busy-timeout.";
    }
    sentences.push_back(text);
}

void warn_queue(const Run& run, const WayRun& way, std::vector<std::string>& sentences) {
    if (way.workers == 0 || way.interrupted) return;
    // More workers shorten waiting; computing needs cores.
    const bool computes = time_in(way.timeline, State::running) > time_in(way.timeline, State::blocked);
    if (computes && way.workers >= run.machine.cores) return;
    const std::vector<TaskSummary> tasks = summarize_tasks(way.timeline);
    if (tasks.size() <= static_cast<std::size_t>(way.workers)) return;
    Nanoseconds longest = 0;
    for (const TaskSummary& task : tasks) longest = std::max(longest, task.queued);
    std::string text = capitalized(subject(way)) + " has fewer workers than tasks (" +
                       std::to_string(way.workers) + " for " + std::to_string(tasks.size()) +
                       "): tasks queued for up to " + format_duration(longest) + ".";
    const std::size_t more = std::min<std::size_t>(tasks.size(), 1000);
    if (more > static_cast<std::size_t>(way.workers)) text += " Try --workers " + std::to_string(more) + ".";
    sentences.push_back(text);
}

// A span of computing is longer than the CPU time it used where something else had the core meanwhile. Said
// once, of the way that lost most.
void warn_shared_cores(const Run& run, std::vector<std::string>& sentences) {
    constexpr Nanoseconds noticeable = 20'000'000;
    const WayRun* worst = nullptr;
    Nanoseconds most = 0;
    for (const WayRun& way : run.ways) {
        const Nanoseconds running = time_in(way.timeline, State::running);
        const Nanoseconds missing = running - way.usage.cpu;
        if (way.interrupted || way.usage.cpu == 0 || missing <= most || missing < noticeable ||
            missing * 5 < running)
            continue;
        worst = &way;
        most = missing;
    }
    if (worst == nullptr) return;
    std::string text = capitalized(subject(*worst)) + ": its tasks were running for " +
                       format_duration(time_in(worst->timeline, State::running)) +
                       " in all, and had a core for " + format_duration(worst->usage.cpu) + " of that. ";
    const bool crowded = run.machine.cores > 0 && worst->workers > run.machine.cores;
    text += crowded ? "There are " + std::to_string(worst->workers) + " workers for " +
                          plural(static_cast<std::size_t>(run.machine.cores), "core") + "."
                    : "Something else had the cores meanwhile, other programs or a limit on CPU time. Try "
                      "--repeat 5.";
    sentences.push_back(text);
}

// Whether tasks ran on the loop's own thread for a good part of its worst lag, maybe several in one turn:
// that is drawn.
bool held_by_a_task(const WayRun& way) {
    const std::vector<Span>& spans = way.timeline.spans;
    const auto lane_of = [&](const Span& span) { return way.timeline.lanes[span.lane].kind; };
    const auto loop = std::find_if(spans.begin(), spans.end(),
                                   [&](const Span& span) { return lane_of(span) == LaneKind::loop; });
    if (loop == spans.end()) return false;
    Nanoseconds running = 0;
    for (const Span& span : spans) {
        if (lane_of(span) == LaneKind::task && span.state == State::running && span.thread == loop->thread)
            running += span.end - span.begin;
    }
    return running >= way.heartbeat->worst_lag / 2;
}

void warn_loop(const WayRun& way, std::vector<std::string>& sentences) {
    if (!way.heartbeat || way.heartbeat->worst_lag < 20'000'000) return;
    if (time_in(way.timeline, State::ready) > 0) return;  // known what held it, and drawn
    const bool blocked_on_it = way.way == Way::coroutines && time_in(way.timeline, State::blocked) > 0;
    if (blocked_on_it || held_by_a_task(way)) return;
    sentences.push_back(capitalized(subject(way)) + ": the event loop was late by up to " +
                        format_duration(way.heartbeat->worst_lag) +
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
        capitalized(subject(way)) + ": " + plural(late, "call") +
        " took a second more than most, and meanwhile the kernel's queue of new connections was full " +
        plural(static_cast<std::size_t>(way.server->overflows), "time") +
        ": who finds it full tries again after a second. Make fewer at once.");
}

void warn_repeats(const Run& run, const WayRun& way, std::vector<std::string>& sentences) {
    if (way.repeats > 1 && way.failed_repeats > 0) {
        sentences.push_back(capitalized(subject(way)) + ": in " + std::to_string(way.failed_repeats) +
                            " of " + std::to_string(way.repeats) +
                            " repeats not every task was done; times are of the others.");
    }
    constexpr Nanoseconds noticeable = 5'000'000;
    const auto [low, high] = std::minmax_element(way.makespans.begin(), way.makespans.end());
    if (spread(way) < 0.2 || *high - *low < noticeable) return;
    std::string text = capitalized(subject(way)) + " took between " + format_duration(*low) + " and " +
                       format_duration(*high) + " in " + std::to_string(way.makespans.size()) + " repeats: ";
    if (knob_of(run, "jitter").value_or(0) > 0) {
        text += "--jitter makes the server's answers uneven.";
    } else if (!run.urls.empty()) {
        text += "the server called is uneven, or this machine is. Raise --repeat.";
    } else {
        text += "a noisy machine. Close other programs, or raise --repeat.";
    }
    sentences.push_back(text);
}

}  // namespace

std::vector<std::string> warnings(const Run& run) {
    if (run.traced) return warnings_of_trace(run);
    std::vector<std::string> sentences;
    const bool any_way =
        std::any_of(run.ways.begin(), run.ways.end(), [](const WayRun& way) { return way.interrupted; });
    if (run.interrupted && !any_way) {
        sentences.emplace_back(
            run.ways.empty() ? "Interrupted before anything was measured."
                             : "Interrupted: not all ways and repeats were run; what is drawn did finish.");
    }
    if (run.server_gone)
        sentences.emplace_back(
            "In the middle of the run our server was gone, or did not answer us any more; its counts are "
            "missing.");
    for (const WayRun& way : run.ways) {
        if (way.interrupted) {
            sentences.push_back("Interrupted: " + subject(way) +
                                " did not finish; what is drawn is what had happened by then.");
        }
        warn_failures(run, way, sentences);
        warn_queue(run, way, sentences);
        warn_loop(way, sentences);
        warn_overflow(way, sentences);
        warn_repeats(run, way, sentences);
    }
    warn_shared_cores(run, sentences);
    return sentences;
}

}  // namespace overlap
