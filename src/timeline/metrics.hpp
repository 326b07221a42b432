// Numbers that follow from a timeline. Nothing here is measured: it is all derived, so a picture and a table
// agree.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "timeline/run.hpp"
#include "timeline/timeline.hpp"

namespace overlap {

/// From the way's start to the end of its last task span. Zero for an empty timeline.
Nanoseconds makespan(const Timeline& timeline);

/// When the way's work was done: the makespan, or the time of its result.
Nanoseconds total_of(const WayRun& way);

/// Whether it ran to its end and did all of its work.
bool work_done(const WayRun& way);

/// The longest makespan of all ways: the picture's time axis. Where no task was timed in any, the latest
/// result's.
Nanoseconds longest_makespan(const Run& run);

/// From `at` on, `count` tasks are in flight. A queued task is not in flight.
struct InFlightStep {
    Nanoseconds at = 0;
    int count = 0;

    friend bool operator==(const InFlightStep&, const InFlightStep&) = default;
};

/// The in-flight curve as steps in order of time, ending with count 0. Empty for an empty timeline.
std::vector<InFlightStep> in_flight_curve(const Timeline& timeline);

int in_flight_peak(const Timeline& timeline);

/// A task lane summed up.
struct TaskSummary {
    std::size_t lane = 0;   ///< index into Timeline::lanes
    std::size_t first = 0;  ///< its spans are Timeline::spans[first, last)
    std::size_t last = 0;
    Nanoseconds begin = 0;            ///< begin of its first span
    Nanoseconds end = 0;              ///< end of its last span
    Nanoseconds queued = 0;           ///< time spent in State::queued
    std::size_t retries = 0;          ///< attempts after the first
    Outcome outcome = Outcome::done;  ///< of its last span

    [[nodiscard]] Nanoseconds latency() const { return end - begin; }
};

/// One entry per task lane that has spans, in lane order. Expects sorted spans.
std::vector<TaskSummary> summarize_tasks(const Timeline& timeline);

/// The median time of a task, its time in a queue left out. 0 without tasks.
Nanoseconds median_call(const WayRun& way);

/// The time that all tasks together spent in that state.
Nanoseconds time_in(const Timeline& timeline, State state);

/// How long the steps of that kind took that were done, the shortest first.
std::vector<Nanoseconds> times_of(const Timeline& timeline, Phase phase);

/// How long that step took each task that did it to its end, in whatever states; the shortest first.
std::vector<Nanoseconds> stage_times(const Timeline& timeline, Phase phase);

/// How long tasks took from submission to end; those that were cancelled did not come to theirs. Percentiles
/// by nearest rank.
struct Latency {
    std::size_t count = 0;
    Nanoseconds min = 0;
    Nanoseconds median = 0;
    Nanoseconds max = 0;
    std::optional<Nanoseconds> p99;  ///< only from 100 samples up
};

Latency latency_of(const std::vector<TaskSummary>& tasks);

/// Tasks by how they ended.
struct Outcomes {
    std::size_t done = 0;
    std::size_t failed = 0;
    std::size_t cancelled = 0;
};

Outcomes outcomes_of(const std::vector<TaskSummary>& tasks);

struct LoopUse {
    Nanoseconds busy = 0;
    Nanoseconds idle = 0;
};

/// How the event loops spent the makespan; none where there was no loop.
std::optional<LoopUse> loop_use(const Timeline& timeline);

/// The value at rank ceil(percent/100 * n) of the sorted values (nearest rank). `sorted` must not be empty.
Nanoseconds percentile(const std::vector<Nanoseconds>& sorted, int percent);

/// (max - min) / median of a way's repeats; 0 with fewer than two.
double spread(const WayRun& way);

/// Whether half of a traced command's requests were answered in less than a millisecond: then it may call as
/// it likes, the server will hardly see two at once.
bool answered_at_once(const WayRun& way);

/// How the requests of a traced command came: "one request", "one at a time", "overlapped, peak 3"; empty
/// when none was ever in flight.
std::string verdict(const WayRun& way);

/// "3 requests on 1 connection"; empty where our server did not count.
std::string connections_in_words(const WayRun& way);

/// The first of its variants; null where that way was not run.
const WayRun* find_way(const Run& run, Way way);

/// The panel of that way and variant, if it did all of its work; else null.
const WayRun* find_done(const Run& run, Way way, std::string_view variant = "");

/// The first panel of a pool of that kind; null where there is none.
const WayRun* find_pool(const Run& run, PoolKind kind);

/// The value of a setting in this run; none where the demo does not have it.
std::optional<std::int64_t> knob_of(const Run& run, std::string_view name);

/// How many times faster `way` was than the (first) sequential way of the same run; none unless both did all
/// of their work: a call that fails at once is no fast call, and a part is not the whole. Nor is there one
/// where not a single task was done, whatever the way's result says.
std::optional<double> speedup(const Run& run, const WayRun& way);

/// Whether a speedup is worth the word: differences of 5 % are noise.
inline bool is_faster(double speedup) { return speedup >= 1.05; }
inline bool is_slower(double speedup) { return speedup <= 0.95; }

}  // namespace overlap
