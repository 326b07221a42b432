// How much the machine, and who runs us, will let this process have: to stop in time, and to say why.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace overlap {

/// Where the kernel tells what there is; tests put a folder of their own there.
struct SystemFiles {
    std::string proc = "/proc";
    std::string control_groups = "/sys/fs/cgroup";
};

/// How many more there can be, and the limit that says so, as part of a sentence: "kernel.pid_max is 32768
/// and 120 are in use". Each limit is kept away from, so that others can still start something.
struct Room {
    std::int64_t count = 0;
    std::string limit;
};

/// For threads of this process, each with `stack` bytes of address space. Looks at the limit of the user
/// (RLIMIT_NPROC, which does not bind root), kernel.threads-max, kernel.pid_max, pids.max of the control
/// groups, vm.max_map_count (a stack and its guard are two mappings), address space (RLIMIT_AS) and memory.
Room room_for_threads(std::int64_t stack, const SystemFiles& files = {});

/// For things of about `each` bytes on the heap: memory and address space. At most half of the memory that is
/// available is used.
Room room_for_objects(std::int64_t each, const SystemFiles& files = {});

/// Less than an eighth of the memory that `available_memory()` gave at the start is left: stop now.
class MemoryGuard {
  public:
    explicit MemoryGuard(SystemFiles files = {});
    [[nodiscard]] bool must_stop() const;

  private:
    SystemFiles files_;
    std::int64_t least_;
};

/// Bytes that can be had without swapping, that of the control groups considered (man 5 proc, MemAvailable).
/// None where the kernel does not tell.
std::optional<std::int64_t> available_memory(const SystemFiles& files = {});

/// Stack of a thread that std::thread starts: bytes of address space (of RLIMIT_STACK, as glibc reads it).
std::int64_t default_stack();

/// Memory of this process, in bytes; none where the kernel does not tell.
struct MemoryUse {
    std::optional<std::int64_t> resident;       ///< exact, also among very many threads (smaps_rollup)
    std::optional<std::int64_t> page_tables;    ///< the kernel's, for this process
    std::optional<std::int64_t> kernel_stacks;  ///< of the whole machine
};
MemoryUse memory_use();

}  // namespace overlap
