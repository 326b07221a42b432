#include "trace/command.hpp"

#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <ctime>
#include <set>
#include <string_view>

#include "record/clock.hpp"
#include "record/proc_files.hpp"
#include "timeline/error.hpp"
#include "timeline/units.hpp"

extern char** environ;

namespace overlap {
namespace {

constexpr Nanoseconds never = 0;

std::vector<char*> pointers(const std::vector<std::string>& texts) {
    std::vector<char*> all;
    for (const std::string& text : texts) all.push_back(const_cast<char*>(text.c_str()));
    all.push_back(nullptr);
    return all;
}

Nanoseconds nanoseconds(const timeval& time) { return time.tv_sec * second + time.tv_usec * 1'000; }

// Local calls do not go through a proxy: the variable `name` with our address added to its value.
std::string no_proxy(std::string_view name, const char* value) {
    std::string text(name);
    text += "=";
    if (value == nullptr || *value == '\0') return text + "127.0.0.1";
    if (std::string_view(value) == "*")
        return text + "*";  // nothing goes through one; a list may not hold it
    return text + value + ",127.0.0.1";
}

}  // namespace

HeldSignals::HeldSignals() {
    // Where our parent ignored it, there would be no signal and no exit code.
    std::signal(SIGCHLD, SIG_DFL);
    ::sigemptyset(&held_);
    for (const int number : {SIGINT, SIGTERM, SIGCHLD}) ::sigaddset(&held_, number);
    ::pthread_sigmask(SIG_BLOCK, &held_, &before_);
}

HeldSignals::~HeldSignals() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

Command::Command(const std::vector<std::string>& words, const std::vector<std::string>& environment,
                 const HeldSignals& signals)
    : signals_(signals) {
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);
    posix_spawnattr_t attributes;
    ::posix_spawnattr_init(&attributes);
    ::posix_spawnattr_setsigmask(&attributes, &signals.before());
    ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
    started_ = steady_now();
    const int error = ::posix_spawnp(&pid_, words.front().c_str(), nullptr, &attributes,
                                     pointers(words).data(), pointers(environment).data());
    ::posix_spawnattr_destroy(&attributes);
    if (error == 0) return;
    pid_ = -1;
    throw CannotStart("cannot start '" + words.front() + "': " + message_of(error),
                      error == ENOENT ? 127 : 126);
}

Command::~Command() {
    if (pid_ < 0) return;
    ::kill(pid_, SIGKILL);
    while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
    }
}

void Command::tell(int signal) const { ::kill(pid_, signal); }

bool Command::ended(CommandEnd& end, const Look& look) {
    if (look) {
        siginfo_t info{};
        const int options = WEXITED | WNOHANG | WNOWAIT;
        const bool over =
            ::waitid(P_PID, static_cast<id_t>(pid_), &info, options) == 0 && info.si_pid == pid_;
        if (over) look(pid_);
    }
    int status = 0;
    rusage usage{};
    pid_t pid = -1;
    do {
        pid = ::wait4(pid_, &status, WNOHANG, &usage);
    } while (pid < 0 && errno == EINTR);
    if (pid == 0) return false;
    end.took = steady_now() - started_;
    pid_ = -1;
    if (WIFSIGNALED(status)) end.signal = WTERMSIG(status);
    if (WIFEXITED(status)) end.exit_code = WEXITSTATUS(status);
    end.cpu = nanoseconds(usage.ru_utime) + nanoseconds(usage.ru_stime);
    end.voluntary_switches = usage.ru_nvcsw;
    end.involuntary_switches = usage.ru_nivcsw;
    end.block_reads = usage.ru_inblock;
    end.block_writes = usage.ru_oublock;
    return true;
}

// What the command had started and did not end is ours now (PR_SET_CHILD_SUBREAPER): tells it to end, and
// ends it when it does not.
void Command::end_left_behind(Nanoseconds grace) const {
    const Nanoseconds deadline = steady_now() + grace;
    std::set<pid_t> told;
    for (;;) {
        while (::waitpid(-1, nullptr, WNOHANG) > 0) {
        }
        const std::vector<pid_t> children = children_of(::getpid());  // none where the kernel does not tell
        const Nanoseconds now = steady_now();
        if (children.empty() || now > deadline + grace) return;
        for (const pid_t child : children) {
            if (now > deadline) {
                ::kill(child, SIGKILL);
            } else if (told.insert(child).second) {
                ::kill(child, SIGTERM);
            }
        }
        const timespec pause{.tv_sec = 0, .tv_nsec = 10'000'000};
        ::sigtimedwait(&signals_.held(), nullptr, &pause);
    }
}

CommandEnd Command::wait(Nanoseconds timeout, Nanoseconds grace, const Look& look) {
    CommandEnd end;
    bool leaves_nothing = false;  // it was ended from outside, and what it had started is to end with it
    Nanoseconds deadline = timeout > 0 ? started_ + timeout : never;
    Nanoseconds next_look = 0;
    while (!ended(end, look)) {
        Nanoseconds left = deadline == never ? 3'600 * second : deadline - steady_now();
        if (left <= 0) {
            leaves_nothing = true;
            tell(end.timed_out ? SIGKILL : SIGTERM);
            deadline = end.timed_out ? never : steady_now() + grace;
            end.timed_out = true;
            continue;
        }
        if (look && steady_now() >= next_look) next_look = steady_now() + look(pid_);
        if (look) left = std::min(left, std::max(Nanoseconds{0}, next_look - steady_now()));
        const timespec limit{.tv_sec = left / second, .tv_nsec = left % second};
        siginfo_t info{};
        const int signal = ::sigtimedwait(&signals_.held(), &info, &limit);
        if (signal != SIGINT && signal != SIGTERM) continue;
        // Ctrl-C goes to all of the terminal's foreground processes: to say it twice might end what wanted to
        // end in good order.
        const bool from_terminal = info.si_code == SI_KERNEL;
        leaves_nothing = leaves_nothing || end.interrupted || !from_terminal;
        if (end.interrupted) {
            tell(SIGKILL);
        } else if (!from_terminal) {
            tell(signal);
        }
        end.interrupted = true;
    }
    if (leaves_nothing) end_left_behind(grace);
    // What came in the moment of its end must not end us once signals are no longer held.
    const timespec at_once{};
    for (int signal = 0; (signal = ::sigtimedwait(&signals_.held(), nullptr, &at_once)) > 0;) {
        end.interrupted = end.interrupted || signal != SIGCHLD;
    }
    return end;
}

std::vector<std::string> our_environment() {
    std::vector<std::string> all;
    for (char** entry = environ; *entry != nullptr; ++entry) all.emplace_back(*entry);
    return all;
}

std::vector<std::string> environment_with(const std::string& url) {
    const auto is_ours = [](std::string_view entry) {
        return entry.starts_with("OVERLAP_URL=") || entry.starts_with("no_proxy=") ||
               entry.starts_with("NO_PROXY=");
    };
    std::vector<std::string> all = our_environment();
    std::erase_if(all, is_ours);
    const char* lower = std::getenv("no_proxy");
    const char* upper = std::getenv("NO_PROXY");
    // Programs read either. Where only one is set, the other must not hide it.
    all.push_back(no_proxy("no_proxy", lower != nullptr ? lower : upper));
    all.push_back(no_proxy("NO_PROXY", upper != nullptr ? upper : lower));
    all.push_back("OVERLAP_URL=" + url);
    return all;
}

std::vector<std::string> words_with(const std::vector<std::string>& words, const std::string& url) {
    static constexpr std::string_view place = "{url}";
    std::vector<std::string> all = words;
    for (std::string& word : all) {
        for (std::size_t at = 0; (at = word.find(place, at)) != std::string::npos; at += url.size()) {
            word.replace(at, place.size(), url);
        }
    }
    return all;
}

std::string command_line(const std::vector<std::string>& words) {
    static constexpr std::string_view plain = "%+,-./:=@_{}";
    const auto is_plain = [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
               plain.find(c) != std::string_view::npos;
    };
    std::string line;
    for (const std::string& word : words) {
        if (!line.empty()) line += ' ';
        if (!word.empty() && std::all_of(word.begin(), word.end(), is_plain)) {
            line += word;
            continue;
        }
        line += '\'';
        for (const char c : word) line += c == '\'' ? std::string("'\\''") : std::string(1, c);
        line += '\'';
    }
    return line;
}

}  // namespace overlap
