// What an error says.
#pragma once

#include <string>

namespace overlap::test {

/// What the `ErrorType` that `action` throws says; empty when it throws none.
template <typename ErrorType, typename Action>
std::string error_message(Action action) {
    try {
        action();
    } catch (const ErrorType& error) {
        return error.what();
    }
    return {};
}

}  // namespace overlap::test
