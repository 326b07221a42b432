// What was sent and lies in the kernel: the program it is for has not read it.
#pragma once

#include <asio/ip/tcp.hpp>
#include <cstdint>

namespace overlap::net {

/// The ports of a connection over the loopback interface for IPv4; zeros where there is none.
struct Ends {
    std::uint16_t here = 0;
    std::uint16_t there = 0;
};
Ends ends_of(const asio::ip::tcp::socket& socket);

/// Bytes that have come to the socket at the far end and that nobody has read there: its receive queue, as
/// sock_diag(7) tells. An end of the connection that was not noticed counts as one. 0 where the kernel does
/// not tell (it is built without INET_DIAG), or that socket has been closed. For one thread of a process.
std::int64_t unread_there(const Ends& ends);

/// Bytes sent on a connection that the program at its far end has not read: those and our send queue. How
/// many the kernel takes for a program that does not read grows up to tcp_rmem (tcp(7)). What has come but is
/// not acknowledged yet, for up to 200 ms, counts twice.
std::int64_t unread(asio::ip::tcp::socket& socket);

}  // namespace overlap::net
