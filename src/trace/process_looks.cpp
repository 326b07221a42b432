#include "trace/process_looks.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <numeric>
#include <set>
#include <system_error>
#include <utility>
#include <vector>

#include "record/clock.hpp"
#include "record/proc_files.hpp"

namespace overlap {
namespace {

constexpr Nanoseconds shortest_pause = 10'000'000;
constexpr Nanoseconds longest_pause = 100'000'000;
constexpr Nanoseconds least_rest = 10;  // looking takes at most one part in so many

// The system call that a thread is in; empty when it is in none, or may not be known.
std::string system_call_in(const std::string& syscall) {
    long number = -1;
    const auto [rest, error] = std::from_chars(syscall.data(), syscall.data() + syscall.size(), number);
    return error == std::errc() && number >= 0 ? system_call_name(number) : "";
}

// How long a thread has been ready to run while no CPU was free.
Nanoseconds run_delay_in(const std::string& folder) {
    // "time on a CPU, time ready and without one, turns": the kernel's Documentation/scheduler/sched-stats
    const std::vector<std::int64_t> numbers = numbers_in(first_text_of(folder + "/schedstat"));
    return numbers.size() >= 2 ? numbers[1] : 0;
}

Nanoseconds our_run_delay() { return run_delay_in("/proc/thread-self"); }

}  // namespace

struct ProcessLooks::Now {
    std::set<pid_t> processes;  // ids do not come twice while their process is there
    int threads = 0;
    int running = 0;
    int disk = 0;
};

ProcessLooks::ProcessLooks() : own_delay_(our_run_delay()) {}

Nanoseconds ProcessLooks::look(pid_t pid) {
    const Nanoseconds begin = steady_now();
    Now now;
    look_at_process(pid, now);
    if (now.threads > 0) {
        ++seen_.looks;
        if (now.running > 0) {
            ++seen_.running;
        } else if (now.disk > 0) {
            ++seen_.disk;
        } else {
            ++seen_.asleep;
        }
        const bool ran = now.running > 0;
        if (last_look_ > 0 && ran == ran_then_)
            (ran ? seen_.ran_time : seen_.asleep_time) += begin - last_look_;
        last_look_ = begin;
        ran_then_ = ran;
        seen_.peak_threads = std::max(seen_.peak_threads, now.threads);
        seen_.peak_processes = std::max(seen_.peak_processes, static_cast<int>(now.processes.size()));
    }
    // Since the last look we may have been late; if this turns out to be the last, late to see its end.
    const Nanoseconds before = std::exchange(own_delay_, our_run_delay());
    seen_.noticed_late = own_delay_ - before;
    return std::clamp((steady_now() - begin) * least_rest, shortest_pause, longest_pause);
}

void ProcessLooks::look_at_process(pid_t pid, Now& now) {
    if (!now.processes.insert(pid).second) return;
    const std::string folder = "/proc/" + std::to_string(pid) + "/task";
    std::vector<pid_t> children;
    std::error_code gone;
    for (std::filesystem::directory_iterator entry(folder, gone), end; !gone && entry != end;
         entry.increment(gone)) {
        const std::string thread = entry->path();
        look_at_thread(thread, static_cast<pid_t>(std::atoi(entry->path().filename().c_str())), now);
        for (const std::int64_t child : numbers_in(whole_text_of(thread + "/children")))
            children.push_back(static_cast<pid_t>(child));
    }
    for (const pid_t child : children) look_at_process(child, now);
}

void ProcessLooks::look_at_thread(const std::string& folder, pid_t thread, Now& now) {
    const std::string stat = first_text_of(folder + "/stat");
    if (stat.empty()) return;
    run_delay_[thread] = std::max(run_delay_[thread], run_delay_in(folder));  // it may be gone by now
    const char state = state_in(stat);
    if (state == 'Z' || state == 'X') return;  // it has ended
    ++now.threads;
    if (state == 'R') ++now.running;
    if (state == 'D') ++now.disk;
    if (state != 'S' && state != 'D') return;
    if (const std::string name = system_call_in(first_text_of(folder + "/syscall")); !name.empty())
        ++asleep_in_[name];
}

LookedAt ProcessLooks::seen() const {
    LookedAt seen = seen_;
    seen.run_delay = std::accumulate(run_delay_.begin(), run_delay_.end(), Nanoseconds{0},
                                     [](Nanoseconds sum, const auto& entry) { return sum + entry.second; });
    seen.asleep_in.assign(asleep_in_.begin(), asleep_in_.end());
    std::sort(seen.asleep_in.begin(), seen.asleep_in.end(), [](const auto& a, const auto& b) {
        return a.second != b.second ? a.second > b.second : a.first < b.first;
    });
    return seen;
}

}  // namespace overlap
