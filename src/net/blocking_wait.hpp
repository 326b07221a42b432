// What the blocking clients wait with: sockets are non-blocking, and where an operation would block, the
// thread is held here until the socket is ready, time is up or a stop hangs up.
#pragma once

#include <asio/error.hpp>
#include <chrono>
#include <stop_token>

namespace overlap::net {

/// Holds the thread until poll(2) finds one of `events` (POLLIN, POLLOUT) on the socket. Gives timed_out when
/// that has not come by the deadline.
asio::error_code wait_ready(int fd, short events, std::chrono::steady_clock::time_point deadline);

/// The same until a connect(2) under way has ended. Gives what came of it.
asio::error_code wait_connected(int fd, std::chrono::steady_clock::time_point deadline);

/// Ends whatever a thread waits for on this socket: poll(2) hears shutdown(2), also while connecting.
struct HangUp {
    int fd;
    void operator()() const;
};

/// Hangs up on a stop, as long as this lives: no longer than the socket is open.
using HangUpOnStop = std::stop_callback<HangUp>;

}  // namespace overlap::net
