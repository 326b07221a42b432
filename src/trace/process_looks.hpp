// Looking at the processes of a program in /proc while it runs.
#pragma once

#include <sys/types.h>
#include <map>
#include <string>

#include "timeline/classify_observed.hpp"

namespace overlap {

/// What all looks at one program showed. Reads /proc only: the program is neither stopped nor slowed by a
/// tracer.
class ProcessLooks {
  public:
    ProcessLooks();  ///< best before the program is started

    /// Looks once at the process, its threads, its children and theirs; gives how long to wait before the
    /// next look: 10 ms, and up to 100 ms so that looking takes a tenth of the time. What cannot be read is
    /// passed over. Of a process that has ended, but was not awaited, only the last numbers are taken.
    Nanoseconds look(pid_t pid);

    /// All looks so far taken together: times in nanoseconds, the rest are counts.
    [[nodiscard]] LookedAt seen() const;

  private:
    struct Now;  // of one look
    void look_at_process(pid_t pid, Now& now);
    void look_at_thread(const std::string& folder, pid_t thread, Now& now);

    LookedAt seen_;
    Nanoseconds last_look_ = 0;  ///< when; 0: none yet
    bool ran_then_ = false;      ///< whether it found a thread that ran
    Nanoseconds own_delay_;      ///< ours, when we last looked
    std::map<std::string, int> asleep_in_;
    std::map<pid_t, Nanoseconds> run_delay_;  ///< the last that was read of each thread
};

/// The name of a system call by its number on this machine: "epoll_wait"; "system call 999" of one that
/// hardly sleeps.
std::string system_call_name(long number);

}  // namespace overlap
