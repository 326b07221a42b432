#include <algorithm>

#include "timeline/advice_of_demos.hpp"
#include "timeline/duration.hpp"
#include "timeline/metrics.hpp"
#include "timeline/tokens.hpp"
#include "timeline/words.hpp"

namespace overlap {
namespace {

bool all_began(const WayRun& way, const TokenTimes& times) {
    const std::size_t tasks = summarize_tasks(way.timeline).size();
    return !way.interrupted && tasks > 1 && times.first_at.size() == tasks;
}

// When conversations are held one at a time, all but the first wait for those before to be over.
void explain_one_at_a_time(const WayRun& way, std::vector<std::string>& sentences) {
    const TokenTimes times = token_times(way.timeline);
    if (!all_began(way, times) || in_flight_peak(way.timeline) != 1) return;
    const TaskSummary first = summarize_tasks(way.timeline).front();
    std::string fact = "One at a time, the second conversation's first token came at " +
                       format_duration(times.first_at[1]) + ", after the first conversation was over (" +
                       format_duration(first.end) + ")";
    if (times.first_at.size() > 2)
        fact += ", and the last one's at " + format_duration(times.first_at.back());
    sentences.push_back(fact + ".");
}

void explain_firsts(const WayRun& way, std::vector<std::string>& sentences) {
    const TokenTimes times = token_times(way.timeline);
    if (!all_began(way, times)) return;
    const std::size_t tasks = times.first_at.size();
    sentences.push_back(capitalized(subject(way)) + " had the first token of " +
                        (tasks == 2 ? std::string("both") : "all " + std::to_string(tasks)) + " by " +
                        format_duration(times.first_at.back()) + ", with up to " +
                        plural(static_cast<std::size_t>(in_flight_peak(way.timeline)), "conversation") +
                        " at once on " + plural(static_cast<std::size_t>(way.usage.threads), "thread") + ".");
}

bool about_equal(const std::vector<Nanoseconds>& times) {
    const auto [least, most] = std::minmax_element(times.begin(), times.end());
    return static_cast<double>(*most) <= 1.1 * static_cast<double>(*least);
}

// Once a stream has begun, its pace is the server's or the reader's; the ways hardly differ.
void explain_gaps(const Run& run, std::vector<std::string>& sentences) {
    std::vector<Nanoseconds> medians;
    std::vector<Nanoseconds> last_firsts;
    for (const WayRun& way : run.ways) {
        const TokenTimes times = token_times(way.timeline);
        if (way.interrupted || times.gaps.empty()) return;
        medians.push_back(percentile(times.gaps, 50));
        last_firsts.push_back(times.first_at.empty() ? 0 : times.first_at.back());
    }
    if (medians.size() < 2) return;
    const auto [least, most] = std::minmax_element(medians.begin(), medians.end());
    if (about_equal(medians)) {
        sentences.push_back("Between two tokens of a conversation it was " + format_duration(*most) +
                            " at the median, whatever the way" +
                            (about_equal(last_firsts) ? "." : ": what differs is the wait for the first."));
    } else {
        sentences.push_back("Between two tokens of a conversation it was " + format_duration(*least) +
                            " to " + format_duration(*most) + " at the median, depending on the way.");
    }
}

Nanoseconds time_reading(const Timeline& timeline) {
    Nanoseconds time = 0;
    for (const Span& span : timeline.spans) {
        if (span.state == State::reading) time += span.end - span.begin;
    }
    return time;
}

// A reader may be a moment late when the buffers are about full.
constexpr Nanoseconds noticeable_stall = 1'000'000;

void explain_back_pressure(const Run& run, std::vector<std::string>& sentences) {
    std::string ways;
    bool slow_reader = false;
    bool counted = true;
    for (const WayRun& way : run.ways) {
        slow_reader = slow_reader || time_reading(way.timeline) > 0;
        counted = counted && way.server && way.server->stalled < noticeable_stall;
        if (!way.server || way.server->stalled < noticeable_stall) continue;
        ways += (ways.empty() ? "" : ", ") + format_duration(way.server->stalled) + " with " + subject(way);
    }
    if (!ways.empty()) {
        sentences.push_back(
            "Back-pressure: the server had tokens ready that it could not send, because what it "
            "had sent was not read yet: " +
            ways + " (all conversations together).");
    } else if (slow_reader && counted) {
        sentences.emplace_back(
            "The readers took their time over the tokens, and yet they held the server up for less than 1ms: "
            "the kernel's buffers took what was not read. Try more --tokens or --padding.");
    }
}

}  // namespace

std::vector<std::string> explain_streams(const Run& run) {
    std::vector<std::string> sentences;
    for (const WayRun& way : run.ways) {
        if (way.way == Way::sequential) explain_one_at_a_time(way, sentences);
        if (way.way != Way::sequential) explain_firsts(way, sentences);
    }
    explain_gaps(run, sentences);
    explain_back_pressure(run, sentences);
    return sentences;
}

}  // namespace overlap
