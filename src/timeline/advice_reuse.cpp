#include <algorithm>
#include <numeric>
#include <string_view>

#include "timeline/advice_of_demos.hpp"
#include "timeline/duration.hpp"
#include "timeline/metrics.hpp"
#include "timeline/words.hpp"

namespace overlap {
namespace {

// The first way there is of that variant.
const WayRun* find_first(const Run& run, std::string_view variant) {
    for (const Way way : all_ways) {
        if (const WayRun* const found = find_done(run, way, variant)) return found;
    }
    return nullptr;
}

std::size_t tasks_of(const WayRun& way) { return summarize_tasks(way.timeline).size(); }

std::size_t opened(const WayRun& way) { return times_of(way.timeline, Phase::connect).size(); }

// What opening a connection takes, and what share of the calls that is.
void explain_opening(const Run& run, std::vector<std::string>& sentences) {
    const WayRun* const way = find_first(run, "new");
    if (way == nullptr) return;
    const std::vector<Nanoseconds> opening = times_of(way->timeline, Phase::connect);
    if (opening.empty()) return;
    Nanoseconds calls = 0;
    for (const TaskSummary& task : summarize_tasks(way->timeline)) calls += task.latency() - task.queued;
    const Nanoseconds all = std::accumulate(opening.begin(), opening.end(), Nanoseconds{0});
    const double share = calls == 0 ? 0 : static_cast<double>(all) / static_cast<double>(calls);
    const std::string median = format_duration(percentile(opening, 50));
    if (share < 0.02) {
        const bool next_door = run.urls.empty() && knob_of(run, "rtt").value_or(0) == 0;
        sentences.push_back(
            "Opening a connection took only " + median + " here (median), " +
            (share < 0.01 ? "less than 1%" : percent(share)) + " of a call" +
            (next_door ? ": with no distance there is little to save. --rtt 20ms adds some."
                       : ": little to save, when a call takes " + format_duration(median_call(*way)) + "."));
        return;
    }
    sentences.push_back("Opening a connection took " + median + " (median): " + percent(share) +
                        " of the time of a call that opens its own, before it can ask anything.");
}

// How many connections it would have at most, if the server kept them open.
std::size_t most_kept(const Run& run, const WayRun& way) {
    if (way.way == Way::sequential || way.variant == "one") return 1;
    const std::optional<std::int64_t> connections = knob_of(run, "connections");
    return connections ? static_cast<std::size_t>(*connections) : tasks_of(way);
}

// Where the server closed connections that would have been used again, that is all there is to say of
// keeping.
bool explain_closing(const Run& run, const WayRun& way, std::vector<std::string>& sentences) {
    if (opened(way) <= most_kept(run, way)) return false;
    sentences.push_back(capitalized(subject(way)) + ": the server closed its connections, so " +
                        std::to_string(opened(way)) + " were opened for " + plural(tasks_of(way), "call") +
                        " where " + std::to_string(most_kept(run, way)) + " would have done.");
    return true;
}

// What keeping connections saves when no two calls need one at once.
void explain_keeping(const Run& run, std::vector<std::string>& sentences) {
    const WayRun* const fresh = find_done(run, Way::sequential, "new");
    const WayRun* kept = find_done(run, Way::sequential, "one");
    if (kept == nullptr) kept = find_done(run, Way::sequential, "pool");
    if (kept == nullptr || explain_closing(run, *kept, sentences)) return;
    if (fresh == nullptr || tasks_of(*fresh) < 2) return;
    const std::optional<double> times = speedup(run, *kept);
    if (!times || !is_faster(*times)) return;
    sentences.push_back("One at a time, " + plural(opened(*kept), "connection") + " kept open did for all " +
                        std::to_string(tasks_of(*kept)) + " calls: " + format_duration(total_of(*kept)) +
                        " instead of " + format_duration(total_of(*fresh)) + ".");
}

// What sharing one connection costs calls that are made at once, and what a pool gives back.
void explain_sharing(const Run& run, Way way, std::vector<std::string>& sentences) {
    const WayRun* const one = find_done(run, way, "one");
    const WayRun* const pool = find_done(run, way, "pool");
    const WayRun* const kept = one != nullptr ? one : pool;
    if (kept != nullptr && explain_closing(run, *kept, sentences)) return;
    if (one == nullptr || tasks_of(*one) < 2) return;
    // With fewer workers than tasks, some queued for a worker instead.
    if (one->workers > 0 && static_cast<std::size_t>(one->workers) < tasks_of(*one)) return;
    Nanoseconds longest = 0;
    for (const TaskSummary& task : summarize_tasks(one->timeline)) longest = std::max(longest, task.queued);
    std::string fact = capitalized(subject(*one)) +
                       ": HTTP/1.1 carries one request at a time, so calls queued "
                       "for the connection, up to " +
                       format_duration(longest) + "; all took " + format_duration(total_of(*one));
    const WayRun* const fresh = find_done(run, way, "new");
    if (pool != nullptr) {
        fact += ", " + format_duration(total_of(*pool)) + " with " + plural(opened(*pool), "connection");
    }
    if (fresh != nullptr) {
        fact += std::string(pool != nullptr ? " and " : ", ") + format_duration(total_of(*fresh)) + " with " +
                plural(opened(*fresh), "new one");
    }
    sentences.push_back(fact + ".");
}

// Where threads differ: whoever queues for a connection holds one.
void explain_threads(const Run& run, std::vector<std::string>& sentences) {
    for (const std::string_view variant : {"pool", "one"}) {
        const WayRun* const threads = find_done(run, Way::pool, variant);
        if (threads == nullptr) continue;
        const auto held = static_cast<std::size_t>(threads->usage.threads);
        const auto peak = static_cast<std::size_t>(in_flight_peak(threads->timeline));
        if (held <= peak) continue;
        std::string fact = capitalized(subject(*threads)) + " took " + format_duration(total_of(*threads)) +
                           " on " + plural(held, "thread") + ", of which at most " + std::to_string(peak) +
                           " had a connection at once: the others were held while they queued.";
        if (const WayRun* const coroutines = find_done(run, Way::coroutines, variant)) {
            fact += " " + capitalized(subject(*coroutines)) + " took " +
                    format_duration(total_of(*coroutines)) + " on " +
                    plural(static_cast<std::size_t>(coroutines->usage.threads), "thread") + ".";
        }
        sentences.push_back(fact);
        return;
    }
}

}  // namespace

std::vector<std::string> explain_reuse(const Run& run) {
    std::vector<std::string> sentences;
    explain_opening(run, sentences);
    explain_keeping(run, sentences);
    const WayRun* shared = nullptr;  // of one connection rather than a pool, of the loop rather than threads
    for (const std::string_view variant : {"pool", "one"}) {
        for (const Way way : {Way::pool, Way::coroutines}) {
            if (const WayRun* const found = find_done(run, way, variant)) shared = found;
        }
    }
    if (shared != nullptr) explain_sharing(run, shared->way, sentences);
    explain_threads(run, sentences);
    return sentences;
}

}  // namespace overlap
