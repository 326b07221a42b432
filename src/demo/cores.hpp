// How many CPUs this process may use.
#pragma once

#include <filesystem>
#include <istream>
#include <optional>

namespace overlap {

/// CPUs this process may use: its affinity (sched_getaffinity(2)), and the share that its control groups
/// grant, rounded up. At least 1.
int usable_cores();

/// The CPUs' worth of time that the control groups grant: the tightest limit on the way from the process's
/// own group up to the root, as 1.5; none where none limits it. Version 2 limits by cpu.max ("150000 100000":
/// microseconds of every so many), version 1 by cpu.cfs_quota_us and cpu.cfs_period_us (the kernel's
/// admin-guide/cgroup-v2 and scheduler/sched-bwc). `groups`: what /proc/self/cgroup says. `root`: where the
/// hierarchies are mounted, /sys/fs/cgroup.
std::optional<double> granted_cpus(std::istream& groups, const std::filesystem::path& root);

}  // namespace overlap
