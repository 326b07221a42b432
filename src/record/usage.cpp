#include "record/usage.hpp"

#include <malloc.h>

#include <algorithm>
#include <fstream>
#include <string>

namespace overlap {
namespace {

Nanoseconds nanoseconds(const timeval& time) {
    return Nanoseconds{time.tv_sec} * 1'000'000'000 + Nanoseconds{time.tv_usec} * 1'000;
}

CpuSample sample(int who) {
    rusage usage{};
    ::getrusage(who, &usage);
    return {nanoseconds(usage.ru_utime) + nanoseconds(usage.ru_stime), usage.ru_nvcsw, usage.ru_nivcsw};
}

// Bytes from a line like "VmHWM:     5120 kB"; none where /proc does not have it.
std::optional<std::int64_t> memory_line(const std::string& key,
                                        const std::string& path = "/proc/self/status") {
    std::ifstream status(path);
    for (std::string word; status >> word;) {
        std::int64_t kibibytes = 0;
        if (word == key && status >> kibibytes) return kibibytes * 1024;
    }
    return std::nullopt;
}

// Sets the kernel's record of the peak back to what is resident now (man 5 proc, clear_refs). Containers may
// forbid it.
bool reset_peak() {
    std::ofstream file("/proc/self/clear_refs");
    return static_cast<bool>(file << "5" << std::flush);
}

}  // namespace

CpuSample sample_process() {
    CpuSample all = sample(RUSAGE_SELF);
    all += sample(RUSAGE_CHILDREN);
    return all;
}
CpuSample sample_thread() { return sample(RUSAGE_THREAD); }

std::optional<std::int64_t> private_memory(pid_t process) {
    const std::string path = "/proc/" + std::to_string(process) + "/smaps_rollup";
    const std::optional<std::int64_t> dirty = memory_line("Private_Dirty:", path);
    const std::optional<std::int64_t> clean = memory_line("Private_Clean:", path);
    if (!dirty || !clean) return std::nullopt;
    return *dirty + *clean;
}

UsageMeter::UsageMeter() {
    ::malloc_trim(0);
    if (reset_peak()) resident_before_ = memory_line("VmHWM:");
    before_ = sample_process();
}

Usage UsageMeter::finish(const CpuSample& instrument) const {
    const CpuSample used = sample_process() - before_ - instrument;
    Usage usage;
    usage.cpu = std::max<Nanoseconds>(0, used.cpu);
    usage.voluntary_switches = std::max<std::int64_t>(0, used.voluntary_switches);
    usage.involuntary_switches = std::max<std::int64_t>(0, used.involuntary_switches);
    if (resident_before_) {
        const std::optional<std::int64_t> peak = memory_line("VmHWM:");
        if (peak) usage.peak_memory = std::max<std::int64_t>(0, *peak - *resident_before_);
    }
    return usage;
}

}  // namespace overlap
