// The clock of everything that is measured.
#pragma once

#include <ctime>

#include "timeline/timeline.hpp"

namespace overlap {

/// Gives nanoseconds since some fixed point. A plain function, so that tests can put their own in its place.
using Clock = Nanoseconds (*)();

/// CLOCK_MONOTONIC, as std::chrono::steady_clock reads it, less two calls: never set back, and the same for
/// all processes of a machine.
inline Nanoseconds steady_now() {
    timespec time{};
    ::clock_gettime(CLOCK_MONOTONIC, &time);
    return Nanoseconds{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

}  // namespace overlap
