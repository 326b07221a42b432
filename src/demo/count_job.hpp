// The work of the demo cpu: a loop that does nothing but compute.
#pragma once

#include <cstdint>
#include <string>

#include "concurrency/gil.hpp"
#include "concurrency/job.hpp"
#include "demo/demo.hpp"

namespace overlap {

/// What a task has to compute.
struct Count {
    std::int64_t n = 0;
    std::int64_t iterations = 0;
    bool gil = false;  ///< hold a lock meanwhile, as CPython's interpreter does
};

/// As a job's argument.
std::string argument_of(const Count& work);

/// The sum of (i * n) % 7 for i in [begin, end), computed in as many steps: the compiler cannot shorten it.
std::int64_t count_steps(std::int64_t n, std::int64_t begin, std::int64_t end);

/// The same sum from 0 to `iterations` without the loop: the remainders come again after every 7 steps.
std::int64_t count_expected(const Count& work);

/// Computes it on the calling thread and gives the sum; draws State::running, and State::ready while it waits
/// for the lock. `gil`: null, or held whenever it computes, and handed over when another thread has asked for
/// it. A sum that is wrong is a failed task. When the run is stopped it stops within a millisecond of CPU
/// time.
std::int64_t count(const TaskLane& lane, const Count& work, Gil* gil);

/// Gives the span its end: failed when the sum is not what was expected.
void check_count(ScopedSpan& span, const Count& work, std::int64_t sum);

/// "count": takes a Count, gives the sum. With a lock it is one of its own: in a worker process nobody else
/// wants it.
extern const Job count_job;

/// Steps for each task: by the knob "iterations", or as many as take the time of "work" here.
std::int64_t steps_of_counting(const Settings& settings);

/// What the tasks take one after the other, about; 0 where "iterations" says how many steps: not known
/// before.
Nanoseconds time_of_counting(const Settings& settings);

/// "8 tasks that compute count += (i * n) % 7, about 50ms each": for Demo::title.
std::string title_of_counting(const Settings& settings, std::span<const std::string> urls);

namespace knob {

inline constexpr Knob steps{.name = "iterations",
                            .meaning = "steps of the loop in each task; 0: as many as --work takes here",
                            .most = 100'000'000'000,
                            .as_in_notes = 1'000'000};
inline constexpr Knob gil{.name = "gil",
                          .meaning = "threads hold one lock while they run: imitates CPython's GIL",
                          .unit = Unit::flag,
                          .most = 1};

}  // namespace knob

}  // namespace overlap
