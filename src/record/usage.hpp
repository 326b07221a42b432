// What this process takes from the machine.
#pragma once

#include <sys/resource.h>
#include <sys/types.h>

#include <cstdint>
#include <optional>

#include "timeline/run.hpp"

namespace overlap {

/// CPU time and context switches so far.
struct CpuSample {
    Nanoseconds cpu = 0;
    std::int64_t voluntary_switches = 0;
    std::int64_t involuntary_switches = 0;

    friend CpuSample operator-(const CpuSample& a, const CpuSample& b) {
        return {a.cpu - b.cpu, a.voluntary_switches - b.voluntary_switches,
                a.involuntary_switches - b.involuntary_switches};
    }
    CpuSample& operator+=(const CpuSample& other) {
        cpu += other.cpu;
        voluntary_switches += other.voluntary_switches;
        involuntary_switches += other.involuntary_switches;
        return *this;
    }
};

/// Of the whole process and the children it has reaped, or of the calling thread alone.
CpuSample sample_process();
CpuSample sample_thread();

/// Bytes that the process alone holds: what would come free if it ended. None when that is not measurable.
std::optional<std::int64_t> private_memory(pid_t process);

/// Measures from its construction to finish().
class UsageMeter {
  public:
    /// Gives freed memory back to the system first, so that the peak is this stretch's own.
    UsageMeter();

    /// `instrument`: what measuring itself took, to be left out. Usage::threads is not filled in.
    [[nodiscard]] Usage finish(const CpuSample& instrument) const;

  private:
    std::optional<std::int64_t> resident_before_;
    CpuSample before_;
};

}  // namespace overlap
