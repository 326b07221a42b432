#include "record/limits.hpp"

#include <pthread.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <limits>
#include <sstream>
#include <vector>

namespace overlap {
namespace {

constexpr std::int64_t unlimited = std::numeric_limits<std::int64_t>::max();

// What a thread takes of memory beside its stack's address space, at most: pages of its stack, page tables,
// its kernel stack, the kernel's record of it. Measured: 8 + 4 + 16 + some 10 KiB.
constexpr std::int64_t thread_memory = 48 * 1024;

// Kept free for others.
constexpr std::int64_t spare_on_machine = 256;
constexpr std::int64_t spare_of_user = 8;
constexpr std::int64_t spare_maps = 256;
constexpr std::int64_t spare_address_space = 64 * 1024 * 1024;

// The kernel hands out no ids below this one again (RESERVED_PIDS in kernel/pid.c).
constexpr std::int64_t reserved_ids = 300;

std::optional<std::int64_t> number_in(const std::string& path) {
    std::ifstream file(path);
    std::int64_t number = 0;
    if (file >> number) return number;
    return std::nullopt;  // also for "max"
}

// The value in a line like "MemAvailable:  2345 kB", in bytes where a unit follows; none where there is none.
std::optional<std::int64_t> field(const std::string& path, const std::string& key) {
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);) {
        if (!line.starts_with(key)) continue;
        std::istringstream words(line.substr(key.size()));
        std::int64_t value = 0;
        std::string unit;
        if (!(words >> value)) return std::nullopt;
        words >> unit;
        return unit == "kB" ? value * 1024 : value;
    }
    return std::nullopt;
}

// The soft limit in a line of /proc/self/limits: "Max processes   96365   96365   processes".
std::int64_t soft_limit(const SystemFiles& files, const std::string& name) {
    return field(files.proc + "/self/limits", name).value_or(unlimited);
}

// The folders of this process' control groups that have `file`, from its own up to the root. Version 2 has
// one tree ("0::/path"), version 1 one for each controller ("8:pids:/path").
std::vector<std::string> group_folders(const SystemFiles& files, const std::string& controller,
                                       const std::string& file) {
    std::vector<std::string> folders;
    std::ifstream groups(files.proc + "/self/cgroup");
    for (std::string line; std::getline(groups, line);) {
        const std::size_t first = line.find(':');
        const std::size_t second = line.find(':', first + 1);
        if (first == std::string::npos || second == std::string::npos) continue;
        const std::string names = line.substr(first + 1, second - first - 1);
        if (!names.empty() && names != controller) continue;
        const std::filesystem::path root = files.control_groups + (names.empty() ? "" : "/" + names);
        std::filesystem::path path = line.substr(second + 1);
        // Inside a container the path may be that of the host: then only the root is there.
        for (;; path = path.parent_path()) {
            const std::filesystem::path folder = root / path.relative_path();
            if (std::filesystem::exists(folder / file)) folders.push_back(folder.string());
            if (path == path.parent_path()) break;
        }
    }
    return folders;
}

void keep_smaller(Room& room, std::int64_t count, const std::string& limit) {
    count = std::max<std::int64_t>(0, count);
    if (count < room.count) room = {count, limit};
}

std::string in_use(std::int64_t limit, std::int64_t used) {
    return " is " + std::to_string(limit) + " and " + std::to_string(used) + " are in use";
}

const std::string left_to_others = ", some are left to others";

std::string mebibytes(std::int64_t bytes) { return std::to_string(bytes / (1024 * 1024)) + " MiB"; }

// Processes and threads there are, of one user or of all.
std::int64_t tasks_there_are(const SystemFiles& files, std::optional<std::int64_t> user) {
    std::int64_t tasks = 0;
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(files.proc, ignored)) {
        const std::string name = entry.path().filename().string();
        if (name.find_first_not_of("0123456789") != std::string::npos) continue;
        const std::string status = entry.path().string() + "/status";
        if (user && field(status, "Uid:") != user) continue;
        tasks += field(status, "Threads:").value_or(0);  // it may have ended meanwhile
    }
    return tasks;
}

// Whether RLIMIT_NPROC binds this process: not root, nor who has CAP_SYS_ADMIN or CAP_SYS_RESOURCE (man 2
// getrlimit).
bool bound_by_user_limit(const SystemFiles& files) {
    const std::string status = files.proc + "/self/status";
    if (field(status, "Uid:") == 0) return false;
    std::ifstream file(status);
    for (std::string word; file >> word;) {
        if (word != "CapEff:") continue;
        std::string digits;
        file >> digits;
        std::uint64_t set = 0;
        std::from_chars(digits.data(), digits.data() + digits.size(), set, 16);
        constexpr std::uint64_t admin = std::uint64_t{1} << 21;
        constexpr std::uint64_t resource = std::uint64_t{1} << 24;
        return (set & (admin | resource)) == 0;
    }
    return true;
}

void consider_tasks(Room& room, const SystemFiles& files) {
    const std::int64_t all = tasks_there_are(files, std::nullopt);
    const std::int64_t user_limit = soft_limit(files, "Max processes");
    if (user_limit != unlimited && bound_by_user_limit(files)) {
        const std::int64_t used = tasks_there_are(files, field(files.proc + "/self/status", "Uid:"));
        keep_smaller(room, user_limit - used - spare_of_user,
                     "the user's limit of processes and threads (ulimit -u)" + in_use(user_limit, used));
    }
    if (const auto most = number_in(files.proc + "/sys/kernel/threads-max")) {
        keep_smaller(room, *most - all - spare_on_machine,
                     "kernel.threads-max" + in_use(*most, all) + left_to_others);
    }
    if (const auto most = number_in(files.proc + "/sys/kernel/pid_max")) {
        keep_smaller(room, *most - reserved_ids - all - spare_on_machine,
                     "kernel.pid_max" + in_use(*most, all) + left_to_others);
    }
    for (const std::string& folder : group_folders(files, "pids", "pids.max")) {
        const auto most = number_in(folder + "/pids.max");
        const auto used = number_in(folder + "/pids.current");
        if (most && used) {
            keep_smaller(room, *most - *used - spare_of_user,
                         "pids.max of the control group" + in_use(*most, *used));
        }
    }
}

void consider_address_space(Room& room, std::int64_t each, const SystemFiles& files) {
    const std::int64_t most = soft_limit(files, "Max address space");
    const auto used = field(files.proc + "/self/status", "VmSize:");
    if (most == unlimited || !used || each == 0) return;
    keep_smaller(room, (most - *used - spare_address_space) / each,
                 "the limit of address space (ulimit -v) is " + mebibytes(most) + " and " + mebibytes(*used) +
                     " are in use");
}

void consider_memory(Room& room, std::int64_t each, const SystemFiles& files) {
    const auto available = available_memory(files);
    if (!available || each == 0) return;
    keep_smaller(room, *available / 2 / each,
                 "half of the memory available, " + mebibytes(*available / 2) + ", would be used");
}

}  // namespace

std::optional<std::int64_t> available_memory(const SystemFiles& files) {
    std::optional<std::int64_t> available = field(files.proc + "/meminfo", "MemAvailable:");
    const auto consider = [&](const std::string& controller, const char* limit, const char* used) {
        for (const std::string& folder : group_folders(files, controller, limit)) {
            const auto most = number_in(folder + "/" + limit);
            const auto taken = number_in(folder + "/" + used);
            if (!most || !taken) continue;
            const std::int64_t left = std::max<std::int64_t>(0, *most - *taken);
            available = std::min(available.value_or(left), left);
        }
    };
    consider("memory", "memory.max", "memory.current");
    consider("memory", "memory.limit_in_bytes", "memory.usage_in_bytes");
    return available;
}

Room room_for_threads(std::int64_t stack, const SystemFiles& files) {
    Room room{.count = unlimited, .limit = {}};
    consider_tasks(room, files);
    if (const auto most = number_in(files.proc + "/sys/vm/max_map_count")) {
        std::ifstream maps(files.proc + "/self/maps");
        std::int64_t used = 0;
        for (std::string line; std::getline(maps, line);) ++used;
        keep_smaller(room, (*most - used - spare_maps) / 2,
                     "vm.max_map_count" + in_use(*most, used) + ", a thread's stack takes two");
    }
    consider_address_space(room, stack, files);
    consider_memory(room, thread_memory, files);
    return room;
}

Room room_for_objects(std::int64_t each, const SystemFiles& files) {
    Room room{.count = unlimited, .limit = {}};
    consider_address_space(room, each, files);
    consider_memory(room, each, files);
    return room;
}

MemoryGuard::MemoryGuard(SystemFiles files)
    : files_(std::move(files)), least_(available_memory(files_).value_or(0) / 8) {}

bool MemoryGuard::must_stop() const {
    const auto available = available_memory(files_);
    return available && *available < least_;
}

std::int64_t default_stack() {
    pthread_attr_t attributes;
    std::size_t size = 0;
    if (::pthread_getattr_default_np(&attributes) != 0) return 0;
    ::pthread_attr_getstacksize(&attributes, &size);
    ::pthread_attr_destroy(&attributes);
    return static_cast<std::int64_t>(size);
}

MemoryUse memory_use() {
    MemoryUse use;
    use.resident = field("/proc/self/smaps_rollup", "Rss:");
    if (!use.resident) use.resident = field("/proc/self/status", "VmRSS:");
    use.page_tables = field("/proc/self/status", "VmPTE:");
    use.kernel_stacks = field("/proc/meminfo", "KernelStack:");
    return use;
}

}  // namespace overlap
