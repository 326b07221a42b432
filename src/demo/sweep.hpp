// Running a demo's coroutines at one concurrency after another.
#pragma once

#include <cstdint>
#include <vector>

#include "demo/runner.hpp"
#include "timeline/sweep.hpp"

namespace overlap {

/// Runs the demo's coroutines with each of `levels` (in ascending order) as the knob that it sweeps. Each
/// level makes at least as many calls as the knob "tasks" says, and five times its concurrency: fewer would
/// show how a burst begins and ends, not how it goes. Of several repeats, the one with the median throughput
/// is kept. Throws Error.
Sweep run_sweep(const Demo& demo, const RunOptions& options, const std::vector<std::int64_t>& levels);

}  // namespace overlap
