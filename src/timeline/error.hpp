// What ends a command.
#pragma once

#include <stdexcept>

namespace overlap {

/// The work could not be done: exit code 1. what() is one sentence: what failed, where, and what to try.
struct Error : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// What was asked for makes no sense: exit code 2. what() names the value at fault and what was expected.
struct UsageError : std::runtime_error {
    using std::runtime_error::runtime_error;
};

}  // namespace overlap
