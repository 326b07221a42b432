#include "demo/cores.hpp"

#include <sched.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <fstream>
#include <string>

namespace overlap {
namespace {

using std::filesystem::path;

// None of what is no limit: "max", -1, or what cannot be read.
std::optional<double> cpus_of(const std::string& quota, std::int64_t period) {
    std::int64_t time = 0;
    const auto [end, error] = std::from_chars(quota.data(), quota.data() + quota.size(), time);
    const bool number = error == std::errc() && end == quota.data() + quota.size();
    if (!number || time <= 0 || period <= 0) return std::nullopt;
    return static_cast<double>(time) / static_cast<double>(period);
}

std::optional<double> share_in_version_2(const path& group) {
    std::ifstream file(group / "cpu.max");
    std::string quota;
    std::int64_t period = 0;
    file >> quota >> period;
    return cpus_of(quota, period);
}

std::optional<double> share_in_version_1(const path& group) {
    std::string quota;
    std::int64_t period = 0;
    std::ifstream(group / "cpu.cfs_quota_us") >> quota;
    std::ifstream(group / "cpu.cfs_period_us") >> period;
    return cpus_of(quota, period);
}

std::optional<double> smaller(std::optional<double> a, std::optional<double> b) {
    return a && b ? std::min(a, b) : a ? a : b;
}

// Inside a container the path may be that on the host, which cannot be seen from here: what is not there
// limits nothing, and the root of what can be seen is the container's own group.
std::optional<double> tightest(const path& mount, path group,
                               std::optional<double> (*share)(const path& group)) {
    std::optional<double> least;
    for (group = group.relative_path(); !group.empty(); group = group.parent_path()) {
        least = smaller(least, share(mount / group));
    }
    return smaller(least, share(mount));
}

}  // namespace

std::optional<double> granted_cpus(std::istream& groups, const path& root) {
    std::optional<double> least;
    // Lines are "0::/a/b" for version 2, "4:cpu,cpuacct:/a/b" for version 1 (man 7 cgroups).
    for (std::string line; std::getline(groups, line);) {
        const std::size_t first = line.find(':');
        const std::size_t second = first == std::string::npos ? first : line.find(':', first + 1);
        if (second == std::string::npos) continue;
        const std::string controllers = line.substr(first + 1, second - first - 1);
        const path group = line.substr(second + 1);
        if (controllers.empty()) {
            least = smaller(least, tightest(root, group, share_in_version_2));
            least = smaller(least, tightest(root / "unified", group, share_in_version_2));
        } else if (("," + controllers + ",").find(",cpu,") != std::string::npos) {
            least = smaller(least, tightest(root / controllers, group, share_in_version_1));
            least = smaller(least, tightest(root / "cpu", group, share_in_version_1));
        }
    }
    return least;
}

int usable_cores() {
    cpu_set_t set;
    CPU_ZERO(&set);
    int cores = ::sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
    std::ifstream groups("/proc/self/cgroup");
    if (const std::optional<double> share = granted_cpus(groups, "/sys/fs/cgroup")) {
        cores = std::min(cores, static_cast<int>(std::ceil(*share)));
    }
    return std::max(1, cores);
}

}  // namespace overlap
