#include "claims/judge.hpp"

#include <algorithm>

#include "timeline/duration.hpp"
#include "timeline/words.hpp"

namespace overlap {

std::optional<double> ratio_of(const WayRun* slow, const WayRun* fast) {
    if (slow == nullptr || fast == nullptr || !work_done(*slow) || !work_done(*fast)) return std::nullopt;
    if (total_of(*slow) <= 0 || total_of(*fast) <= 0) return std::nullopt;
    return static_cast<double>(total_of(*slow)) / static_cast<double>(total_of(*fast));
}

std::string time_of(const WayRun& way) { return format_duration(total_of(way)); }

Judgement unmeasured(const Measurements& measured) {
    for (const Run& run : measured.runs) {
        if (run.server_gone) return {Verdict::not_run, "our server ended in the middle", ""};
        for (const WayRun& way : run.ways) {
            for (const Lane& lane : way.timeline.lanes) {
                if (lane.error.empty()) continue;
                return {Verdict::not_run, "a call of " + run.demo + " failed: " + lane.error, ""};
            }
        }
    }
    for (const Costs& costs : measured.costs) {
        for (const CostKind& kind : costs.kinds) {
            if (!kind.error.empty())
                return {Verdict::not_run, "measuring " + kind.name + " failed: " + kind.error, ""};
            if (!kind.limit.empty()) return {Verdict::not_run, kind.name + ": " + kind.limit, ""};
        }
    }
    return {Verdict::not_run, "a part of it could not be measured here", ""};
}

namespace {

double share_of_a_core(const WayRun& way) {
    return total_of(way) > 0 ? static_cast<double>(way.usage.cpu) / static_cast<double>(total_of(way)) : 0;
}

}  // namespace

bool starved(const WayRun& way) { return share_of_a_core(way) < 0.75; }

bool starved_pool(const WayRun& pool, int cores) { return cores >= 2 && share_of_a_core(pool) < 1.5; }

Judgement too_busy(const WayRun& way) {
    return {.verdict = Verdict::not_run,
            .measured = "the machine was too busy: " + subject(way) + " got " +
                        percent(share_of_a_core(way)) + " of one core",
            .condition = "",
            .noisy = true};
}

std::size_t tasks_of(const WayRun& way) { return summarize_tasks(way.timeline).size(); }

int computing_at_once(const WayRun& way) {
    Timeline running{way.timeline.lanes, {}};
    for (const Span& span : way.timeline.spans) {
        const bool task = running.lanes[span.lane].kind == LaneKind::task;
        if (task && span.state == State::running) running.spans.push_back(span);
    }
    return in_flight_peak(running);
}

const WayRun* panel_of(const Run& run, Way way, std::string_view variant) {
    const auto found = std::find_if(run.ways.begin(), run.ways.end(), [&](const WayRun& panel) {
        return panel.way == way && panel.variant == variant;
    });
    return found == run.ways.end() ? nullptr : &*found;
}

const WayRun* done_pool(const Run& run, PoolKind kind) {
    const WayRun* const pool = find_pool(run, kind);
    return pool != nullptr && work_done(*pool) ? pool : nullptr;
}

}  // namespace overlap
