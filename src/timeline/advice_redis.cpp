#include <algorithm>
#include <array>
#include <cstdio>

#include "timeline/advice_of_demos.hpp"
#include "timeline/duration.hpp"
#include "timeline/metrics.hpp"
#include "timeline/words.hpp"

namespace overlap {
namespace {

std::string trips(Nanoseconds time, Nanoseconds rtt) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.1f", static_cast<double>(time) / static_cast<double>(rtt));
    return text.data();
}

// What Redis counted; nothing where others may use it too: it counts their connections with ours.
std::string counted_connections(const Run& run, const WayRun& way) {
    if (!way.server || !run.urls.empty()) return "";
    return plural(static_cast<std::size_t>(way.server->connections), "connection");
}

void explain_pipelining(const Run& run, const WayRun& way, std::vector<std::string>& sentences) {
    const std::size_t reads = summarize_tasks(way.timeline).size();
    if (reads < 2) return;
    const std::string connections = counted_connections(run, way);
    sentences.push_back("Pipelining had up to " + std::to_string(in_flight_peak(way.timeline)) +
                        " reads under way" + (connections.empty() ? "" : " on " + connections) + ": all " +
                        std::to_string(reads) + " took " + format_duration(total_of(way)) + ".");
}

void explain_counts(const Run& run, std::vector<std::string>& sentences) {
    const bool counted = std::any_of(run.ways.begin(), run.ways.end(),
                                     [](const WayRun& way) { return way.server.has_value(); });
    if (run.urls.empty() || !counted) return;
    sentences.push_back("The connections opened are the count of the Redis at " + run.urls.front() +
                        ", those of its other clients included.");
}

// Without distance: there is no round trip to count in.
std::vector<std::string> explain_near(const Run& run) {
    std::string medians;
    for (const WayRun& way : run.ways) {
        if (!work_done(way)) continue;
        medians += (medians.empty() ? "" : ", ") + subject(way) + " " + format_duration(median_call(way));
    }
    if (medians.empty()) return {};
    return {"No distance was added (--rtt 0). The median read, its time in a queue left out: " + medians +
            "."};
}

std::vector<std::string> explain_far(const Run& run, Nanoseconds rtt) {
    std::vector<std::string> sentences;
    std::string paid;
    for (const WayRun& way : run.ways) {
        if (!work_done(way)) continue;
        paid += (paid.empty() ? "" : ", ") + subject(way) + " " + trips(total_of(way), rtt);
    }
    if (!paid.empty()) {
        sentences.push_back("Measured in round trips of " + format_exact(rtt) + ", the ways took: " + paid +
                            ".");
    }

    const WayRun* const sequential = find_done(run, Way::sequential);
    if (sequential != nullptr) {
        const std::vector<TaskSummary> reads = summarize_tasks(sequential->timeline);
        const Nanoseconds usual = median_call(*sequential);
        if (reads.size() > 2 && reads.front().latency() > usual + rtt / 2) {
            sentences.push_back("The first read of the sequential way, which opened the connection, took " +
                                format_duration(reads.front().latency()) + ", the median one " +
                                format_duration(usual) + ".");
        }
    }
    const WayRun* const each = find_done(run, Way::coroutines, "each");
    const WayRun* const pooled = find_done(run, Way::coroutines, "pooled");
    const WayRun* const pipelined = find_done(run, Way::coroutines, "pipelined");
    if (each != nullptr) {
        std::string fact = "A read that opens its own connection took " +
                           format_duration(median_call(*each)) + " at the median (" +
                           trips(median_call(*each), rtt) + " round trips long)";
        const std::string connections = counted_connections(run, *each);
        if (!connections.empty()) fact += ", and the server counted " + connections;
        sentences.push_back(fact + ".");
    }
    if (pooled != nullptr) {
        const std::size_t reads = summarize_tasks(pooled->timeline).size();
        const int peak = in_flight_peak(pooled->timeline);
        if (static_cast<std::size_t>(peak) < reads) {
            sentences.push_back("The pool had at most " + std::to_string(peak) + " of the " +
                                std::to_string(reads) +
                                " reads under way; the others were queued for a connection.");
        }
    }
    if (pipelined != nullptr) explain_pipelining(run, *pipelined, sentences);
    return sentences;
}

}  // namespace

std::vector<std::string> explain_redis(const Run& run) {
    const Nanoseconds rtt = knob_of(run, "rtt").value_or(0);
    std::vector<std::string> sentences = rtt == 0 ? explain_near(run) : explain_far(run, rtt);
    explain_counts(run, sentences);
    return sentences;
}

}  // namespace overlap
