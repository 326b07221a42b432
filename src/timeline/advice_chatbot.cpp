#include <algorithm>
#include <iterator>
#include <optional>

#include "timeline/advice_of_demos.hpp"
#include "timeline/duration.hpp"
#include "timeline/metrics.hpp"
#include "timeline/words.hpp"

namespace overlap {
namespace {

struct StageCost {
    Phase stage = Phase::none;
    Nanoseconds median = 0;
};

// The stage with the longest median of all users; none where no stage was done.
std::optional<StageCost> costliest(const WayRun& way) {
    std::optional<StageCost> most;
    for (const Phase stage : chatbot_stages) {
        const std::vector<Nanoseconds> times = stage_times(way.timeline, stage);
        if (times.empty()) continue;
        const Nanoseconds median = percentile(times, 50);
        if (!most || median > most->median) most = StageCost{stage, median};
    }
    return most;
}

// What all stages together took the median user; a stage may be queued for a thread, which counts here.
Nanoseconds median_turn(const WayRun& way) {
    std::vector<Nanoseconds> turns;
    for (const TaskSummary& task : summarize_tasks(way.timeline)) {
        Nanoseconds time = 0;
        for (std::size_t i = task.first; i < task.last; ++i) {
            const Span& span = way.timeline.spans[i];
            if (is_stage(span.phase)) time += span.end - span.begin;
        }
        turns.push_back(time);
    }
    std::sort(turns.begin(), turns.end());
    return turns.empty() ? 0 : percentile(turns, 50);
}

std::string cost_in_words(const WayRun& way, const StageCost& cost) {
    return format_duration(cost.median) + " of " + format_duration(median_turn(way)) + " in " + subject(way);
}

// Named for each way, unless they agree: then once, with the first and the last of them.
void explain_costs(const Run& run, std::vector<std::string>& sentences) {
    std::vector<std::pair<const WayRun*, StageCost>> costs;
    for (const WayRun& way : run.ways) {
        const std::optional<StageCost> cost = work_done(way) ? costliest(way) : std::nullopt;
        if (cost) costs.emplace_back(&way, *cost);
    }
    if (costs.empty()) return;
    const Phase first = costs.front().second.stage;
    const bool same =
        std::all_of(costs.begin(), costs.end(), [&](const auto& each) { return each.second.stage == first; });
    std::string sentence =
        same ? "The stage that costs a user most is " + std::string(name_of(first)) + " (medians): "
             : "The stage that costs a user most is not the same in all ways (medians): ";
    for (std::size_t i = 0; i < costs.size(); ++i) {
        const auto& [way, cost] = costs[i];
        if (i > 0) sentence += i + 1 == costs.size() ? " and " : ", ";
        if (!same) sentence += std::string(name_of(cost.stage)) + ", ";
        sentence += cost_in_words(*way, cost);
    }
    sentences.push_back(sentence + ".");
}

void explain_overlap(const Run& run, std::vector<std::string>& sentences) {
    const WayRun* const sequential = find_done(run, Way::sequential);
    const WayRun* const offloaded = find_done(run, Way::coroutines, "offloaded");
    if (sequential == nullptr || offloaded == nullptr) return;
    const std::size_t users = summarize_tasks(sequential->timeline).size();
    if (users < 2) return;
    sentences.push_back("One after the other, the turns of " + std::to_string(users) + " users add up to " +
                        format_duration(total_of(*sequential)) + "; overlapped they took " +
                        format_duration(total_of(*offloaded)) + ".");
}

// The most that was formatted in one turn of the loop, during which nothing else on it could go on.
Nanoseconds formatted_at_a_stretch(const Timeline& timeline) {
    std::vector<Span> formatting;
    std::copy_if(
        timeline.spans.begin(), timeline.spans.end(), std::back_inserter(formatting),
        [](const Span& span) { return span.phase == Phase::format && span.state == State::running; });
    Nanoseconds most = 0;
    for (const Span& turn : timeline.spans) {
        if (timeline.lanes[turn.lane].kind != LaneKind::loop || turn.state != State::running) continue;
        Nanoseconds formatted = 0;
        for (const Span& span : formatting) {
            const Nanoseconds inside = std::min(span.end, turn.end) - std::max(span.begin, turn.begin);
            formatted += std::max<Nanoseconds>(inside, 0);
        }
        most = std::max(most, formatted);
    }
    return most;
}

// What formatting did to the loop, and so to everybody on it: nothing is said of a lag of which formatting
// made less than half.
void explain_lag(const Run& run, std::vector<std::string>& sentences) {
    const WayRun* const on_loop = find_done(run, Way::coroutines, "inline");
    const WayRun* const offloaded = find_done(run, Way::coroutines, "offloaded");
    if (on_loop == nullptr || !on_loop->heartbeat || on_loop->heartbeat->beats == 0) return;
    const Nanoseconds lag = on_loop->heartbeat->worst_lag;
    const Nanoseconds formatted = formatted_at_a_stretch(on_loop->timeline);
    if (formatted == 0 || 2 * formatted < lag) return;
    std::string sentence = "With the formatting on the loop, a timer of 1ms came up to " +
                           format_duration(lag) + " late: so long could nothing else on that loop go on";
    if (offloaded != nullptr && offloaded->heartbeat && offloaded->heartbeat->beats > 0)
        sentence +=
            "; with the formatting on other threads, " + format_duration(offloaded->heartbeat->worst_lag);
    sentences.push_back(sentence + ".");
}

// Which model answered, as the lanes say.
void explain_models(const Run& run, std::vector<std::string>& sentences) {
    for (const WayRun& way : run.ways) {
        const auto& lanes = way.timeline.lanes;
        const auto by = [&](std::string_view model) {
            return std::count_if(lanes.begin(), lanes.end(),
                                 [&](const Lane& lane) { return lane.note == model; });
        };
        if (way.way != Way::coroutines || by("main") + by("fallback") == 0) continue;
        std::string sentence = "Of the models raced by " + subject(way) + ", main's first token won " +
                               std::to_string(by("main")) + " of " +
                               std::to_string(by("main") + by("fallback")) + " times";
        if (way.server && way.server->hung_up > 0) {
            sentence += "; the server saw " + plural(static_cast<std::size_t>(way.server->hung_up), "loser") +
                        " hang up";
        }
        sentences.push_back(sentence + ".");
        return;
    }
}

}  // namespace

std::vector<std::string> explain_chatbot(const Run& run) {
    std::vector<std::string> sentences;
    explain_costs(run, sentences);
    explain_overlap(run, sentences);
    explain_lag(run, sentences);
    explain_models(run, sentences);
    return sentences;
}

}  // namespace overlap
