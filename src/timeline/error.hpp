// What ends a command.
#pragma once

#include <stdexcept>
#include <string>
#include <system_error>

namespace overlap {

/// What an error number of the system means: "No such file or directory".
inline std::string message_of(int error) { return std::generic_category().message(error); }

/// The work could not be done: exit code 1. what() is one sentence: what failed, where, and what to try.
struct Error : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// Ctrl-C, or SIGTERM, ended it: exit code 130, and nothing to be said.
struct Interrupted : Error {
    Interrupted() : Error("interrupted") {}
};

/// What was asked for makes no sense: exit code 2. what() names the value at fault and what was expected.
struct UsageError : std::runtime_error {
    using std::runtime_error::runtime_error;
};

}  // namespace overlap
