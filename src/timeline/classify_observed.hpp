// From what was measured to the arguments of classify_task.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "timeline/classify.hpp"
#include "timeline/run.hpp"

namespace overlap {

/// From here up time in which nothing of a program ran counts as blocking I/O. Ours, not the notes'.
inline constexpr Nanoseconds noticeable_wait = 10'000'000;

/// What looking at a program's processes again and again showed. What came and went between two looks was not
/// seen.
struct LookedAt {
    int looks = 0;
    int running = 0;  ///< looks with a thread on a CPU, or ready for one
    int disk = 0;     ///< other looks with a thread in the kernel's uninterruptible wait (state D)
    int asleep = 0;   ///< the rest
    int peak_threads = 0;
    int peak_processes = 0;
    Nanoseconds asleep_time = 0;   ///< between looks that both found no thread that ran
    Nanoseconds ran_time = 0;      ///< between looks that both found one: on a CPU, or ready for one
    Nanoseconds run_delay = 0;     ///< time its threads were ready to run and no CPU was free, added up
    Nanoseconds noticed_late = 0;  ///< time we were ready to see its end and no CPU was free, at most
    /// The system calls that sleeping threads were in, and how often they were found there; most often first.
    std::vector<std::pair<std::string, int>> asleep_in;
};

/// What a program took, from its start to its end.
struct CommandUse {
    std::string line;  ///< as it could be typed
    int exit_code = 0;
    int signal = 0;  ///< that ended it, else 0
    bool interrupted = false;
    Nanoseconds wall = 0;
    Nanoseconds cpu = 0;  ///< of it and of those of its children that it waited for
    std::int64_t voluntary_switches = 0;
    std::int64_t involuntary_switches = 0;
    std::int64_t block_reads = 0;  ///< from disk, of 512 bytes each
    std::int64_t block_writes = 0;
    LookedAt seen;
};

/// Whether threads were found running for longer than the CPU time and the run delay explain: children that
/// were not waited for are not in that CPU time.
bool ran_unaccounted(const CommandUse& use);

/// For how long at least nothing of it, or of the children that it waited for, ran or was ready to run: wall
/// - CPU - run delay - noticed late, not below 0; 0 too where it ran unaccounted. The times of threads are
/// added up, so what they did at the same time makes it less, never more; the run delay of a thread that came
/// and went between two looks is not in it.
Nanoseconds waited_at_least(const CommandUse& use);

/// For how long it waited: at least the above; where it ran unaccounted, or has many threads whose delays add
/// up to more than there was time, what the looks say.
Nanoseconds waited(const CommandUse& use);

/// Whether that system call waits for many things at once, as event loops do: epoll_wait, poll, ...
bool waits_for_many(const std::string& system_call);

/// The program as its caller meets it: one call that blocks as long as the program takes.
Classification classify_command(const CommandUse& use);

/// A demo's task: what it takes is the sequential way's, whether it can be awaited is the coroutines'. Throws
/// Error when no way of it did all of its work. `sync_library`: its work is done by a library that has no
/// asynchronous interface.
Classification classify_run(const Run& run, bool sync_library = false);

}  // namespace overlap
