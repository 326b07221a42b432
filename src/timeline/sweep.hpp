// The same calls with more and more in flight at once. Plain data, and what follows from it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "timeline/run.hpp"

namespace overlap {

/// One level of concurrency.
struct SweepPoint {
    std::int64_t concurrency = 0;  ///< in flight at once, at most
    std::int64_t calls = 0;        ///< made
    std::int64_t failed = 0;
    std::string error = {};  ///< the most frequent reason why calls failed
    Nanoseconds makespan = 0;
    Nanoseconds median = 0;  ///< of a call, its time in the client's queue left out
    Nanoseconds p99 = 0;
    std::int64_t in_flight_peak = 0;  ///< at the client
    std::int64_t server_peak = 0;     ///< at the server; 0 where it is foreign

    /// Calls answered in a second.
    [[nodiscard]] double throughput() const;

    friend bool operator==(const SweepPoint&, const SweepPoint&) = default;
};

struct Sweep {
    std::string demo;
    std::string title;
    std::vector<std::string> urls;
    std::uint64_t seed = 0;
    bool server_gone = false;        ///< our server ended in the middle
    bool interrupted = false;        ///< not all levels were run
    std::vector<SweepPoint> points;  ///< in order of concurrency

    friend bool operator==(const Sweep&, const Sweep&) = default;
};

/// The index of the level from which on more concurrency costs more than it gives: the one with the most
/// power, which is throughput divided by response time, here its p99 (L. Kleinrock, "On Flow Control in
/// Computer Networks", 1978). Levels at which calls failed do not count. points.size() when there is none:
/// the last level that counts has the most.
std::size_t knee_of(const std::vector<SweepPoint>& points);

/// What the sweep shows, in sentences: the knee, what going beyond it gave and cost, failures.
std::vector<std::string> explain(const Sweep& sweep);

}  // namespace overlap
