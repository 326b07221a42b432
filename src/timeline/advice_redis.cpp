#include <algorithm>
#include <array>
#include <cstdio>

#include "timeline/advice_of_demos.hpp"
#include "timeline/duration.hpp"
#include "timeline/metrics.hpp"
#include "timeline/words.hpp"

namespace overlap {
namespace {

Nanoseconds rtt_of(const Run& run) {
    const auto found = std::find_if(run.knobs.begin(), run.knobs.end(),
                                    [](const KnobValue& knob) { return knob.name == "rtt"; });
    return found == run.knobs.end() ? 0 : found->value;
}

std::string trips(Nanoseconds time, Nanoseconds rtt) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.1f", static_cast<double>(time) / static_cast<double>(rtt));
    return text.data();
}

const WayRun* find_variant(const Run& run, const std::string& variant) {
    const auto found = std::find_if(run.ways.begin(), run.ways.end(),
                                    [&](const WayRun& way) { return way.variant == variant; });
    return found == run.ways.end() || !work_done(*found) ? nullptr : &*found;
}

std::string connections(const WayRun& way) {
    return way.server ? plural(static_cast<std::size_t>(way.server->connections), "connection") : "";
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

}  // namespace

std::vector<std::string> explain_redis(const Run& run) {
    const Nanoseconds rtt = rtt_of(run);
    if (rtt == 0) return explain_near(run);
    std::vector<std::string> sentences;

    std::string paid;
    for (const WayRun& way : run.ways) {
        if (!work_done(way)) continue;
        paid += (paid.empty() ? "" : ", ") + subject(way) + " " + trips(total_of(way), rtt);
    }
    if (!paid.empty()) {
        sentences.push_back("Counted in round trips of " + format_exact(rtt) + ", the ways took: " + paid +
                            ".");
    }

    const WayRun* const sequential = find_way(run, Way::sequential);
    if (sequential != nullptr && work_done(*sequential)) {
        const std::vector<TaskSummary> reads = summarize_tasks(sequential->timeline);
        const Nanoseconds usual = median_call(*sequential);
        if (reads.size() > 2 && reads.front().latency() > usual + rtt / 2) {
            sentences.push_back("The first read of the sequential way, which opened the connection, took " +
                                format_duration(reads.front().latency()) + ", the median one " +
                                format_duration(usual) + ".");
        }
    }
    const WayRun* const each = find_variant(run, "each");
    const WayRun* const pooled = find_variant(run, "pooled");
    const WayRun* const pipelined = find_variant(run, "pipelined");
    if (each != nullptr) {
        std::string fact = "A read that opens its own connection took " +
                           format_duration(median_call(*each)) + " at the median (" +
                           trips(median_call(*each), rtt) + " round trips)";
        if (each->server) fact += ", and the server counted " + connections(*each);
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
    if (pipelined != nullptr && pipelined->server) {
        sentences.push_back("Pipelining had up to " + std::to_string(in_flight_peak(pipelined->timeline)) +
                            " reads under way on " + connections(*pipelined) + ": all " +
                            std::to_string(summarize_tasks(pipelined->timeline).size()) + " took " +
                            format_duration(total_of(*pipelined)) + ".");
    }
    return sentences;
}

}  // namespace overlap
