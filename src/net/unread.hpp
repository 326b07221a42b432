// What was sent and lies in the kernel: the program it is for has not read it.
#pragma once

#include <asio/ip/tcp.hpp>
#include <cstdint>

namespace overlap::net {

/// The two ports of a connection within this machine; 0 when there was none.
struct Ends {
    std::uint16_t here = 0;
    std::uint16_t there = 0;
};
Ends ends_of(const asio::ip::tcp::socket& socket);

/// Bytes that were sent from here and not read there. The kernel holds them on both sides (tx_queue and
/// rx_queue in /proc/net/tcp); how many it takes for a program that does not read grows up to tcp_rmem
/// (tcp(7)).
struct Unread {
    std::int64_t here = 0;   ///< not acknowledged: for up to 200 ms also what has come
    std::int64_t there = 0;  ///< has come; an end of the connection that was not noticed counts as one
};

/// Zeros where the kernel does not tell, or both ends have been closed.
Unread unread(const Ends& ends);

}  // namespace overlap::net
