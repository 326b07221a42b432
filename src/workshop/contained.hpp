// A program that is not ours, kept from harming anything but itself: a compiler at a learner's file, or what
// it made of it.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "workshop/limits.hpp"
#include "workshop/stage.hpp"
#include "workshop/verdict.hpp"

namespace overlap::workshop {

struct ContainedCommand {
    std::vector<std::string> words;        ///< the program, looked up in PATH, and its arguments
    std::vector<std::string> environment;  ///< "NAME=value", all of it
    std::filesystem::path folder;          ///< where it is started
    std::filesystem::path scratch;         ///< the one folder below which it may write; it is its TMPDIR too
};

/// What this kernel, and who runs us, let us keep a program in.
struct Isolation {
    bool namespaces = false;  ///< process ids of its own: it sees and signals nobody else, and ends as one
    bool landlock = false;    ///< writes below its scratch folder only

    friend bool operator==(const Isolation&, const Isolation&) = default;
};

/// "process ids of its own, writes to its own folder only", or what there is of it.
std::string words_of(const Isolation& isolation);

/// Tries it.
Isolation isolation_here();

/// The program runs with no right that we do not have, in a session of its own: no terminal, no standard
/// input, no privileges, no core file. All that it starts belongs to it, and ends with it; it ends with us,
/// too. `turn()` must be called about every 10 ms: that is when limits are looked at. One at a time, in a
/// process that has no other children.
class Contained {
  public:
    /// Throws Error when not even a process can be had. A program that cannot be started is data.
    Contained(const ContainedCommand& command, const Limits& limits);
    ~Contained();  ///< ends all of it
    Contained(const Contained&) = delete;
    Contained& operator=(const Contained&) = delete;

    /// Takes its output, looks at its processes, and ends it at a limit. Gives whether it is still there.
    bool turn();

    /// Ends it now.
    void stop(Stopped why);

    /// As of the last turn.
    [[nodiscard]] const ProgramLook& look() const { return look_; }
    [[nodiscard]] Nanoseconds cpu() const { return cpu_; }

    /// How it ended, once turn() gave false.
    [[nodiscard]] const ProgramEnd& end() const { return end_; }

    /// Processes that were there when it had ended, a moment later.
    [[nodiscard]] int left_behind() const { return left_behind_; }

    /// The first 64 KiB of what it printed, standard error included.
    [[nodiscard]] const std::string& output() const { return output_; }

    [[nodiscard]] const Isolation& isolation() const { return isolation_; }

  private:
    struct Tree;
    void start(const ContainedCommand& command);
    void take_output();
    void look_at_processes();
    void check_limits(const Tree& tree);
    void end_all();
    bool ended();

    Limits limits_;
    std::string program_;  ///< as it was named
    Isolation isolation_;
    pid_t keeper_ = -1;  ///< the process between us and the program
    int output_file_ = -1;
    int report_file_ = -1;
    Nanoseconds started_ = 0;
    Nanoseconds next_look_ = 0;
    ProgramLook look_;
    Nanoseconds last_run_ = 0;      ///< time on a CPU of all threads, at the last look
    Nanoseconds asleep_since_ = 0;  ///< the end of the look that first saw it so; 0: it was not, at the last
    Nanoseconds cpu_ = 0;
    std::map<pid_t, Nanoseconds> starved_;  ///< by thread
    std::string output_;
    std::int64_t printed_ = 0;
    int left_behind_ = 0;
    ProgramEnd end_;
};

}  // namespace overlap::workshop
