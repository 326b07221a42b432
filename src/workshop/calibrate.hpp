// How much work is how much time, here and now.
#pragma once

#include <cstdint>

#include "timeline/timeline.hpp"

namespace overlap::workshop {

/// Rounds of digest() that take about that much CPU time. Tries it for some milliseconds.
std::int64_t rounds_that_take(Nanoseconds time);

}  // namespace overlap::workshop
