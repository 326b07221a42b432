// Jobs for the workers of a process pool that is tested, and what steers them from outside.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "concurrency/job.hpp"

namespace overlap::test {

/// In tests, "worker" in front of the program's other arguments makes it a worker with these:
///
/// echo, upper: the argument, in capitals. big: so many bytes. bytes: the length of the argument.
/// throw: a runtime_error with the argument for what(). throw_int: what is no exception.
/// abort, kill, exit: end the worker, by SIGABRT, by SIGKILL, with code 3.
/// count: (i * n) % 7, so many times. spans: two spans, an error and a note.
/// hold: begins, and is done when the gate of that name is opened. kill_once: kills the worker the first
/// time, and is done the second; the argument is a file that it makes. files: what the worker's descriptors
/// are, a line each, those that stay open. status: its /proc/self/status. send: the argument, as it is, to
/// the pool, then waits for ever. start_child: leaves a child running that would hold the worker's files,
/// gives its pid, ends with the gate.
std::span<const Job> test_jobs();

/// Where jobs called "hold" wait. A folder of its own, gone with the scope.
class Gate {
  public:
    Gate();
    ~Gate();
    Gate(const Gate&) = delete;
    Gate& operator=(const Gate&) = delete;

    /// The argument of a job that waits here, under a `name` of its own.
    [[nodiscard]] std::string argument(const std::string& name = "job") const;

    /// Whether the job of that name was begun.
    [[nodiscard]] bool begun(const std::string& name = "job") const;

    /// Jobs that were begun.
    [[nodiscard]] std::size_t begun_count() const;

    /// Lets all pass, also those who come later.
    void open();

    /// A name for a file in the folder.
    [[nodiscard]] std::string file(const std::string& name) const { return folder_ + "/" + name; }

  private:
    std::string folder_;
};

}  // namespace overlap::test
