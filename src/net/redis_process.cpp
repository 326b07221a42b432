#include "net/redis_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <cerrno>
#include <chrono>
#include <cstdlib>

#include "net/redis_client.hpp"
#include "timeline/error.hpp"

extern char** environ;

namespace overlap::net {
namespace {

using clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr auto patience = 10s;  // for the server to answer: it takes some 10 ms
constexpr int attempts = 5;     // to find a free port that stays free until the server has it

std::uint16_t free_port() {
    asio::io_context no_loop;
    const asio::ip::tcp::acceptor acceptor(no_loop, {asio::ip::address_v4::loopback(), 0}, false);
    return acceptor.local_endpoint().port();
}

// An unnamed file for what the server prints: nobody has to empty it meanwhile, and it leaves nothing behind.
class Output {
  public:
    Output() : fd_(::memfd_create("redis-server's output", MFD_CLOEXEC)) {}
    ~Output() { ::close(fd_); }
    Output(const Output&) = delete;
    Output& operator=(const Output&) = delete;

    [[nodiscard]] int fd() const { return fd_; }

    /// The last line that says something.
    [[nodiscard]] std::string last_line() const {
        std::array<char, 4096> buffer;
        const off_t size = ::lseek(fd_, 0, SEEK_END);
        const auto from =
            size > static_cast<off_t>(buffer.size()) ? size - static_cast<off_t>(buffer.size()) : 0;
        const ssize_t count = ::pread(fd_, buffer.data(), buffer.size(), from);
        std::string text(buffer.data(), count > 0 ? static_cast<std::size_t>(count) : 0);
        text.erase(text.find_last_not_of(" \r\n") + 1);
        return text.substr(text.rfind('\n') + 1);
    }

  private:
    int fd_;
};

// What only a child between fork() and exec() can set, with calls that are safe there.
[[noreturn]] void become_server(char* const* argv, int output, pid_t parent) {
    ::setpgid(0, 0);
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(127);  // it died before we could ask to be told
    ::dup2(::open("/dev/null", O_RDONLY | O_CLOEXEC), STDIN_FILENO);
    ::dup2(output, STDOUT_FILENO);
    ::dup2(output, STDERR_FILENO);
    ::closefrom(STDERR_FILENO + 1);
    ::signal(SIGPIPE, SIG_DFL);
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    ::execve(argv[0], argv, environ);
    static constexpr char message[] = "it cannot be executed\n";
    static_cast<void>(::write(STDERR_FILENO, message, sizeof message - 1));
    // Not _exit(): under ThreadSanitizer that writes out what our parent has buffered.
    ::syscall(SYS_exit_group, 127);
    __builtin_unreachable();
}

pid_t start(const std::string& program, const std::vector<std::string>& options, std::uint16_t port,
            int output) {
    std::vector<std::string> arguments{program, "--port", std::to_string(port), "--bind", "127.0.0.1",
                                       "--save", "", "--appendonly", "no", "--daemonize", "no",
                                       "--maxclients", "20000", "--loglevel", "warning",
                                       // Where nothing can be written, whoever asks for it.
                                       "--dir", "/proc"};
    arguments.insert(arguments.end(), options.begin(), options.end());
    std::vector<char*> argv;
    for (std::string& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);
    const pid_t parent = ::getpid();
    const pid_t pid = ::fork();
    if (pid == 0) become_server(argv.data(), output, parent);
    if (pid < 0) throw Error("cannot start '" + program + "': " + message_of(errno));
    return pid;
}

// Waits until the child has ended, for so long at most.
bool ends_within(pid_t pid, std::chrono::milliseconds limit) {
    const int process = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
    pollfd entry{process, POLLIN, 0};
    const int ready = ::poll(&entry, 1, static_cast<int>(limit.count()));
    ::close(process);
    return ready > 0;
}

void end(pid_t pid) {
    ::kill(pid, SIGKILL);  // it has nothing to lose
    while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
    }
}

// Whether it is this process that answers on the port, and not one that took it before.
bool answers(pid_t pid, std::uint16_t port) {
    BlockingRedis redis(resolve({.host = "127.0.0.1", .port = port, .target = ""}),
                        {.connect_timeout = 1s, .timeout = 1s});
    const RedisAnswer answer = redis.command(redis_command({"INFO", "server"}));
    // One that wants a password does not say who it is.
    if (answer.reply.text.starts_with("NOAUTH")) return true;
    return answer.reply.text.find("process_id:" + std::to_string(pid) + "\r") != std::string::npos;
}

}  // namespace

std::optional<std::string> find_program(const std::string& name) {
    const char* const path = std::getenv("PATH");
    std::string_view rest = path != nullptr ? path : "/usr/local/bin:/usr/bin:/bin";
    for (;;) {
        const std::string_view folder = rest.substr(0, rest.find(':'));
        const std::string program = (folder.empty() ? "." : std::string(folder)) + "/" + name;
        if (::access(program.c_str(), X_OK) == 0) return program;
        if (folder.size() == rest.size()) return std::nullopt;
        rest.remove_prefix(folder.size() + 1);
    }
}

RedisProcess::RedisProcess(const std::string& program, const std::vector<std::string>& options) {
    std::string last_words;
    for (int attempt = 0; attempt < attempts; ++attempt) {
        const Output output;
        port_ = free_port();
        pid_ = start(program, options, port_, output.fd());
        const clock::time_point deadline = clock::now() + patience;
        do {
            if (answers(pid_, port_)) return;
        } while (!ends_within(pid_, 1ms) && clock::now() < deadline);
        end(pid_);
        last_words = output.last_line();
        if (clock::now() >= deadline) break;
    }
    throw Error("'" + program +
                "' does not start: " + (last_words.empty() ? "it gave no answer and no reason" : last_words) +
                "; try it by hand, or give the address of a running one with --redis HOST:PORT");
}

RedisProcess::~RedisProcess() { end(pid_); }

}  // namespace overlap::net
