// A program that is not ours: started, watched to its end, its signals passed on.
#pragma once

#include <csignal>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "timeline/error.hpp"
#include "timeline/timeline.hpp"

namespace overlap {

/// A command could not be started. `code`: 127 when there is no such program, 126 when it cannot be run, as
/// shells and env(1) have it.
struct CannotStart : Error {
    CannotStart(const std::string& message, int exit_code) : Error(message), code(exit_code) {}
    int code;
};

/// How a command ended.
struct CommandEnd {
    int exit_code = 0;
    int signal = 0;            ///< that ended it; 0 when it ended by itself
    bool timed_out = false;    ///< it outlived its timeout and was told to end
    bool interrupted = false;  ///< we were told to end meanwhile
    Nanoseconds took = 0;      ///< from its start to its end
    Nanoseconds cpu = 0;       ///< of it and of those of its children that it waited for
    std::int64_t voluntary_switches = 0;
    std::int64_t involuntary_switches = 0;
    std::int64_t block_reads = 0;  ///< from disk, of 512 bytes each; cpu's processes
    std::int64_t block_writes = 0;
};

/// Looks at the processes of a command while it runs, from the one with that id down. Called at once, again
/// when the time it gives has passed, and when the command has ended but its last numbers can still be read.
using Look = std::function<Nanoseconds(int pid)>;

/// Holds back the signals that Command::wait() waits for. Create it before any thread, so that all inherit
/// it.
class HeldSignals {
  public:
    HeldSignals();
    ~HeldSignals();
    HeldSignals(const HeldSignals&) = delete;
    HeldSignals& operator=(const HeldSignals&) = delete;

    [[nodiscard]] const sigset_t& before() const { return before_; }  ///< what was held back already
    [[nodiscard]] const sigset_t& held() const { return held_; }

  private:
    sigset_t held_{};
    sigset_t before_{};
};

/// A command under way, with our standard streams, our process group and our open files: those that others
/// gave us, as ours close by themselves.
class Command {
  public:
    /// `words`: the program, looked up in PATH, and its arguments. `environment`: "NAME=value", all of it.
    /// Throws CannotStart.
    Command(const std::vector<std::string>& words, const std::vector<std::string>& environment,
            const HeldSignals& signals);
    ~Command();  ///< kills it when it was not awaited
    Command(const Command&) = delete;
    Command& operator=(const Command&) = delete;

    /// When it was started, on CLOCK_MONOTONIC.
    [[nodiscard]] Nanoseconds started() const { return started_; }

    /// Waits for its end. SIGINT and SIGTERM are passed on to it, unless the terminal has told it already; a
    /// second one kills it, and what it started. After `timeout` it gets SIGTERM, and `grace` later SIGKILL.
    /// `timeout` 0: none.
    CommandEnd wait(Nanoseconds timeout, Nanoseconds grace, const Look& look = nullptr);

  private:
    [[nodiscard]] bool ended(CommandEnd& end, const Look& look);
    void tell(int signal) const;
    void end_left_behind(Nanoseconds grace) const;

    const HeldSignals& signals_;
    int pid_ = -1;  ///< -1 once it was awaited
    Nanoseconds started_ = 0;
};

/// Our own environment, as it is.
std::vector<std::string> our_environment();

/// The environment for a command that is to call `url`: ours, with OVERLAP_URL, and with 127.0.0.1 among what
/// is not asked of a proxy.
std::vector<std::string> environment_with(const std::string& url);

/// `words` with `url` in place of each "{url}".
std::vector<std::string> words_with(const std::vector<std::string>& words, const std::string& url);

/// As it could be typed: words with blanks and the like are quoted.
std::string command_line(const std::vector<std::string>& words);

}  // namespace overlap
