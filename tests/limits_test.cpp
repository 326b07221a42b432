// What keeps threads and coroutines from being as many as one likes, read from a /proc of our own making.
#include <doctest/doctest.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>

#include "record/allocations.hpp"
#include "record/limits.hpp"
#include "support/machine_use.hpp"
#include "support/text.hpp"

namespace overlap {
namespace {

TEST_SUITE_BEGIN("limits");

namespace fs = std::filesystem;
using test::contains;

constexpr std::int64_t MiB = 1024 * 1024;

// A machine without limits that would be met, until a file of it is written anew.
class FakeMachine {
  public:
    FakeMachine() : root_(fs::temp_directory_path() / ("overlap-limits-" + std::to_string(::getpid()))) {
        fs::remove_all(root_);
        write("proc/self/limits",
              "Limit                     Soft Limit           Hard Limit           Units     \n"
              "Max processes             unlimited            unlimited            processes \n"
              "Max address space         unlimited            unlimited            bytes     \n");
        write("proc/self/status",
              "Uid:\t1000\t1000\t1000\t1000\nVmSize:\t  10240 kB\nCapEff:\t0000000000000000\n");
        write("proc/self/cgroup", "0::/a/b\n");
        write("proc/self/maps", "one\ntwo\n");
        write("proc/7/status", "Uid:\t1000\t1000\t1000\t1000\nThreads:\t30\n");
        write("proc/8/status", "Uid:\t0\t0\t0\t0\nThreads:\t70\n");
        write("proc/sys/kernel/threads-max", "10000000\n");
        write("proc/sys/kernel/pid_max", "10000000\n");
        write("proc/sys/vm/max_map_count", "100000000\n");
        write("proc/meminfo", "MemTotal: 999999999999 kB\nMemAvailable: 999999999999 kB\n");
    }
    ~FakeMachine() { fs::remove_all(root_); }
    FakeMachine(const FakeMachine&) = delete;
    FakeMachine& operator=(const FakeMachine&) = delete;

    void write(const std::string& path, const std::string& text) const {
        fs::create_directories((root_ / path).parent_path());
        std::ofstream(root_ / path) << text;
    }

    [[nodiscard]] SystemFiles files() const {
        return {.proc = (root_ / "proc").string(), .control_groups = (root_ / "cgroup").string()};
    }

  private:
    fs::path root_;
};

TEST_CASE("the limit that is met first is named, with its value and what is in use") {
    const FakeMachine machine;
    constexpr std::int64_t stack = 8 * MiB;
    SUBCASE("threads-max counts those of all users") {
        machine.write("proc/sys/kernel/threads-max", "1000\n");
        const Room room = room_for_threads(stack, machine.files());
        CHECK(contains(room.limit, "kernel.threads-max is 1000 and 100 are in use"));
        CHECK(room.count > 0);
        CHECK(room.count < 900);
    }
    SUBCASE("pid_max") {
        machine.write("proc/sys/kernel/pid_max", "32768\n");
        const Room room = room_for_threads(stack, machine.files());
        CHECK(contains(room.limit, "kernel.pid_max is 32768"));
        CHECK(room.count > 30'000);
        CHECK(room.count < 32'768 - 300 - 100);
    }
    SUBCASE("RLIMIT_NPROC counts the user's own") {
        machine.write("proc/self/limits", "Max processes    100    200    processes\n");
        const Room room = room_for_threads(stack, machine.files());
        CHECK(contains(room.limit, "(ulimit -u) is 100 and 30 are in use"));
        CHECK(room.count < 70);
        CHECK(room.count > 50);
    }
    SUBCASE("it does not bind root, nor who may go beyond limits") {
        machine.write("proc/self/limits", "Max processes    100    200    processes\n");
        for (const char* status : {"Uid:\t0\t0\t0\t0\nCapEff:\t0000000000000000\n",
                                   "Uid:\t1000\t1000\t1000\t1000\nCapEff:\t0000000001000000\n"}) {
            machine.write("proc/self/status", status);
            CHECK_FALSE(contains(room_for_threads(stack, machine.files()).limit, "ulimit -u"));
        }
    }
    SUBCASE("control groups, version 2: the parent's counts too") {
        machine.write("cgroup/a/b/pids.max", "max\n");
        machine.write("cgroup/a/b/pids.current", "5\n");
        machine.write("cgroup/a/pids.max", "500\n");
        machine.write("cgroup/a/pids.current", "20\n");
        const Room room = room_for_threads(stack, machine.files());
        CHECK(contains(room.limit, "pids.max of the control group is 500 and 20 are in use"));
        CHECK(room.count < 480);
        CHECK(room.count > 400);
    }
    SUBCASE("control groups, version 1") {
        machine.write("proc/self/cgroup", "9:cpu:/\n8:pids:/x\n0::/\n");
        machine.write("cgroup/pids/x/pids.max", "300\n");
        machine.write("cgroup/pids/x/pids.current", "20\n");
        CHECK(contains(room_for_threads(stack, machine.files()).limit, "control group is 300"));
    }
    SUBCASE("mappings: two for a stack") {
        machine.write("proc/sys/vm/max_map_count", "65530\n");
        const Room room = room_for_threads(stack, machine.files());
        CHECK(contains(room.limit, "vm.max_map_count is 65530"));
        CHECK(room.count < 65'530 / 2);
        CHECK(room.count > 32'000);
    }
    SUBCASE("address space, of threads and of objects") {
        machine.write("proc/self/limits", "Max address space    1073741824    unlimited    bytes\n");
        const Room threads = room_for_threads(stack, machine.files());
        CHECK(contains(threads.limit, "(ulimit -v) is 1024 MiB and 10 MiB are in use"));
        CHECK(threads.count < 1024 / 8);
        CHECK(threads.count > 100);
        CHECK(room_for_objects(1024, machine.files()).count < 1024 * 1024);
    }
    SUBCASE("memory: half of what is available") {
        machine.write("proc/meminfo", "MemAvailable: 1048576 kB\n");
        const Room room = room_for_objects(1024, machine.files());
        CHECK(room.count == 512 * 1024);
        CHECK(contains(room.limit, "half of the memory available, 512 MiB"));
    }
    SUBCASE("memory of a control group, where that is less") {
        machine.write("cgroup/a/memory.max", "104857600\n");
        machine.write("cgroup/a/memory.current", "4194304\n");
        CHECK(available_memory(machine.files()) == 96 * MiB);
        CHECK(room_for_objects(1024, machine.files()).count == 48 * 1024);
    }
}

TEST_CASE("limits that are exceeded already leave no room, and not less than none") {
    const FakeMachine machine;
    machine.write("proc/sys/kernel/threads-max", "50\n");
    CHECK(room_for_threads(MiB, machine.files()).count == 0);
}

TEST_CASE("a machine that tells nothing sets no limit") {
    const SystemFiles nothing{.proc = "/nonexistent", .control_groups = "/nonexistent"};
    CHECK(room_for_threads(MiB, nothing).count > 1'000'000'000);
    CHECK(room_for_threads(MiB, nothing).limit.empty());
    CHECK_FALSE(available_memory(nothing).has_value());
}

TEST_CASE("memory that gets short stops what goes on") {
    const FakeMachine machine;
    machine.write("proc/meminfo", "MemAvailable: 800000 kB\n");
    const MemoryGuard guard(machine.files());
    CHECK_FALSE(guard.must_stop());
    machine.write("proc/meminfo", "MemAvailable: 100001 kB\n");
    CHECK_FALSE(guard.must_stop());
    machine.write("proc/meminfo", "MemAvailable: 99999 kB\n");
    CHECK(guard.must_stop());
}

TEST_CASE("this machine tells its memory, and a stack has a size") {
    CHECK(available_memory().value_or(0) > 0);
    CHECK(memory_use().resident.value_or(0) > 0);
    CHECK(memory_use().page_tables.value_or(0) > 0);
    CHECK(default_stack() >= 16 * 1024);
}

// Not to be seen through: a compiler may leave out what nobody looks at.
void* volatile taken = nullptr;

TEST_CASE("each call for memory is counted once, whoever makes it, and only in its own thread") {
    const std::optional<std::int64_t> before = allocations_of_this_thread();
    REQUIRE(before.has_value() == !test::sanitized);
    if (!before) return;
    const auto counted = [](auto make) {
        const std::int64_t from = *allocations_of_this_thread();
        make();
        const std::int64_t count = *allocations_of_this_thread() - from;
        std::free(taken);
        taken = nullptr;
        return count;
    };
    CHECK(counted([] { taken = std::malloc(10); }) == 1);
    CHECK(counted([] { taken = std::calloc(2, 10); }) == 1);
    CHECK(counted([] { taken = ::operator new(10); }) == 1);
    CHECK(counted([] { taken = std::aligned_alloc(64, 128); }) == 1);
    CHECK(counted([] {
              void* memory = nullptr;
              if (::posix_memalign(&memory, 64, 128) == 0) taken = memory;
          }) == 1);
    CHECK(counted([] { taken = std::realloc(std::malloc(10), 1'000); }) == 2);
    CHECK(counted([] {}) == 0);
    void* memory = nullptr;
    CHECK(::posix_memalign(&memory, 3, 128) == EINVAL);
}

}  // namespace
}  // namespace overlap
