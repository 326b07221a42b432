// Sizing CPU work by trying: what takes 50 ms here takes 20 elsewhere.
#pragma once

#include <cstdint>
#include <functional>

#include "timeline/timeline.hpp"

namespace overlap {

/// The amount of work that takes about `wanted` of CPU time on this machine; 1 at least. `work(amount)` must
/// cost in proportion to its amount. Tries it for some milliseconds, by the calling thread's CPU clock, so
/// that a busy machine matters little.
std::int64_t calibrate(Nanoseconds wanted, const std::function<void(std::int64_t)>& work);

}  // namespace overlap
