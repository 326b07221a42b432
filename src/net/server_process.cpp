#include "net/server_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <asio/buffer.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <asio/read.hpp>
#include <asio/redirect_error.hpp>
#include <asio/use_awaitable.hpp>
#include <asio/write.hpp>
#include <cerrno>
#include <cstring>
#include <system_error>

#include "timeline/error.hpp"

extern char** environ;

namespace overlap::net {
namespace {

constexpr int control_in_child = 3;
constexpr char ask_counts = 'c';
constexpr char ask_reset = 'r';

// Both ends are the same binary, so plain bytes will do: questions of one byte, replies of a fixed size.
using UrlMessage = std::array<char, 64>;

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
    if (error != 0) throw Error("cannot start the server process '" + program + "': " + reason(error));
    return pid;
}

}  // namespace

ServerProcess::ServerProcess(const std::string& program, const std::vector<std::string>& options) {
    std::array<int, 2> pair{};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair.data()) != 0) {
        throw Error("cannot start the server process: " + reason(errno));
    }
    socket_ = pair[0];
    std::vector<std::string> arguments{program, "serve"};
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
    UrlMessage url{};
    if (!read_all(socket_, url.data(), url.size())) {
        ::close(socket_);
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
        throw Error("the server process ended before it was ready; its message is above");
    }
    url_ = url.data();
}

ServerProcess::~ServerProcess() {
    ::close(socket_);
    ::kill(pid_, SIGKILL);  // it has nothing to lose, and may not be in a state to listen
    while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
    }
}

void ServerProcess::ask(char question, void* reply, std::size_t size) {
    const bool sent = ::send(socket_, &question, 1, MSG_NOSIGNAL) == 1;
    if (!sent || !read_all(socket_, reply, size))
        throw Error("the server process has ended, or does not answer");
}

void ServerProcess::reset_counts() {
    char done = 0;
    ask(ask_reset, &done, sizeof done);
}

ServerCounts ServerProcess::counts() {
    ServerCounts counts;
    ask(ask_counts, &counts, sizeof counts);
    return counts;
}

std::vector<std::string> serve_arguments(const ServerOptions& options) {
    std::vector<std::string> arguments{"--host",      options.host,
                                       "--port",      std::to_string(options.port),
                                       "--latency",   std::to_string(options.latency) + "ns",
                                       "--jitter",    std::to_string(options.jitter) + "ns",
                                       "--fail-rate", std::to_string(options.fail_rate),
                                       "--seed",      std::to_string(options.seed)};
    if (options.max_in_flight > 0) {
        arguments.insert(arguments.end(),
                         {"--max-in-flight", std::to_string(options.max_in_flight), "--when-full",
                          options.when_full == WhenFull::refuse ? "refuse" : "queue"});
    }
    return arguments;
}

asio::awaitable<void> obey_parent(asio::io_context& loop, Server& server, int control) {
    asio::posix::stream_descriptor parent(loop, control);
    UrlMessage url{};
    server.url().copy(url.data(), url.size() - 1);
    asio::error_code error;
    co_await asio::async_write(parent, asio::buffer(url), asio::redirect_error(asio::use_awaitable, error));
    while (!error) {
        char question = 0;
        co_await asio::async_read(parent, asio::buffer(&question, 1),
                                  asio::redirect_error(asio::use_awaitable, error));
        if (error) break;
        if (question == ask_reset) {
            server.reset_counts();
            co_await asio::async_write(parent, asio::buffer(&question, 1),
                                       asio::redirect_error(asio::use_awaitable, error));
        } else {
            const ServerCounts counts = server.counts();
            co_await asio::async_write(parent, asio::buffer(&counts, sizeof counts),
                                       asio::redirect_error(asio::use_awaitable, error));
        }
    }
    loop.stop();
}

}  // namespace overlap::net
