// The process between us and a program that is kept: it starts it, waits for it, ends what it leaves behind,
// and tells us. In namespaces of its own it is process 1 there: with it, everything ends.
#pragma once

#include <sys/types.h>

#include <cstdint>

#include "workshop/limits.hpp"

namespace overlap::workshop {

/// All that the keeper needs, made ready before it is there: between clone() and exec() only system calls are
/// safe.
struct KeeperPlan {
    const char* program = nullptr;  ///< its path
    char* const* arguments = nullptr;
    char* const* environment = nullptr;
    const char* folder = nullptr;
    int output = -1;    ///< where the program's standard output and error go
    int report = -1;    ///< where the keeper's report goes
    int landlock = -1;  ///< a ruleset; -1 where there is none
    bool namespaces = false;
    uid_t user = 0;  ///< who we are
    gid_t group = 0;
    Limits limits;
};

struct KeeperReport {
    int status = 0;     ///< of wait(2)
    int could_not = 0;  ///< errno of starting it; 0: it was started
    int left_behind = 0;
    std::int64_t cpu = 0;  ///< nanoseconds, of all that were awaited
};

/// Starts a keeper, in namespaces where `plan.namespaces` says so. Gives its process id; -1 with errno where
/// that failed.
pid_t start_keeper(const KeeperPlan& plan);

/// A landlock ruleset that lets its process write below `scratch` only, and signal nobody outside; -1 where
/// the kernel has none. See landlock(7).
int make_ruleset(const char* scratch);

}  // namespace overlap::workshop
