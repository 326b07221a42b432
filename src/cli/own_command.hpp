// Running one of our own commands in a process of its own, and taking what it prints.
#pragma once

#include <stop_token>
#include <string>
#include <vector>

namespace overlap {

struct OwnOutput {
    std::string out;  ///< standard output; standard error is ours
    int status = 0;   ///< of wait(2)
};

/// `words`: behind "overlap". `environment`: "NAME=value", in place of ours or beside it. It reads nothing,
/// and Ctrl-C in the terminal does not reach it; `stop` becomes its SIGINT. It is told to end when the thread
/// that called this ends, as with its process. Throws Error when it cannot be started.
OwnOutput run_own_command(const std::vector<std::string>& words, const std::vector<std::string>& environment,
                          const std::stop_token& stop);

}  // namespace overlap
