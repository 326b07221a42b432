// Units of time.
#pragma once

#include "timeline/timeline.hpp"

namespace overlap::test {

inline constexpr Nanoseconds ms = 1'000'000;

}  // namespace overlap::test
