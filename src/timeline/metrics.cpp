#include "timeline/metrics.hpp"

#include <algorithm>

#include "timeline/words.hpp"

namespace overlap {
namespace {

bool is_task(const Timeline& timeline, const Span& span) {
    return timeline.lanes[span.lane].kind == LaneKind::task;
}

}  // namespace

std::string_view name_of(Way way) {
    switch (way) {
        case Way::sequential:
            return "sequential";
        case Way::coroutines:
            return "coroutines";
        case Way::pool:
            return "pool";
    }
    return "?";
}

std::string_view name_of(PoolKind kind) { return kind == PoolKind::processes ? "processes" : "threads"; }

Nanoseconds makespan(const Timeline& timeline) {
    Nanoseconds end = 0;
    for (const Span& span : timeline.spans) {
        if (is_task(timeline, span)) end = std::max(end, span.end);
    }
    return end;
}

Nanoseconds time_in(const Timeline& timeline, State state) {
    Nanoseconds time = 0;
    for (const Span& span : timeline.spans) {
        if (span.state == state && is_task(timeline, span)) time += span.end - span.begin;
    }
    return time;
}

Nanoseconds total_of(const WayRun& way) { return way.result ? way.result->at : makespan(way.timeline); }

bool work_done(const WayRun& way) {
    if (way.interrupted) return false;
    if (way.result) return way.result->good;
    const Outcomes outcomes = outcomes_of(summarize_tasks(way.timeline));
    return outcomes.done > 0 && outcomes.failed + outcomes.cancelled == 0;
}

Nanoseconds longest_makespan(const Run& run) {
    Nanoseconds longest = 0;
    for (const WayRun& way : run.ways) longest = std::max(longest, makespan(way.timeline));
    if (longest > 0) return longest;
    for (const WayRun& way : run.ways) longest = std::max(longest, total_of(way));
    return longest;
}

std::vector<InFlightStep> in_flight_curve(const Timeline& timeline) {
    std::vector<InFlightStep> changes;
    changes.reserve(timeline.spans.size() * 2);
    for (const Span& span : timeline.spans) {
        if (!is_task(timeline, span) || !in_flight(span.state)) continue;
        changes.push_back({span.begin, +1});
        changes.push_back({span.end, -1});
    }
    std::sort(changes.begin(), changes.end(),
              [](const InFlightStep& a, const InFlightStep& b) { return a.at < b.at; });

    // Changes at the same instant become one step, so a span that hands over to the next is no dip and no
    // peak.
    std::vector<InFlightStep> curve;
    int count = 0;
    for (const InFlightStep& change : changes) {
        count += change.count;
        if (!curve.empty() && curve.back().at == change.at) {
            curve.back().count = count;
        } else {
            curve.push_back({change.at, count});
        }
    }
    return curve;
}

int in_flight_peak(const Timeline& timeline) {
    int peak = 0;
    for (const InFlightStep& step : in_flight_curve(timeline)) peak = std::max(peak, step.count);
    return peak;
}

std::vector<TaskSummary> summarize_tasks(const Timeline& timeline) {
    std::vector<TaskSummary> tasks;
    for (std::size_t i = 0; i < timeline.spans.size(); ++i) {
        const Span& span = timeline.spans[i];
        if (!is_task(timeline, span)) continue;
        if (tasks.empty() || tasks.back().lane != span.lane) {
            tasks.push_back({.lane = span.lane, .first = i, .begin = span.begin});
        }
        TaskSummary& task = tasks.back();
        task.last = i + 1;
        task.end = span.end;
        task.outcome = span.outcome;
        if (span.state == State::queued) task.queued += span.end - span.begin;
        if (span.state == State::backoff) ++task.retries;
    }
    return tasks;
}

Nanoseconds percentile(const std::vector<Nanoseconds>& sorted, int percent) {
    const std::size_t rank = (sorted.size() * static_cast<std::size_t>(percent) + 99) / 100;
    return sorted[std::max<std::size_t>(rank, 1) - 1];
}

Nanoseconds median_call(const WayRun& way) {
    std::vector<Nanoseconds> times;
    for (const TaskSummary& task : summarize_tasks(way.timeline))
        times.push_back(task.latency() - task.queued);
    std::sort(times.begin(), times.end());
    return times.empty() ? 0 : percentile(times, 50);
}

std::vector<Nanoseconds> stage_times(const Timeline& timeline, Phase phase) {
    std::vector<Nanoseconds> times;
    for (const TaskSummary& task : summarize_tasks(timeline)) {
        Nanoseconds time = 0;
        bool any = false;
        bool done = true;
        for (std::size_t i = task.first; i < task.last; ++i) {
            const Span& span = timeline.spans[i];
            if (span.phase != phase) continue;
            any = true;
            done = done && span.outcome == Outcome::done;
            time += span.end - span.begin;
        }
        if (any && done) times.push_back(time);
    }
    std::sort(times.begin(), times.end());
    return times;
}

std::vector<Nanoseconds> times_of(const Timeline& timeline, Phase phase) {
    std::vector<Nanoseconds> times;
    for (const Span& span : timeline.spans) {
        if (span.phase == phase && span.outcome == Outcome::done) times.push_back(span.end - span.begin);
    }
    std::sort(times.begin(), times.end());
    return times;
}

Latency latency_of(const std::vector<TaskSummary>& tasks) {
    if (tasks.empty()) return {};
    std::vector<Nanoseconds> sorted;
    sorted.reserve(tasks.size());
    for (const TaskSummary& task : tasks) {
        if (task.outcome != Outcome::cancelled) sorted.push_back(task.latency());
    }
    if (sorted.empty()) return {};
    std::sort(sorted.begin(), sorted.end());
    Latency latency{.count = sorted.size(),
                    .min = sorted.front(),
                    .median = percentile(sorted, 50),
                    .max = sorted.back(),
                    .p99 = std::nullopt};
    if (sorted.size() >= 100) latency.p99 = percentile(sorted, 99);
    return latency;
}

Outcomes outcomes_of(const std::vector<TaskSummary>& tasks) {
    Outcomes outcomes;
    for (const TaskSummary& task : tasks) {
        switch (task.outcome) {
            case Outcome::done:
                ++outcomes.done;
                break;
            case Outcome::failed:
                ++outcomes.failed;
                break;
            case Outcome::cancelled:
                ++outcomes.cancelled;
                break;
        }
    }
    return outcomes;
}

std::optional<LoopUse> loop_use(const Timeline& timeline) {
    const bool has_loop = std::any_of(timeline.lanes.begin(), timeline.lanes.end(),
                                      [](const Lane& lane) { return lane.kind == LaneKind::loop; });
    if (!has_loop) return std::nullopt;
    const Nanoseconds total = makespan(timeline);
    Nanoseconds busy = 0;
    for (const Span& span : timeline.spans) {
        if (is_task(timeline, span)) continue;
        busy += std::max<Nanoseconds>(0, std::min(span.end, total) - span.begin);
    }
    busy = std::min(busy, total);
    return LoopUse{busy, total - busy};
}

double spread(const WayRun& way) {
    if (way.makespans.size() < 2) return 0;
    std::vector<Nanoseconds> sorted = way.makespans;
    std::sort(sorted.begin(), sorted.end());
    const Nanoseconds median = percentile(sorted, 50);
    if (median == 0) return 0;
    return static_cast<double>(sorted.back() - sorted.front()) / static_cast<double>(median);
}

bool answered_at_once(const WayRun& way) {
    constexpr Nanoseconds at_once = 1'000'000;
    return latency_of(summarize_tasks(way.timeline)).median < at_once;
}

std::string verdict(const WayRun& way) {
    if (!way.server || way.server->peak_in_flight == 0) return "";
    if (way.server->requests == 1) return "one request";
    if (way.server->peak_in_flight == 1) {
        return answered_at_once(way) ? "answered too quickly to overlap" : "one at a time";
    }
    return "overlapped, peak " + std::to_string(way.server->peak_in_flight);
}

std::string connections_in_words(const WayRun& way) {
    if (!way.server) return "";
    return plural(static_cast<std::size_t>(way.server->requests), "request") + " on " +
           plural(static_cast<std::size_t>(way.server->connections), "connection");
}

const WayRun* find_pool(const Run& run, PoolKind kind) {
    const auto found = std::find_if(run.ways.begin(), run.ways.end(), [&](const WayRun& each) {
        return each.way == Way::pool && each.pool == kind;
    });
    return found == run.ways.end() ? nullptr : &*found;
}

const WayRun* find_way(const Run& run, Way way) {
    for (const WayRun& candidate : run.ways) {
        if (candidate.way == way) return &candidate;
    }
    return nullptr;
}

const WayRun* find_done(const Run& run, Way way, std::string_view variant) {
    const auto found = std::find_if(run.ways.begin(), run.ways.end(), [&](const WayRun& each) {
        return each.way == way && each.variant == variant && work_done(each);
    });
    return found == run.ways.end() ? nullptr : &*found;
}

std::optional<std::int64_t> knob_of(const Run& run, std::string_view name) {
    for (const KnobValue& knob : run.knobs) {
        if (knob.name == name) return knob.value;
    }
    return std::nullopt;
}

std::optional<double> speedup(const Run& run, const WayRun& way) {
    const WayRun* sequential = find_way(run, Way::sequential);
    if (sequential == nullptr || sequential == &way) return std::nullopt;
    for (const WayRun* either : {sequential, &way}) {
        if (!work_done(*either) || either->part_of > 0) return std::nullopt;
        if (outcomes_of(summarize_tasks(either->timeline)).done == 0) return std::nullopt;
    }
    const Nanoseconds slow = total_of(*sequential);
    const Nanoseconds fast = total_of(way);
    if (slow == 0 || fast == 0) return std::nullopt;
    return static_cast<double>(slow) / static_cast<double>(fast);
}

}  // namespace overlap
