#include "cli/own_command.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <functional>

#include "timeline/error.hpp"
#include "trace/command.hpp"

namespace overlap {
namespace {

std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> result;
    result.reserve(texts.size() + 1);
    for (std::string& text : texts) result.push_back(text.data());
    result.push_back(nullptr);
    return result;
}

std::string name_of_variable(const std::string& entry) { return entry.substr(0, entry.find('=') + 1); }

std::vector<std::string> merged(std::vector<std::string> all, const std::vector<std::string>& changes) {
    for (const std::string& change : changes) {
        std::erase_if(all, [&](const std::string& old) { return old.starts_with(name_of_variable(change)); });
        all.push_back(change);
    }
    return all;
}

// What only a child between fork() and exec() can set, with calls that are safe there.
[[noreturn]] void become_command(char* const* arguments, char* const* environment, int output, pid_t parent) {
    ::setpgid(0, 0);
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (::getppid() != parent) ::_exit(127);  // it died before we could ask to be told
    ::dup2(::open("/dev/null", O_RDONLY | O_CLOEXEC), STDIN_FILENO);
    ::dup2(output, STDOUT_FILENO);
    ::signal(SIGTTOU,
             SIG_IGN);  // it draws its progress line, also where the terminal stops who is not in front
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    ::execve("/proc/self/exe", arguments, environment);
    // Not _exit(): under ThreadSanitizer that writes out what our parent has buffered.
    ::syscall(SYS_exit_group, 127);
    __builtin_unreachable();
}

std::string read_to_end(int file) {
    std::string text;
    std::array<char, 65'536> bytes;
    for (;;) {
        const ssize_t count = ::read(file, bytes.data(), bytes.size());
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return text;
        text.append(bytes.data(), static_cast<std::size_t>(count));
    }
}

}  // namespace

OwnOutput run_own_command(const std::vector<std::string>& words, const std::vector<std::string>& environment,
                          const std::stop_token& stop) {
    std::vector<std::string> arguments{"overlap"};
    arguments.insert(arguments.end(), words.begin(), words.end());
    std::vector<std::string> variables = merged(our_environment(), environment);
    std::array<int, 2> pipe{};
    if (::pipe2(pipe.data(), O_CLOEXEC) != 0) throw Error("cannot make a pipe: " + message_of(errno));
    const std::vector<char*> argument_pointers = pointers(arguments);
    const std::vector<char*> variable_pointers = pointers(variables);
    const pid_t us = ::getpid();
    const pid_t pid = ::fork();
    if (pid == 0) become_command(argument_pointers.data(), variable_pointers.data(), pipe[1], us);
    const int error = errno;
    ::close(pipe[1]);
    if (pid < 0) {
        ::close(pipe[0]);
        throw Error("cannot start overlap anew: " + message_of(error));
    }
    OwnOutput output;
    {
        const std::stop_callback<std::function<void()>> interrupt(stop, [pid] { ::kill(pid, SIGINT); });
        output.out = read_to_end(pipe[0]);
        // Not yet awaited, so that its id cannot be another's by the time of a late interrupt.
        siginfo_t info{};
        while (::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOWAIT) != 0 && errno == EINTR) {
        }
    }
    ::close(pipe[0]);
    while (::waitpid(pid, &output.status, 0) < 0 && errno == EINTR) {
    }
    return output;
}

}  // namespace overlap
