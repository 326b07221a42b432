// Which lanes of a panel are drawn, and what is written beside them.
#pragma once

#include <string>
#include <vector>

#include "render/axis.hpp"
#include "timeline/metrics.hpp"
#include "timeline/run.hpp"

namespace overlap {

/// A panel with more task lanes than this shows a choice of them.
inline constexpr std::size_t most_lanes = 24;

/// Failures drawn in a panel whose lanes are a choice.
inline constexpr std::size_t most_failures = 100;

struct LaneChoice {
    std::vector<TaskSummary> shown;   ///< in lane order
    std::size_t hidden = 0;           ///< task lanes left out
    std::size_t hidden_failures = 0;  ///< those of them that failed
};

/// All tasks up to most_lanes; above that the first 3, the slowest 3, one of median latency, and every
/// failure (the first most_failures of them: a thousand equal rows would bury the rest of the picture).
LaneChoice choose_lanes(const std::vector<TaskSummary>& tasks);

/// The word or two in brackets: "blocked", "queued 50ms", "connection refused", or the lane's own note.
std::string describe(const WayRun& way, const TaskSummary& task);

/// How many tasks were in flight on average in each column, from the exact area under the curve.
std::vector<double> mean_in_flight(const Timeline& timeline, const Axis& axis);

}  // namespace overlap
