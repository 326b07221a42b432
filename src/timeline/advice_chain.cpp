#include <algorithm>

#include "timeline/advice_of_demos.hpp"
#include "timeline/duration.hpp"
#include "timeline/metrics.hpp"
#include "timeline/words.hpp"

namespace overlap {
namespace {

Nanoseconds time_in(const WayRun& way, const TaskSummary& task, Phase phase) {
    Nanoseconds time = 0;
    for (std::size_t i = task.first; i < task.last; ++i) {
        const Span& span = way.timeline.spans[i];
        if (span.phase == phase) time += span.end - span.begin;
    }
    return time;
}

// Nothing that keeps the order of each chain can be done before the longest of them is.
void explain_critical_path(const WayRun& way, std::vector<std::string>& sentences) {
    const std::vector<TaskSummary> tasks = summarize_tasks(way.timeline);
    const auto longest =
        std::max_element(tasks.begin(), tasks.end(), [](const TaskSummary& a, const TaskSummary& b) {
            return a.latency() - a.queued < b.latency() - b.queued;
        });
    if (longest == tasks.end()) return;
    std::string fact = "The critical path is the longest chain: " + way.timeline.lanes[longest->lane].name +
                       " waited " + format_duration(time_in(way, *longest, Phase::user)) +
                       " for the user and then " + format_duration(time_in(way, *longest, Phase::posts)) +
                       " for the posts, " + format_duration(longest->latency() - longest->queued) +
                       " together.";
    if (tasks.size() > 1) {
        fact += " " + capitalized(subject(way)) + " had up to " +
                plural(static_cast<std::size_t>(in_flight_peak(way.timeline)), "chain") +
                " under way at once: all " + std::to_string(tasks.size()) + " took " +
                format_duration(total_of(way)) + ".";
    }
    sentences.push_back(fact);
}

// What awaiting one chain after the other cost, beside awaiting all of them.
void explain_lost_time(const WayRun& naive, const WayRun& gather, std::vector<std::string>& sentences) {
    const Nanoseconds lost = total_of(naive) - total_of(gather);
    if (lost * 20 < total_of(gather)) return;
    sentences.push_back(capitalized(subject(naive)) + " took " + format_duration(total_of(naive)) + ", " +
                        format_duration(lost) + " longer, with " +
                        std::to_string(in_flight_peak(naive.timeline)) +
                        " under way at a time: each await waited for a chain that the next did not need.");
}

void explain_naive(const WayRun& naive, const WayRun& sequential, std::vector<std::string>& sentences) {
    const Nanoseconds slow = total_of(sequential);
    const Nanoseconds difference = std::max(slow, total_of(naive)) - std::min(slow, total_of(naive));
    if (difference * 20 > slow) return;
    sentences.push_back("That is as long as the sequential way (" + format_duration(slow) +
                        "): co_await alone makes nothing concurrent.");
}

void explain_pool_of_chain(const WayRun& gather, const WayRun& pool, std::vector<std::string>& sentences) {
    sentences.push_back("The thread pool took " + format_duration(total_of(pool)) + " on " +
                        plural(static_cast<std::size_t>(pool.usage.threads), "thread") +
                        ", where the coroutines used " + std::to_string(gather.usage.threads) + ".");
}

}  // namespace

std::vector<std::string> explain_chain(const Run& run) {
    const WayRun* const sequential = find_done(run, Way::sequential);
    const WayRun* const naive = find_done(run, Way::coroutines, "naive");
    const WayRun* const gather = find_done(run, Way::coroutines, "gather");
    const WayRun* const pool = find_done(run, Way::pool);

    std::vector<std::string> sentences;
    if (gather != nullptr) explain_critical_path(*gather, sentences);
    if (gather == nullptr && pool != nullptr) explain_critical_path(*pool, sentences);
    if (naive != nullptr && gather != nullptr) {
        const std::size_t before = sentences.size();
        explain_lost_time(*naive, *gather, sentences);
        if (sequential != nullptr && sentences.size() > before) explain_naive(*naive, *sequential, sentences);
    }
    if (gather != nullptr && pool != nullptr) explain_pool_of_chain(*gather, *pool, sentences);
    return sentences;
}

}  // namespace overlap
