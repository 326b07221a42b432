#include "cli/own_command.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <functional>
#include <system_error>

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

// No signal is held back in it, and it is in a process group of its own.
class Attributes {
  public:
    Attributes() {
        ::posix_spawnattr_init(&value_);
        sigset_t none;
        ::sigemptyset(&none);
        ::posix_spawnattr_setsigmask(&value_, &none);
        ::posix_spawnattr_setpgroup(&value_, 0);
        ::posix_spawnattr_setflags(&value_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
    }
    ~Attributes() { ::posix_spawnattr_destroy(&value_); }
    Attributes(const Attributes&) = delete;
    Attributes& operator=(const Attributes&) = delete;
    [[nodiscard]] const posix_spawnattr_t* get() const { return &value_; }

  private:
    posix_spawnattr_t value_{};
};

class Files {
  public:
    explicit Files(int output) {
        ::posix_spawn_file_actions_init(&value_);
        ::posix_spawn_file_actions_addopen(&value_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
        ::posix_spawn_file_actions_adddup2(&value_, output, STDOUT_FILENO);
    }
    ~Files() { ::posix_spawn_file_actions_destroy(&value_); }
    Files(const Files&) = delete;
    Files& operator=(const Files&) = delete;
    [[nodiscard]] const posix_spawn_file_actions_t* get() const { return &value_; }

  private:
    posix_spawn_file_actions_t value_{};
};

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
    if (::pipe2(pipe.data(), O_CLOEXEC) != 0)
        throw Error("cannot make a pipe: " + std::generic_category().message(errno));
    const Attributes attributes;
    pid_t pid = -1;
    int error = 0;
    {
        const Files files(pipe[1]);
        error = ::posix_spawn(&pid, "/proc/self/exe", files.get(), attributes.get(),
                              pointers(arguments).data(), pointers(variables).data());
    }
    ::close(pipe[1]);
    if (error != 0) {
        ::close(pipe[0]);
        throw Error("cannot start overlap anew: " + std::generic_category().message(error));
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
