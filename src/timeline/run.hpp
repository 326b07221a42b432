// A run: the same work done in several ways on one machine, with what was measured. Plain data.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "timeline/timeline.hpp"

namespace overlap {

/// The three ways to do the same work.
enum class Way : std::uint8_t { sequential, coroutines, pool };

inline constexpr Way all_ways[] = {Way::sequential, Way::coroutines, Way::pool};

std::string_view name_of(Way way);

/// What the workers of a pool are.
enum class PoolKind : std::uint8_t { threads, processes };

std::string_view name_of(PoolKind kind);

/// What one way took from the machine, beside time. The instrument's own share (the heartbeat) is taken off.
struct Usage {
    int threads = 0;      ///< threads of this process that did work of a task
    Nanoseconds cpu = 0;  ///< user and system time, that of worker processes included
    std::int64_t voluntary_switches = 0;
    std::int64_t involuntary_switches = 0;
    std::optional<std::int64_t>
        peak_memory;  ///< bytes above what was resident before; none when not measurable

    friend bool operator==(const Usage&, const Usage&) = default;
};

/// How late an event loop was with a 1 ms timer. Zero beats: it was too short to be measured.
struct Heartbeat {
    std::int64_t beats = 0;
    Nanoseconds worst_lag = 0;
    Nanoseconds p99_lag = 0;  ///< meaningful from 100 beats up

    friend bool operator==(const Heartbeat&, const Heartbeat&) = default;
};

/// What the server at the other end counted while one way ran.
struct ServerCounts {
    std::int64_t requests = 0;
    std::int64_t peak_in_flight = 0;
    std::int64_t connections = 0;   ///< opened
    std::int64_t refused = 0;       ///< answered 429: more in flight than the server allows
    std::int64_t failed = 0;        ///< answered 5xx
    std::int64_t bad_requests = 0;  ///< answered 400, 404, 405, 413 or 431
    std::int64_t hung_up = 0;       ///< clients that left before their answer
    std::int64_t overflows = 0;     ///< connections that found the kernel's queue of new ones full
    /// Time that answers, or parts of them, were ready but had to wait until their clients had read what came
    /// before (back-pressure); that of all connections added up.
    Nanoseconds stalled = 0;

    friend bool operator==(const ServerCounts&, const ServerCounts&) = default;
};

/// What came of a way whose work can be done although single lanes failed or were cancelled, as in a race.
struct Result {
    bool good = false;
    std::string text;    ///< "fallback answered"
    Nanoseconds at = 0;  ///< when it was known; lanes may run on

    friend bool operator==(const Result&, const Result&) = default;
};

/// One way of doing the work: the repeat whose makespan is the median, and the makespans of all repeats.
struct WayRun {
    Way way = Way::sequential;
    std::string variant;  ///< tells it from others of the same way: "naive"; empty when there is one only
    std::string caption;  ///< the panel's title
    Timeline timeline;
    Usage usage;
    std::optional<Heartbeat> heartbeat;  ///< where an event loop ran
    std::optional<ServerCounts> server;  ///< where the server is ours
    int workers = 0;                     ///< size of the pool; 0 where there is none
    PoolKind pool = PoolKind::threads;   ///< what they are
    int part_of = 0;                     ///< tasks there were, where only the first of them were run; else 0
    std::optional<Result> result;
    bool interrupted = false;
    int repeats = 1;         ///< how often it was run
    int failed_repeats = 0;  ///< repeats in which not every task was done
    std::vector<Nanoseconds>
        makespans;  ///< of the complete repeats, or of the one shown when none was, in the order they ran

    friend bool operator==(const WayRun&, const WayRun&) = default;
};

/// A demo's setting as it was in this run. Durations are in nanoseconds.
struct KnobValue {
    std::string name;
    std::string unit;  ///< "" for a count, "ns" for a duration, "ppm" for a share, "flag" for 0 or 1
    std::int64_t value = 0;

    friend bool operator==(const KnobValue&, const KnobValue&) = default;
};

struct Machine {
    int cores = 0;  ///< that this process may use
    std::string kernel;
    std::string compiler;
    std::string build;
    std::vector<std::pair<std::string, std::string>> versions;  ///< library, version

    friend bool operator==(const Machine&, const Machine&) = default;
};

/// Somebody else's program, run while our server looked on (`overlap trace`).
struct TracedCommand {
    std::string line;              ///< as it could be typed
    int exit_code = 0;             ///< where it ended by itself
    int signal = 0;                ///< that ended it, else 0
    bool timed_out = false;        ///< it outlived its timeout and was told to end
    Nanoseconds took = 0;          ///< from its start to its end
    Nanoseconds before_first = 0;  ///< from its start to its first request, which is time 0 of the timeline
    std::int64_t left_out = 0;     ///< requests that are counted but not in the timeline: too many to keep
    std::int64_t unanswered = 0;   ///< requests in flight when it had ended, of something it left behind

    friend bool operator==(const TracedCommand&, const TracedCommand&) = default;
};

struct Run {
    std::string demo;
    std::string title;
    std::vector<KnobValue> knobs;
    std::vector<std::string> urls;  ///< foreign servers that were called; empty when the server was ours
    std::uint64_t seed = 0;
    bool interrupted = false;  ///< not all ways and repeats were run to their end
    bool server_gone = false;  ///< our server ended in the middle
    Machine machine;
    std::vector<WayRun> ways;
    std::optional<TracedCommand>
        traced;                     ///< then there is one entry in `ways`, and it is none of the three ways
    std::vector<std::string> next;  ///< commands worth trying after this one

    friend bool operator==(const Run&, const Run&) = default;
};

}  // namespace overlap
