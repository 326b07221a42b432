// What explain() says, demo by demo. Each is a function of the run alone: a run that was kept says the same.
#pragma once

#include <string>
#include <vector>

#include "timeline/run.hpp"

namespace overlap {

/// Of calls that do not need each other's answer: waiting, overlapping it, the pool, retries.
std::vector<std::string> explain_calls(const Run& run);

}  // namespace overlap
