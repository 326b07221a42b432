#include "timeline/advice_of_demos.hpp"
#include "timeline/duration.hpp"
#include "timeline/metrics.hpp"
#include "timeline/words.hpp"

namespace overlap {
namespace {

constexpr std::int64_t dns = 2;  // of the knob "what"

// Lag is measured with a timer of 1 ms: a loop that ended before the first beat has none.
std::string lag_of(const WayRun& way) {
    if (!way.heartbeat || way.heartbeat->beats == 0) return "";
    return format_duration(way.heartbeat->worst_lag);
}

void explain_inline(const Run& run, const WayRun& way, std::vector<std::string>& sentences) {
    const std::size_t tasks = summarize_tasks(way.timeline).size();
    const std::string lag = lag_of(way);
    const std::optional<LoopUse> use = loop_use(way.timeline);
    if (tasks < 2 || lag.empty() || !use || in_flight_peak(way.timeline) != 1) return;
    std::string fact =
        "Called straight in a coroutine, the calls were made on the event loop, one at a time: it was busy "
        "for " +
        format_duration(use->busy) + " of " + format_duration(total_of(way)) +
        ", and a timer of 1ms on it came " + lag + " late at worst";
    const WayRun* const sequential = find_done(run, Way::sequential);
    if (sequential != nullptr) {
        fact += ". One at a time without a loop took " + format_duration(total_of(*sequential));
    }
    sentences.push_back(fact + ".");
}

void explain_offloaded(const Run& run, const WayRun& way, std::vector<std::string>& sentences) {
    const std::string lag = lag_of(way);
    if (lag.empty()) return;
    std::string fact = capitalized(subject(way)) + " had up to " +
                       std::to_string(in_flight_peak(way.timeline)) + " under way at once and took " +
                       format_duration(total_of(way));
    const std::optional<double> times = speedup(run, way);
    if (times && is_faster(*times)) fact += ", " + times_in_words(*times) + " as fast as one at a time";
    if (times && is_slower(*times)) fact += ", slower than one at a time";
    sentences.push_back(fact + "; its event loop's timer came " + lag + " late at worst.");
}

// Where there is nothing to see, that is what is said.
void explain_quick(const Run& run, std::vector<std::string>& sentences) {
    constexpr Nanoseconds noticeable = 5'000'000;
    const WayRun* const sequential = find_done(run, Way::sequential);
    if (sequential == nullptr || median_call(*sequential) >= noticeable) return;
    std::string fact = "The median task took " + format_duration(median_call(*sequential)) +
                       " alone: there is hardly anything to wait for.";
    if (knob_of(run, "what") == dns) {
        fact +=
            " A name that has to be asked for over a network can hold its thread for longer: that was not "
            "measured.";
    }
    sentences.push_back(fact);
}

}  // namespace

std::vector<std::string> explain_blocking(const Run& run) {
    std::vector<std::string> sentences;
    for (const WayRun& way : run.ways) {
        if (!work_done(way)) continue;
        if (way.variant == "inline") explain_inline(run, way, sentences);
        if (way.variant == "io_uring" || way.way == Way::pool) explain_offloaded(run, way, sentences);
        explain_start(way, sentences);
    }
    explain_quick(run, sentences);
    return sentences;
}

}  // namespace overlap
