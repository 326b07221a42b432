#include <doctest/doctest.h>
#include <sched.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>

#include "demo/cores.hpp"

namespace overlap {
namespace {

TEST_SUITE_BEGIN("cores");

namespace fs = std::filesystem;

// What a kernel shows under /sys/fs/cgroup, gone with the scope.
class Groups {
  public:
    Groups() {
        std::string name = fs::temp_directory_path() / "overlap-cgroup-XXXXXX";
        REQUIRE(::mkdtemp(name.data()) != nullptr);
        root_ = name;
    }
    ~Groups() { fs::remove_all(root_); }
    Groups(const Groups&) = delete;
    Groups& operator=(const Groups&) = delete;

    void file(const std::string& path, const std::string& text) const {
        fs::create_directories((root_ / path).parent_path());
        std::ofstream(root_ / path) << text << '\n';
    }
    [[nodiscard]] std::optional<double> granted(const std::string& groups) const {
        std::istringstream text(groups);
        return granted_cpus(text, root_);
    }

  private:
    fs::path root_;
};

TEST_CASE("version 2: the tightest limit counts, be it the process's own group's or one above it") {
    const Groups groups;
    groups.file("cpu.max", "max 100000");
    groups.file("a/cpu.max", "150000 100000");
    groups.file("a/b/cpu.max", "400000 100000");
    CHECK(groups.granted("0::/a/b\n") == 1.5);
    CHECK(groups.granted("0::/a\n") == 1.5);
    CHECK(groups.granted("0::/\n") == std::nullopt);
    groups.file("a/b/cpu.max", "50000 100000");
    CHECK(groups.granted("0::/a/b\n") == 0.5);
}

TEST_CASE("version 1: a quota of -1 is none; the hierarchy may be named by its controllers") {
    const Groups groups;
    groups.file("cpu,cpuacct/cpu.cfs_quota_us", "-1");
    groups.file("cpu,cpuacct/cpu.cfs_period_us", "100000");
    groups.file("cpu,cpuacct/docker/x/cpu.cfs_quota_us", "200000");
    groups.file("cpu,cpuacct/docker/x/cpu.cfs_period_us", "100000");
    const std::string line = "4:cpu,cpuacct:/docker/x\n";
    CHECK(groups.granted("5:memory:/elsewhere\n" + line + "0::/\n") == 2.0);
    CHECK(groups.granted("4:cpu,cpuacct:/\n") == std::nullopt);
    const Groups single;
    single.file("cpu/a/cpu.cfs_quota_us", "100000");
    single.file("cpu/a/cpu.cfs_period_us", "50000");
    CHECK(single.granted("1:cpu:/a\n") == 2.0);
    CHECK(single.granted("1:cpuset:/a\n") == std::nullopt);
}

TEST_CASE("in a container the path may be the host's: the root of what is seen is its own group") {
    const Groups groups;
    groups.file("cpu.max", "300000 100000");
    CHECK(groups.granted("0::/kubepods/pod-1/x\n") == 3.0);
    const Groups old;
    old.file("cpu/cpu.cfs_quota_us", "250000");
    old.file("cpu/cpu.cfs_period_us", "100000");
    CHECK(old.granted("3:cpuacct,cpu:/docker/0123\n") == 2.5);
}

TEST_CASE("what makes no sense limits nothing") {
    const Groups groups;
    CHECK(groups.granted("") == std::nullopt);
    CHECK(groups.granted("0::\nnonsense\n::\n7:cpu\n") == std::nullopt);
    for (const char* text : {"", "max", "100000", "100000 0", "-5 100000", "12x 100000", "nan 100000"}) {
        CAPTURE(text);
        groups.file("cpu.max", text);
        CHECK(groups.granted("0::/\n") == std::nullopt);
    }
}

TEST_CASE("affinity counts") {
    cpu_set_t before;
    REQUIRE(::sched_getaffinity(0, sizeof before, &before) == 0);
    CHECK(usable_cores() <= CPU_COUNT(&before));
    int first = 0;
    while (!CPU_ISSET(first, &before)) ++first;
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(first, &one);
    REQUIRE(::sched_setaffinity(0, sizeof one, &one) == 0);
    const int cores = usable_cores();
    ::sched_setaffinity(0, sizeof before, &before);
    CHECK(cores == 1);
}

}  // namespace
}  // namespace overlap
