// Listening on an address of this machine.
#pragma once

#include <asio/ip/tcp.hpp>
#include <cstdint>
#include <string>

namespace overlap::net {

/// Opens `acceptor` on `host`, an IP address, and `port`; 0: any free one. Throws UsageError when `host` is
/// no address, Error when it cannot be listened on.
void listen_on(asio::ip::tcp::acceptor& acceptor, const std::string& host, std::uint16_t port);

/// "127.0.0.1:40123", "[::1]:40123"
std::string authority_of(const asio::ip::tcp::endpoint& endpoint);

}  // namespace overlap::net
