#include "net/blocking_wait.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>

namespace overlap::net {

using clock = std::chrono::steady_clock;

asio::error_code wait_ready(int fd, short events, clock::time_point deadline) {
    for (;;) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - clock::now()).count();
        if (left <= 0) return asio::error::timed_out;
        pollfd entry{fd, events, 0};
        const int ready = ::poll(&entry, 1, static_cast<int>(std::min<std::int64_t>(left, 60'000)));
        if (ready > 0) return {};
        if (ready < 0 && errno != EINTR) return {errno, asio::error::get_system_category()};
    }
}

asio::error_code wait_connected(int fd, clock::time_point deadline) {
    if (const asio::error_code error = wait_ready(fd, POLLOUT, deadline)) return error;
    int result = 0;
    socklen_t size = sizeof result;
    ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &result, &size);
    return {result, asio::error::get_system_category()};
}

void HangUp::operator()() const { ::shutdown(fd, SHUT_RDWR); }

}  // namespace overlap::net
