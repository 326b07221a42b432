// The clock of everything that is measured.
#pragma once

#include <chrono>

#include "timeline/timeline.hpp"

namespace overlap {

/// Gives nanoseconds since some fixed point. A plain function, so that tests can put their own in its place.
using Clock = Nanoseconds (*)();

/// CLOCK_MONOTONIC: never set back, and the same for all processes of a machine.
inline Nanoseconds steady_now() {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(
               std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

}  // namespace overlap
