#include "workshop/contained.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <system_error>

#include "record/clock.hpp"
#include "record/proc_files.hpp"
#include "timeline/error.hpp"
#include "timeline/units.hpp"
#include "workshop/keeper.hpp"

namespace overlap::workshop {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t most_output = 64 * 1024;

// As execvp(3) does; empty when there is none.
std::string path_of(const std::string& program, const fs::path& folder) {
    if (program.find('/') != std::string::npos)
        return fs::path(program).is_absolute() ? program : (folder / program).string();
    const char* const path = std::getenv("PATH");
    std::string_view rest = path == nullptr ? "/usr/bin:/bin" : path;
    while (!rest.empty()) {
        const std::string_view one = rest.substr(0, rest.find(':'));
        rest.remove_prefix(std::min(rest.size(), one.size() + 1));
        std::string file = std::string(one.empty() ? "." : one) + "/" + program;
        if (::access(file.c_str(), X_OK) == 0 && fs::is_regular_file(file)) return file;
    }
    return "";
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
    std::vector<char*> all;
    for (std::string& text : texts) all.push_back(text.data());
    all.push_back(nullptr);
    return all;
}

void close_file(int& file) {
    if (file >= 0) ::close(file);
    file = -1;
}

std::string in_mib(std::int64_t bytes) { return std::to_string(bytes / (1024 * 1024)) + "MiB"; }

bool works(const fs::path& scratch, const Isolation& isolation) {
    KeeperReport report;
    std::array<int, 2> pipe{};
    if (::pipe2(pipe.data(), O_CLOEXEC) != 0) return false;
    const int output = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
    const int ruleset = isolation.landlock ? make_ruleset(scratch.c_str()) : -1;
    std::vector<std::string> words{"true"};
    std::vector<std::string> environment;
    const std::vector<char*> arguments = pointers_to(words);
    const std::vector<char*> variables = pointers_to(environment);
    const std::string program = path_of("true", scratch);
    const std::string folder = scratch.string();
    const KeeperPlan plan{.program = program.c_str(),
                          .arguments = arguments.data(),
                          .environment = variables.data(),
                          .folder = folder.c_str(),
                          .output = output,
                          .report = pipe[1],
                          .landlock = ruleset,
                          .namespaces = isolation.namespaces,
                          .user = ::geteuid(),
                          .group = ::getegid(),
                          .limits = {}};
    const pid_t pid = isolation.landlock && ruleset < 0 ? -1 : start_keeper(plan);
    ::close(pipe[1]);
    ::close(output);
    if (ruleset >= 0) ::close(ruleset);
    const bool told = pid > 0 && ::read(pipe[0], &report, sizeof report) == sizeof report;
    ::close(pipe[0]);
    if (pid > 0) ::waitpid(pid, nullptr, 0);
    return told && report.could_not == 0 && report.status == 0;
}

}  // namespace

std::string words_of(const Isolation& isolation) {
    if (isolation.namespaces && isolation.landlock)
        return "process ids of its own, writes to its own folder only";
    if (isolation.namespaces) return "process ids of its own";
    if (isolation.landlock) return "writes to its own folder only";
    return "a session of its own, nothing more";
}

Isolation isolation_here() {
    static const Isolation isolation = [] {
        const fs::path scratch = "/";
        return Isolation{.namespaces = works(scratch, {.namespaces = true, .landlock = false}),
                         .landlock = works(scratch, {.namespaces = false, .landlock = true})};
    }();
    return isolation;
}

struct Contained::Tree {
    std::int64_t processes = 0;
    std::int64_t threads = 0;
    std::int64_t working = 0;
    std::int64_t memory = 0;
    Nanoseconds run = 0;  ///< time on a CPU of all threads there are
    Nanoseconds cpu = 0;  ///< of all processes there are, and of those they have awaited
    bool all_asleep = true;
};

Contained::Contained(const ContainedCommand& command, const Limits& limits)
    : limits_(limits), isolation_(isolation_here()) {
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);
    start(command);
}

Contained::~Contained() {
    if (keeper_ > 0) end_all();
    close_file(output_file_);
    close_file(report_file_);
}

void Contained::start(const ContainedCommand& command) {
    started_ = steady_now();
    program_ = command.words.front();
    const std::string program = path_of(program_, command.folder);
    if (program.empty()) {
        end_.could_not = "cannot start '" + program_ + "': " + message_of(ENOENT);
        return;
    }
    std::array<int, 2> output{};
    std::array<int, 2> report{};
    if (::pipe2(output.data(), O_CLOEXEC) != 0) throw Error("cannot make a pipe: " + message_of(errno));
    output_file_ = output[0];
    ::fcntl(output_file_, F_SETFL, O_NONBLOCK);
    if (::pipe2(report.data(), O_CLOEXEC) != 0) {
        ::close(output[1]);
        throw Error("cannot make a pipe: " + message_of(errno));
    }
    report_file_ = report[0];
    const int ruleset = isolation_.landlock ? make_ruleset(command.scratch.c_str()) : -1;
    std::vector<std::string> words = command.words;
    std::vector<std::string> environment = command.environment;
    std::erase_if(environment, [](const std::string& entry) { return entry.starts_with("TMPDIR="); });
    environment.push_back("TMPDIR=" + command.scratch.string());
    const std::vector<char*> arguments = pointers_to(words);
    const std::vector<char*> variables = pointers_to(environment);
    keeper_ = start_keeper({.program = program.c_str(),
                            .arguments = arguments.data(),
                            .environment = variables.data(),
                            .folder = command.folder.c_str(),
                            .output = output[1],
                            .report = report[1],
                            .landlock = ruleset,
                            .namespaces = isolation_.namespaces,
                            .user = ::geteuid(),
                            .group = ::getegid(),
                            .limits = limits_});
    const int error = errno;
    ::close(output[1]);
    ::close(report[1]);
    if (ruleset >= 0) ::close(ruleset);
    if (keeper_ < 0) throw Error("cannot start a process: " + message_of(error));
}

bool Contained::turn() {
    if (keeper_ < 0) return false;
    take_output();
    if (ended()) return false;
    if (steady_now() >= next_look_) look_at_processes();
    if (keeper_ < 0) return false;  // it hit a limit
    if (printed_ > limits_.output) stop(Stopped::output);
    return keeper_ > 0;
}

void Contained::take_output() {
    std::array<char, 16 * 1024> part{};
    // It may print faster than we read: then the next turn goes on.
    for (int i = 0; i < 64; ++i) {
        const ssize_t count = ::read(output_file_, part.data(), part.size());
        if (count <= 0) return;
        printed_ += count;
        const std::size_t room = most_output - std::min(most_output, output_.size());
        output_.append(part.data(), std::min(room, static_cast<std::size_t>(count)));
    }
}

bool Contained::ended() {
    int status = 0;
    const pid_t pid = ::waitpid(keeper_, &status, WNOHANG);
    if (pid == 0 || (pid < 0 && errno == EINTR)) return false;
    keeper_ = -1;
    end_.took = steady_now() - started_;
    KeeperReport report;
    const bool told = ::read(report_file_, &report, sizeof report) == sizeof report;
    if (!told) {
        end_.could_not = "the process that kept it was ended from outside";
    } else if (report.could_not != 0) {
        end_.could_not = "cannot start '" + program_ + "': " + message_of(report.could_not);
    } else {
        if (WIFSIGNALED(report.status)) end_.signal = WTERMSIG(report.status);
        if (WIFEXITED(report.status)) end_.exit_code = WEXITSTATUS(report.status);
        end_.cpu = std::max(cpu_, report.cpu);
        left_behind_ = report.left_behind;
    }
    end_all();
    take_output();
    return true;
}

void Contained::look_at_processes() {
    const Nanoseconds begin = steady_now();
    Tree tree;
    // To start takes a process some time on a CPU too.
    constexpr Nanoseconds more_than_a_start = 30 * ms;
    std::vector<pid_t> level = children_of(keeper_);
    while (!level.empty() && tree.processes <= limits_.processes) {
        std::vector<pid_t> next;
        for (const pid_t pid : level) {
            if (tree.processes > limits_.processes) break;  // a fork bomb doubles while it is counted
            const std::string folder = "/proc/" + std::to_string(pid);
            const std::string stat = first_text_of(folder + "/stat");
            if (stat.empty() || state_in(stat) == 'Z') continue;
            ++tree.processes;
            // Behind the name and the state: field 3 is the state, 14 to 17 are CPU times, in ticks.
            const std::vector<std::int64_t> fields =
                numbers_in(stat.substr(std::min(stat.size(), stat.rfind(')') + 4)));
            bool beyond_its_start = false;
            if (fields.size() > 13) {
                static const Nanoseconds tick = 1'000 * ms / ::sysconf(_SC_CLK_TCK);
                beyond_its_start = (fields[10] + fields[11]) * tick > more_than_a_start;
                tree.cpu += (fields[10] + fields[11] + fields[12] + fields[13]) * tick;
            }
            const std::vector<std::int64_t> pages = numbers_in(first_text_of(folder + "/statm"));
            if (pages.size() > 1) tree.memory += pages[1] * ::sysconf(_SC_PAGESIZE);
            bool runnable = false;
            std::error_code gone;
            for (fs::directory_iterator thread(folder + "/task", gone), end; !gone && thread != end;
                 thread.increment(gone)) {
                const std::string path = thread->path();
                const char state = state_in(first_text_of(path + "/stat"));
                if (state == 'Z' || state == 'X' || state == '?') continue;
                ++tree.threads;
                if (state != 'S') tree.all_asleep = false;
                runnable = runnable || state == 'R';
                const std::vector<std::int64_t> times = numbers_in(first_text_of(path + "/schedstat"));
                if (times.size() < 2) continue;
                tree.run += times[0];
                const pid_t id = static_cast<pid_t>(std::atoi(thread->path().filename().c_str()));
                starved_[id] = std::max(starved_[id], times[1]);
            }
            tree.working += runnable && beyond_its_start;
            for (const pid_t child : children_of(pid)) next.push_back(child);
        }
        level = std::move(next);
    }
    const Nanoseconds now = steady_now();
    const bool ran = std::exchange(last_run_, tree.run) != tree.run;
    if (!tree.all_asleep || tree.processes == 0)
        asleep_since_ = 0;
    else if (ran || asleep_since_ == 0)
        asleep_since_ = now;
    look_ = {.threads = static_cast<int>(tree.threads),
             .processes = static_cast<int>(tree.processes),
             .working = static_cast<int>(tree.working),
             .at = begin,
             .run = tree.run,
             .asleep = asleep_since_ == 0 ? 0 : std::max<Nanoseconds>(0, begin - asleep_since_)};
    cpu_ = std::max(cpu_, tree.cpu);
    end_.starved = 0;
    for (const auto& [thread, time] : starved_) end_.starved += time;
    // Looking takes at most a tenth of the time.
    next_look_ = now + std::clamp((now - begin) * 10, 10 * ms, 100 * ms);
    check_limits(tree);
}

void Contained::check_limits(const Tree& tree) {
    const Nanoseconds took = steady_now() - started_;
    const auto stop_at = [this](Stopped why, std::string used) {
        end_.used = std::move(used);
        stop(why);
    };
    if (tree.processes > limits_.processes) {
        stop_at(Stopped::processes, std::to_string(tree.processes) + " or more");
    } else if (tree.threads > limits_.threads) {
        stop_at(Stopped::threads, std::to_string(tree.threads));
    } else if (tree.memory > limits_.memory) {
        stop_at(Stopped::memory, in_mib(tree.memory));
    } else if (cpu_ > limits_.cpu) {
        stop_at(Stopped::spins, "");
    } else if (took > limits_.wall) {
        stop_at(cpu_ > took * 8 / 10 ? Stopped::spins : Stopped::wall, "");
    }
}

void Contained::stop(Stopped why) {
    if (keeper_ < 0) return;
    end_.stopped = why;
    end_.took = steady_now() - started_;
    end_.cpu = cpu_;
    end_all();
    take_output();
}

// In namespaces the kernel ends all with the keeper. Without: who is stopped starts nobody, so all are
// stopped before any is killed, and orphans come to us (PR_SET_CHILD_SUBREAPER).
void Contained::end_all() {
    const pid_t keeper = std::exchange(keeper_, -1);
    const auto all_below = [](pid_t from) {
        std::vector<pid_t> all = children_of(from);
        for (std::size_t i = 0; i < all.size(); ++i) {
            for (const pid_t child : children_of(all[i])) all.push_back(child);
        }
        return all;
    };
    if (!isolation_.namespaces && keeper > 0) {
        std::size_t before = 0;
        for (int i = 0; i < 100; ++i) {
            const std::vector<pid_t> all = all_below(keeper);
            for (const pid_t pid : all) ::kill(pid, SIGSTOP);
            if (all.size() == std::exchange(before, all.size())) break;
        }
        for (const pid_t pid : all_below(keeper)) ::kill(pid, SIGKILL);
    }
    if (keeper > 0) {
        ::kill(keeper, SIGKILL);
        while (::waitpid(keeper, nullptr, 0) < 0 && errno == EINTR) {
        }
    }
    // Whoever ended the keeper left us its children.
    for (int i = 0; !isolation_.namespaces && i < 100; ++i) {
        const std::vector<pid_t> orphans = all_below(::getpid());
        if (orphans.empty()) break;
        for (const pid_t pid : orphans) ::kill(pid, SIGKILL);
        while (::waitpid(-1, nullptr, WNOHANG) > 0) {
        }
    }
}

}  // namespace overlap::workshop
