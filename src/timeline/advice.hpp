// Sentences made from what a run measured, and from nothing else.
#pragma once

#include <string>
#include <vector>

#include "timeline/run.hpp"

namespace overlap {

/// Why the ways took the time they took: one or two sentences, empty when nothing can be said.
std::vector<std::string> explain(const Run& run);

/// What looks wrong about the run and what to try next: failures, refusals, a starved loop, fewer workers
/// than tasks, a noisy machine, an interruption. Empty when all is well.
std::vector<std::string> warnings(const Run& run);

}  // namespace overlap
