#include "support/process.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <set>
#include <stdexcept>
#include <string_view>
#include <system_error>

#include "support/eventually.hpp"
#include "support/machine_use.hpp"

extern char** environ;

namespace overlap::test {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds patience{20};

int check(int result, const char* what) {
    if (result < 0) throw std::system_error(errno, std::generic_category(), what);
    return result;
}

void close_if_open(int& file) {
    if (file >= 0) ::close(file);
    file = -1;
}

// Of reading what another process writes: our end does not block.
struct Pipe {
    int ours = -1;
    int theirs = -1;
};

Pipe make_pipe() {
    std::array<int, 2> ends{};
    check(::pipe2(ends.data(), O_CLOEXEC), "pipe2");
    check(::fcntl(ends[0], F_SETFL, O_NONBLOCK), "fcntl");
    return {ends[0], ends[1]};
}

// A socket, since a pipe whose reader has left would end us by SIGPIPE.
Pipe make_input() {
    std::array<int, 2> ends{};
    check(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), "socketpair");
    check(::fcntl(ends[0], F_SETFL, O_NONBLOCK), "fcntl");
    return {ends[0], ends[1]};
}

struct Terminal {
    int ours = -1;
    int theirs = -1;
    std::string name;
};

// Without echo, and without "\n" becoming "\r\n" on its way: what comes out is what was written.
Terminal open_terminal(int columns) {
    Terminal terminal;
    terminal.ours = check(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK), "posix_openpt");
    check(::grantpt(terminal.ours), "grantpt");
    check(::unlockpt(terminal.ours), "unlockpt");
    std::array<char, 64> name{};
    if (::ptsname_r(terminal.ours, name.data(), name.size()) != 0) throw std::runtime_error("ptsname_r");
    terminal.name = name.data();
    terminal.theirs = check(::open(name.data(), O_RDWR | O_NOCTTY | O_CLOEXEC), "open");
    termios modes{};
    check(::tcgetattr(terminal.theirs, &modes), "tcgetattr");
    modes.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    modes.c_oflag &= ~static_cast<tcflag_t>(OPOST);
    check(::tcsetattr(terminal.theirs, TCSANOW, &modes), "tcsetattr");
    winsize size{};
    size.ws_row = 50;
    size.ws_col = static_cast<unsigned short>(columns);
    check(::ioctl(terminal.theirs, TIOCSWINSZ, &size), "ioctl");
    return terminal;
}

std::string name_in(const std::string& assignment) { return assignment.substr(0, assignment.find('=')); }

// To look for leaks takes half the time of a short run under AddressSanitizer: once for each set of options
// that a suite gives to a command.
bool leaks_were_looked_for(const std::vector<std::string>& arguments) {
    std::string what = arguments.empty() ? "" : arguments.front();
    for (const std::string& word : arguments) {
        if (word.starts_with("--")) what += " " + name_in(word);
    }
    static std::mutex mutex;
    static std::set<std::string> seen;
    const std::lock_guard lock(mutex);
    return !seen.insert(what).second;
}

std::vector<std::string> environment_with(std::vector<std::string> given) {
    std::vector<std::string> left_out{"COLUMNS", "LINES", "NO_COLOR", "CLICOLOR_FORCE", "CLICOLOR", "TERM"};
    for (const std::string& assignment : given) left_out.push_back(name_in(assignment));
    const auto is_term = [](const std::string& assignment) { return name_in(assignment) == "TERM"; };
    if (std::none_of(given.begin(), given.end(), is_term)) given.emplace_back("TERM=xterm");
    for (char** inherited = environ; *inherited != nullptr; ++inherited) {
        const std::string assignment = *inherited;
        const bool out = std::find(left_out.begin(), left_out.end(), name_in(assignment)) != left_out.end();
        if (!out) given.push_back(assignment);
    }
    return given;
}

std::vector<char*> pointers_to(const std::vector<std::string>& words) {
    std::vector<char*> pointers;
    for (const std::string& word : words) pointers.push_back(const_cast<char*>(word.c_str()));
    pointers.push_back(nullptr);
    return pointers;
}

// posix_spawn(3)'s two records, ended with the scope.
struct SpawnPlan {
    SpawnPlan() {
        ::posix_spawn_file_actions_init(&files);
        ::posix_spawnattr_init(&attributes);
        sigset_t none;
        ::sigemptyset(&none);
        ::posix_spawnattr_setsigmask(&attributes, &none);
        // Whoever started the tests may have had them ignored: `nohup`, or `&` in a script.
        sigset_t usual;
        ::sigemptyset(&usual);
        for (const int number : {SIGINT, SIGTERM, SIGPIPE, SIGHUP, SIGQUIT}) ::sigaddset(&usual, number);
        ::posix_spawnattr_setsigdefault(&attributes, &usual);
    }
    ~SpawnPlan() {
        ::posix_spawn_file_actions_destroy(&files);
        ::posix_spawnattr_destroy(&attributes);
    }
    SpawnPlan(const SpawnPlan&) = delete;
    SpawnPlan& operator=(const SpawnPlan&) = delete;

    pid_t start(const std::vector<std::string>& command, const std::vector<std::string>& environment,
                int flags) {
        flags |= POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
        ::posix_spawnattr_setflags(&attributes, static_cast<short>(flags));
        pid_t pid = -1;
        const int error = ::posix_spawnp(&pid, command.front().c_str(), &files, &attributes,
                                         pointers_to(command).data(), pointers_to(environment).data());
        if (error != 0)
            throw std::system_error(error, std::generic_category(), "cannot start " + command.front());
        return pid;
    }

    posix_spawn_file_actions_t files{};
    posix_spawnattr_t attributes{};
};

// Appends what there is; closes the file at its end. True when something came.
bool read_into(int& file, std::string& text) {
    std::array<char, 64 * 1024> buffer;
    const ssize_t count = ::read(file, buffer.data(), buffer.size());
    if (count > 0) {
        text.append(buffer.data(), static_cast<std::size_t>(count));
        return true;
    }
    // A terminal that nobody holds any more reads EIO.
    if (count == 0 || (errno != EAGAIN && errno != EINTR)) close_if_open(file);
    return false;
}

// The state and the parent in /proc/PID/stat: "42 (a (name)) S 1 ...".
struct Status {
    char state = 'X';
    pid_t parent = -1;
};

Status status_of(const std::string& pid) {
    // Not read_file(), which throws when the process ends between being opened and being read.
    std::ifstream file("/proc/" + pid + "/stat");
    std::string text;
    std::getline(file, text);
    const std::size_t name_end = text.rfind(") ");
    if (name_end == std::string::npos || name_end + 4 >= text.size()) return {};
    Status status{.state = text[name_end + 2]};
    std::from_chars(text.data() + name_end + 4, text.data() + text.size(), status.parent);
    return status;
}

bool has_ended(const Status& status) { return status.state == 'Z' || status.state == 'X'; }

}  // namespace

Process::Process(const Launch& launch) : input_(launch.input) {
    std::vector<std::string> command = launch.wrapper;
    command.emplace_back(OVERLAP_BINARY);
    command.insert(command.end(), launch.arguments.begin(), launch.arguments.end());
    for (const std::string& word : command) arguments_ += (arguments_.empty() ? "" : " ") + word;
    std::vector<std::string> given = launch.environment;
    if (sanitized && leaks_were_looked_for(launch.arguments)) {
        const char* const inherited = std::getenv("ASAN_OPTIONS");
        given.push_back("ASAN_OPTIONS=" + std::string(inherited == nullptr ? "" : inherited) +
                        ":detect_leaks=0");
    }
    const std::vector<std::string> environment = environment_with(std::move(given));

    SpawnPlan plan;
    if (launch.terminal) {
        Terminal terminal = open_terminal(launch.columns);
        // Opened by the leader of a new session, it becomes that session's controlling terminal: Ctrl-C
        // works.
        ::posix_spawn_file_actions_addopen(&plan.files, STDIN_FILENO, terminal.name.c_str(), O_RDWR, 0);
        ::posix_spawn_file_actions_adddup2(&plan.files, STDIN_FILENO, STDOUT_FILENO);
        ::posix_spawn_file_actions_adddup2(&plan.files, STDIN_FILENO, STDERR_FILENO);
        out_ = terminal.ours;
        pid_ = plan.start(command, environment, POSIX_SPAWN_SETSID);
        close_if_open(terminal.theirs);
        return;
    }
    Pipe input;
    if (input_.empty()) {
        ::posix_spawn_file_actions_addopen(&plan.files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    } else {
        input = make_input();
        ::posix_spawn_file_actions_adddup2(&plan.files, input.theirs, STDIN_FILENO);
    }
    Pipe output = make_pipe();
    Pipe errors = make_pipe();
    ::posix_spawn_file_actions_adddup2(&plan.files, output.theirs, STDOUT_FILENO);
    ::posix_spawn_file_actions_adddup2(&plan.files, errors.theirs, STDERR_FILENO);
    in_ = input.ours;
    out_ = output.ours;
    err_ = errors.ours;
    pid_ = plan.start(command, environment, 0);
    close_if_open(input.theirs);
    close_if_open(output.theirs);
    close_if_open(errors.theirs);
}

Process::~Process() {
    kill_and_reap();
    close_if_open(in_);
    close_if_open(out_);
    close_if_open(err_);
}

void Process::kill_and_reap() {
    if (pid_ < 0) return;
    ::kill(pid_, SIGKILL);
    while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
    }
    pid_ = -1;
}

void Process::signal(int number) const {
    REQUIRE(pid_ > 0);
    check(::kill(pid_, number), "kill");
}

void Process::type(const std::string& keys) {
    if (::write(out_, keys.data(), keys.size()) != static_cast<ssize_t>(keys.size())) FAIL("cannot type");
}

// Moves what can be moved, waiting for it up to `timeout_ms`. True when something was read.
bool Process::read_some(int timeout_ms) {
    std::array<pollfd, 3> files{{{in_, POLLOUT, 0}, {out_, POLLIN, 0}, {err_, POLLIN, 0}}};
    if (in_ < 0 && out_ < 0 && err_ < 0) timeout_ms = std::min(timeout_ms, 1);
    if (::poll(files.data(), files.size(), timeout_ms) <= 0) return false;
    if (in_ >= 0 && files[0].revents != 0) {
        const ssize_t count = ::send(in_, input_.data(), input_.size(), MSG_NOSIGNAL);
        if (count > 0) input_.erase(0, static_cast<std::size_t>(count));
        const bool refused = count < 0 && errno != EAGAIN && errno != EINTR;
        if (refused || input_.empty()) close_if_open(in_);
    }
    bool read = false;
    if (out_ >= 0 && files[1].revents != 0) read = read_into(out_, ended_.out) || read;
    if (err_ >= 0 && files[2].revents != 0) read = read_into(err_, ended_.err) || read;
    return read;
}

std::string Process::read_until(const std::string& text) { return read_until(text, out_, ended_.out); }

std::string Process::read_errors_until(const std::string& text) { return read_until(text, err_, ended_.err); }

std::string Process::read_until(const std::string& text, const int& file, const std::string& read) {
    const auto deadline = Clock::now() + patience;
    while (read.find(text) == std::string::npos) {
        if (file < 0 || Clock::now() > deadline) {
            FAIL(arguments_ << ": did not print '" << text << "' but: " << ended_.out << ended_.err);
        }
        read_some(20);
    }
    return read;
}

void Process::close_output() { close_if_open(out_); }

Ended Process::wait(std::chrono::seconds limit) {
    const auto deadline = Clock::now() + limit;
    int status = 0;
    while (pid_ >= 0 || out_ >= 0 || err_ >= 0) {
        read_some(20);
        if (pid_ >= 0 && ::waitpid(pid_, &status, WNOHANG) == pid_) pid_ = -1;
        if (Clock::now() <= deadline) continue;
        const bool hung = pid_ >= 0;
        kill_and_reap();
        const std::string why = hung ? "hung" : "left a process behind that holds its output";
        FAIL(arguments_ << ": " << why << ". It had printed:\n" << ended_.out << ended_.err);
    }
    if (WIFEXITED(status)) ended_.code = WEXITSTATUS(status);
    if (WIFSIGNALED(status)) ended_.signal = WTERMSIG(status);
    return std::move(ended_);
}

Ended run(const std::vector<std::string>& arguments, const std::vector<std::string>& environment) {
    return run(Launch{.arguments = arguments, .environment = environment});
}

Ended run(const Launch& launch) { return Process(launch).wait(); }

std::vector<pid_t> children_of(pid_t parent) {
    std::vector<pid_t> children;
    // A process that ends while we look is no error.
    for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
        const std::string name = entry.path().filename();
        pid_t pid = -1;
        const auto [rest, error] = std::from_chars(name.data(), name.data() + name.size(), pid);
        if (error != std::errc() || rest != name.data() + name.size()) continue;
        const Status status = status_of(name);
        if (status.parent == parent && !has_ended(status)) children.push_back(pid);
    }
    return children;
}

bool is_gone(pid_t pid) { return ::kill(pid, 0) == -1 && errno == ESRCH; }

bool is_alive(pid_t pid) { return !has_ended(status_of(std::to_string(pid))); }

bool ends_soon(pid_t pid) {
    return eventually([pid] { return !is_alive(pid); });
}

}  // namespace overlap::test
