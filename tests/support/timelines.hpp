// Timelines made by hand and at random.
#pragma once

#include <random>

#include "timeline/run.hpp"
#include "timeline/units.hpp"

namespace overlap::test {

/// A way with `name_of(way)` for its caption, one span [begin, end) per task, in milliseconds.
struct TaskTimes {
    Nanoseconds begin = 0;
    Nanoseconds end = 0;
};
WayRun way_of(Way way, State state, const std::vector<TaskTimes>& tasks);

/// What is said below the picture, in one line.
std::string why(const Run& run);

/// The run of the design's first picture: three calls of 200 ms in all three ways, numbers made up and round.
Run three_calls();

/// A random run, valid in every respect: 1 to 3 ways, 1 to 60 tasks each, every state and outcome, spans from
/// 1 ns up; the sequential way runs one task at a time.
Run random_run(std::mt19937_64& random);

}  // namespace overlap::test
