// Listening on an address of this machine.
#pragma once

#include <asio/awaitable.hpp>
#include <asio/ip/tcp.hpp>
#include <cstdint>
#include <optional>
#include <string>

namespace overlap::net {

/// Opens `acceptor` on `host`, an IP address, and `port`; 0: any free one. Throws UsageError when `host` is
/// no address, Error when it cannot be listened on.
void listen_on(asio::ip::tcp::acceptor& acceptor, const std::string& host, std::uint16_t port);

/// The next connection that comes, with Nagle's delay switched off; none once `acceptor` was closed. Where
/// nothing can be accepted for now, it waits: whoever gave up would leave every later client hanging.
asio::awaitable<std::optional<asio::ip::tcp::socket>> next_connection(asio::ip::tcp::acceptor& acceptor);

/// "127.0.0.1:40123", "[::1]:40123"
std::string authority_of(const asio::ip::tcp::endpoint& endpoint);

}  // namespace overlap::net
