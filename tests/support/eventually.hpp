// Waiting for what another thread or process is about to do.
#pragma once

#include <chrono>
#include <thread>

namespace overlap::test {

/// Asks until `condition` holds. Gives false after 20 s: a limit against hangs, not a measurement.
template <typename Condition>
bool eventually(Condition condition) {
    const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!condition()) {
        if (std::chrono::steady_clock::now() > limit) return false;
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return true;
}

}  // namespace overlap::test
