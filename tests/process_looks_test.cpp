// Looking at the processes below one of ours.
#include <doctest/doctest.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "trace/process_looks.hpp"

namespace overlap::test {
namespace {

TEST_SUITE_BEGIN("process_looks");

// Processes that do nothing, ended with the scope.
class Sleepers {
  public:
    explicit Sleepers(int count) {
        std::string name = "sleep";
        std::string time = "1000";
        char* const words[] = {name.data(), time.data(), nullptr};
        for (int i = 0; i < count; ++i) {
            pid_t pid = -1;
            if (::posix_spawnp(&pid, "sleep", nullptr, nullptr, words, environ) == 0) pids_.push_back(pid);
        }
    }
    ~Sleepers() {
        for (const pid_t pid : pids_) ::kill(pid, SIGKILL);
        for (const pid_t pid : pids_) ::waitpid(pid, nullptr, 0);
    }
    Sleepers(const Sleepers&) = delete;
    Sleepers& operator=(const Sleepers&) = delete;

    [[nodiscard]] int count() const { return static_cast<int>(pids_.size()); }

  private:
    std::vector<pid_t> pids_;
};

int processes_below_us() {
    ProcessLooks looks;
    looks.look(::getpid());
    return looks.seen().peak_processes;
}

TEST_CASE("all children are seen, and no strangers, also where their ids fill more than a kilobyte") {
    const int before = processes_below_us();
    const Sleepers sleepers(400);
    REQUIRE(sleepers.count() == 400);
    CHECK(processes_below_us() == before + 400);
}

}  // namespace
}  // namespace overlap::test
