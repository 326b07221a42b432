// What was sent and lies in the kernel: the program it is for has not read it.
#pragma once

#include <asio/ip/tcp.hpp>
#include <cstdint>

namespace overlap::net {

/// Bytes sent on a connection within this machine that the program at its other end has not read. The kernel
/// holds them on both sides, tx_queue and rx_queue in /proc/net/tcp; how many it takes for a program that does
/// not read grows up to tcp_rmem (tcp(7)). What has come but is not acknowledged yet, for up to 200 ms, counts
/// twice. 0 where it does not tell, or the connection has ended.
std::int64_t unread(const asio::ip::tcp::socket& socket);

}  // namespace overlap::net
