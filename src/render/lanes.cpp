#include "render/lanes.hpp"

#include <algorithm>
#include <array>
#include <numeric>
#include <utility>

#include "timeline/duration.hpp"

namespace overlap {
namespace {

// Shorter waits in a queue or for a busy loop, and those of a twentieth of the task, are not worth a word.
bool worth_a_word(Nanoseconds wait, const TaskSummary& task) {
    return wait >= 1'000'000 && wait * 20 >= task.latency();
}

std::string_view word_for(State state) {
    switch (state) {
        case State::queued:
            return "queued";
        case State::waiting:
            return "suspended";
        case State::blocked:
            return "blocked";
        case State::running:
            return "running";
        case State::ready:
            return "loop busy";
        case State::backoff:
            return "backing off";
        case State::reading:
            return "reading";
        case State::at_server:
            return "at the server";
    }
    return "?";
}

State longest_state(const Timeline& timeline, const TaskSummary& task) {
    std::array<Nanoseconds, 8> times{};
    for (std::size_t i = task.first; i < task.last; ++i) {
        const Span& span = timeline.spans[i];
        times[static_cast<std::size_t>(span.state)] += span.end - span.begin;
    }
    return static_cast<State>(std::max_element(times.begin(), times.end()) - times.begin());
}

const Span* long_ready_span(const Timeline& timeline, const TaskSummary& task) {
    for (std::size_t i = task.first; i < task.last; ++i) {
        const Span& span = timeline.spans[i];
        if (span.state == State::ready && worth_a_word(span.end - span.begin, task)) return &span;
    }
    return nullptr;
}

}  // namespace

LaneChoice choose_lanes(const std::vector<TaskSummary>& tasks) {
    if (tasks.size() <= most_lanes) return {tasks, 0, 0};

    std::vector<std::size_t> by_latency(tasks.size());
    std::iota(by_latency.begin(), by_latency.end(), std::size_t{0});
    std::sort(by_latency.begin(), by_latency.end(), [&](std::size_t a, std::size_t b) {
        return std::pair(-tasks[a].latency(), a) < std::pair(-tasks[b].latency(), b);
    });

    std::vector<bool> chosen(tasks.size(), false);
    for (std::size_t i = 0; i < 3; ++i) chosen[i] = chosen[by_latency[i]] = true;
    chosen[by_latency[by_latency.size() / 2]] = true;
    std::size_t failures = 0;
    for (std::size_t i = 0; i < tasks.size(); ++i) {
        if (tasks[i].outcome == Outcome::failed && ++failures <= most_failures) chosen[i] = true;
    }

    LaneChoice choice;
    for (std::size_t i = 0; i < tasks.size(); ++i) {
        if (chosen[i]) {
            choice.shown.push_back(tasks[i]);
        } else {
            ++choice.hidden;
            if (tasks[i].outcome == Outcome::failed) ++choice.hidden_failures;
        }
    }
    return choice;
}

std::string describe(const WayRun& way, const TaskSummary& task) {
    const Timeline& timeline = way.timeline;
    const Lane& lane = timeline.lanes[task.lane];
    if (!lane.note.empty()) return lane.note;
    const std::string attempts = std::to_string(task.retries + 1) + " attempts";
    if (task.outcome == Outcome::failed) {
        const std::string error = lane.error.empty() ? "failed" : lane.error;
        return task.retries > 0 ? error + ", " + attempts : error;
    }
    if (task.outcome == Outcome::cancelled) {
        // The server cannot tell which lane a client that left belonged to: only when all did is it said of
        // each.
        const Outcomes outcomes = outcomes_of(summarize_tasks(timeline));
        const bool seen = !way.interrupted && way.server &&
                          way.server->hung_up == static_cast<std::int64_t>(outcomes.cancelled);
        return seen ? "cancelled, server saw it" : "cancelled";
    }
    if (task.retries > 0) return attempts;
    if (const Span* ready = long_ready_span(timeline, task)) {
        return "ready at " + format_duration(ready->begin) + ", loop busy";
    }
    if (worth_a_word(task.queued, task)) return "queued " + format_duration(task.queued);
    return std::string(word_for(longest_state(timeline, task)));
}

std::vector<double> mean_in_flight(const Timeline& timeline, const Axis& axis) {
    std::vector<double> areas(static_cast<std::size_t>(axis.columns), 0.0);
    const std::vector<InFlightStep> curve = in_flight_curve(timeline);
    for (std::size_t i = 0; i + 1 < curve.size(); ++i) {
        const Nanoseconds begin = curve[i].at;
        const Nanoseconds end = std::min(curve[i + 1].at, axis.total);
        for (int c = axis.column_of(begin); c < axis.columns && axis.begin_of(c) < end; ++c) {
            const Nanoseconds inside =
                std::min(end, axis.begin_of(c + 1)) - std::max(begin, axis.begin_of(c));
            areas[static_cast<std::size_t>(c)] += static_cast<double>(inside) * curve[i].count;
        }
    }
    for (int c = 0; c < axis.columns; ++c) {
        const Nanoseconds width = axis.begin_of(c + 1) - axis.begin_of(c);
        if (width > 0) areas[static_cast<std::size_t>(c)] /= static_cast<double>(width);
    }
    return areas;
}

}  // namespace overlap
