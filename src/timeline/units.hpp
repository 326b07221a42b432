// Units of time.
#pragma once

#include "timeline/timeline.hpp"

namespace overlap {

inline constexpr Nanoseconds ms = 1'000'000;
inline constexpr Nanoseconds second = 1'000 * ms;

}  // namespace overlap
