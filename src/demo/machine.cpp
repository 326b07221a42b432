#include <fmt/core.h>
#include <http_parser.h>
#include <sched.h>
#include <sys/utsname.h>
#include <asio/version.hpp>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <string>

#include "demo/runner.hpp"

namespace overlap {
namespace {

// The CPUs a control group (version 2) grants: cpu.max holds "max 100000" or "150000 100000". None where
// there is no limit. Inside a container its own group is the root of what it sees.
double control_group_share() {
    std::ifstream file("/sys/fs/cgroup/cpu.max");
    std::string quota;
    double period = 0;
    if (!(file >> quota >> period) || quota == "max" || period <= 0) return 0;
    return std::stod(quota) / period;
}

std::string number(int major, int minor, int patch) {
    return std::to_string(major) + "." + std::to_string(minor) + "." + std::to_string(patch);
}

}  // namespace

int usable_cores() {
    cpu_set_t set;
    CPU_ZERO(&set);
    int cores = ::sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
    const double share = control_group_share();
    if (share > 0) cores = std::min(cores, static_cast<int>(std::ceil(share)));
    return std::max(1, cores);
}

Machine describe_machine() {
    utsname name{};
    ::uname(&name);
    Machine machine;
    machine.cores = usable_cores();
    machine.kernel = std::string(name.sysname) + " " + name.release + " " + name.machine;
#if defined(__clang__)
    machine.compiler = "clang " + number(__clang_major__, __clang_minor__, __clang_patchlevel__);
#else
    machine.compiler = "g++ " + number(__GNUC__, __GNUC_MINOR__, __GNUC_PATCHLEVEL__);
#endif
    machine.build = OVERLAP_BUILD_TYPE;
    machine.versions = {
        {"overlap", OVERLAP_VERSION},
        {"asio", number(ASIO_VERSION / 100000, ASIO_VERSION / 100 % 1000, ASIO_VERSION % 100)},
        {"fmt", number(FMT_VERSION / 10000, FMT_VERSION / 100 % 100, FMT_VERSION % 100)},
        {"http_parser",
         number(HTTP_PARSER_VERSION_MAJOR, HTTP_PARSER_VERSION_MINOR, HTTP_PARSER_VERSION_PATCH)},
    };
    return machine;
}

}  // namespace overlap
