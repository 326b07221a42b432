// What a program that is not ours may use.
#pragma once

#include <cstdint>

#include "timeline/units.hpp"

namespace overlap::workshop {

/// Of a program and all that it starts.
struct Limits {
    Nanoseconds wall = 30 * second;            ///< from its start to its end
    Nanoseconds cpu = 20 * second;             ///< of all its processes
    std::int64_t memory = 1024 * 1024 * 1024;  ///< bytes resident
    std::int64_t processes = 64;               ///< at once
    std::int64_t threads = 2'000;              ///< at once
    std::int64_t output = 1024 * 1024;         ///< bytes printed
    std::int64_t file = 16 * 1024 * 1024;      ///< bytes in one file
    std::int64_t descriptors = 2'048;          ///< open in one process
    Nanoseconds wait = 5 * second;             ///< asleep, with calls open that get no answer
    Nanoseconds hang = 12 * second;            ///< asleep, with no call open: it may have a timer of its own

    friend bool operator==(const Limits&, const Limits&) = default;
};

}  // namespace overlap::workshop
