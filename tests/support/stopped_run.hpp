// A run that is stopped in the middle, as by Ctrl-C.
#pragma once

#include <atomic>
#include <stop_token>
#include <thread>

#include "demo/runner.hpp"

namespace overlap::test {

/// Runs the demo and requests a stop as soon as one of its tasks is in flight.
inline Run run_stopped(const Demo& demo, RunOptions options) {
    std::stop_source stop;
    options.stop = stop.get_token();
    std::jthread stopper;
    options.observer.way_begins = [&](const Variant&, int, int, const std::atomic<int>& started) {
        stopper = std::jthread([&stop, &started] {
            while (started == 0) std::this_thread::yield();
            stop.request_stop();
        });
    };
    return run_demo(demo, options);
}

}  // namespace overlap::test
