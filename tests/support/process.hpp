// Running the real binary, piped or on a terminal of its own, and looking at what it does.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <string>
#include <vector>

namespace overlap::test {

/// What a program left behind.
struct Ended {
    int code = -1;    ///< exit code; -1 when a signal ended it
    int signal = 0;   ///< the signal that ended it, or 0
    std::string out;  ///< standard output
    std::string err;  ///< standard error; on a terminal both are in `out`
};

struct Launch {
    std::vector<std::string> arguments = {};
    std::vector<std::string> environment =
        {};                  ///< "NAME=value"; COLUMNS, NO_COLOR and the like are not inherited
    std::string input = {};  ///< standard input, given to it once we read or wait
    bool terminal = false;   ///< on a pseudo-terminal of its own instead
    int columns = 80;        ///< of that terminal
    std::vector<std::string> wrapper = {};  ///< a command to run it under: {"prlimit", "--nofile=100"}
};

/// A program under way. Killed, by its id, if it is not awaited.
class Process {
  public:
    explicit Process(const Launch& launch);
    ~Process();
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;

    [[nodiscard]] pid_t pid() const { return pid_; }
    void signal(int number) const;

    /// Types on its terminal: "\x03" is Ctrl-C.
    void type(const std::string& keys);

    /// Reads standard output until it holds `text`; gives all that was read. Fails the test after 20 s.
    std::string read_until(const std::string& text);

    /// The same with standard error.
    std::string read_errors_until(const std::string& text);

    /// Closes our end of its standard output, as `head` would.
    void close_output();

    /// Waits for its end, and for that of everything that holds its output. Fails the test when that has not
    /// come after `limit`, which is for hangs: not a measurement.
    Ended wait(std::chrono::seconds limit = std::chrono::seconds(60));

  private:
    bool read_some(int timeout_ms);
    std::string read_until(const std::string& text, const int& file, const std::string& read);
    void kill_and_reap();

    pid_t pid_ = -1;  ///< -1 once it has been awaited
    int in_ = -1;
    int out_ = -1;  ///< with a terminal, its controlling end
    int err_ = -1;
    std::string input_;  ///< what it has not taken yet
    std::string arguments_;
    Ended ended_;
};

/// Starts the overlap binary of this build and waits for its end.
Ended run(const std::vector<std::string>& arguments, const std::vector<std::string>& environment = {});
Ended run(const Launch& launch);

/// Children of a process that have not ended.
std::vector<pid_t> children_of(pid_t parent);

/// Whether there is no such process, not even one that nobody has waited for.
bool is_gone(pid_t pid);

/// Whether the process is there and has not ended.
bool is_alive(pid_t pid);

/// Whether the process ends within 20 s.
bool ends_soon(pid_t pid);

}  // namespace overlap::test
