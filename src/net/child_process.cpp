#include "net/child_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>

#include "timeline/error.hpp"

extern char** environ;

namespace overlap::net {
namespace {

constexpr int control_in_child = 3;

std::string reason(int error) { return std::generic_category().message(error); }

// A server that takes longer to say a few bytes is stuck.
constexpr int patience_ms = 10'000;

bool read_all(int socket, void* data, std::size_t size) {
    char* at = static_cast<char*>(data);
    while (size > 0) {
        pollfd entry{socket, POLLIN, 0};
        const int ready = ::poll(&entry, 1, patience_ms);
        if (ready < 0 && errno == EINTR) continue;
        if (ready <= 0) return false;
        const ssize_t count = ::read(socket, at, size);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return false;
        at += count;
        size -= static_cast<std::size_t>(count);
    }
    return true;
}

pid_t spawn(const std::string& program, const std::vector<std::string>& arguments, int control) {
    std::vector<char*> argv;
    for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
    argv.push_back(nullptr);

    posix_spawn_file_actions_t files;
    ::posix_spawn_file_actions_init(&files);
    ::posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    ::posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    ::posix_spawn_file_actions_adddup2(&files, control, control_in_child);
    ::posix_spawn_file_actions_addclosefrom_np(&files, control_in_child + 1);

    // Our signal mask is not for it, and Ctrl-C goes to the terminal's foreground process group: ours, not
    // its.
    posix_spawnattr_t attributes;
    ::posix_spawnattr_init(&attributes);
    sigset_t none;
    ::sigemptyset(&none);
    ::posix_spawnattr_setsigmask(&attributes, &none);
    ::posix_spawnattr_setpgroup(&attributes, 0);
    ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);

    pid_t pid = -1;
    const int error = ::posix_spawn(&pid, program.c_str(), &files, &attributes, argv.data(), environ);
    ::posix_spawn_file_actions_destroy(&files);
    ::posix_spawnattr_destroy(&attributes);
    if (error != 0) throw Error("cannot start '" + program + "': " + reason(error));
    return pid;
}

}  // namespace

ChildProcess::ChildProcess(const std::string& program, const std::string& command,
                           const std::vector<std::string>& options)
    : called_("the " + (command == "serve" ? std::string("server") : command) + " process") {
    std::array<int, 2> pair{};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair.data()) != 0) {
        throw Error("cannot start " + called_ + ": " + reason(errno));
    }
    socket_ = pair[0];
    std::vector<std::string> arguments{program, command};
    arguments.insert(arguments.end(), options.begin(), options.end());
    arguments.insert(arguments.end(), {"--control", std::to_string(control_in_child)});
    try {
        pid_ = spawn(program, arguments, pair[1]);
    } catch (...) {
        ::close(pair[0]);
        ::close(pair[1]);
        throw;
    }
    ::close(pair[1]);
    AddressMessage address{};
    if (!read_all(socket_, address.data(), address.size())) {
        ::close(socket_);
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
        throw Error(called_ + " ended before it was ready; its message is above");
    }
    address_ = address.data();
}

ChildProcess::~ChildProcess() {
    ::close(socket_);
    ::kill(pid_, SIGKILL);  // it has nothing to lose, and may not be in a state to listen
    while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
    }
}

void ChildProcess::ask(char question, void* reply, std::size_t size) {
    const bool sent = ::send(socket_, &question, 1, MSG_NOSIGNAL) == 1;
    if (!sent || !read_all(socket_, reply, size)) throw Error(called_ + " has ended, or does not answer");
}

void ChildProcess::reset_counts() {
    char done = 0;
    ask('r', &done, sizeof done);
}

}  // namespace overlap::net
