// Distance for loopback connections: a TCP proxy that delays bytes, in both directions, and connecting too.
#pragma once

#include <asio/awaitable.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "net/url.hpp"
#include "timeline/timeline.hpp"

namespace overlap::net {

struct ProxyOptions {
    std::string host = "127.0.0.1";
    std::uint16_t port = 0;  ///< 0: any free one
    Url to;                  ///< where all connections lead; its path means nothing
    Nanoseconds rtt = 0;     ///< the round trip to add
    /// Be a forward proxy: a client says `CONNECT host:port` (RFC 9110, section 9.3.6) and is answered one
    /// round trip later, so that it sees how long opening a connection takes. Only `to` can be asked for.
    bool tunnel = false;
    /// Bytes under way in one direction of a connection, at most. Above it the proxy stops reading, and TCP
    /// holds the sender back.
    std::size_t window = 1024 * 1024;
};

struct ProxyCounts {
    std::int64_t connections = 0;  ///< accepted
    std::int64_t open = 0;         ///< at this moment
    std::int64_t peak_open = 0;
    std::int64_t turned_away = 0;  ///< with --tunnel: asked for nothing, or for another server than `to`
    std::int64_t unreachable = 0;  ///< to which `to` could not be reached
    std::int64_t bytes_there = 0;  ///< handed on to `to`
    std::int64_t bytes_back = 0;   ///< handed on to clients
    std::int64_t peak_held = 0;    ///< bytes under way in one direction of one connection

    friend bool operator==(const ProxyCounts&, const ProxyCounts&) = default;
};

struct ProxyState;

/// Listens from construction on; passes connections on once start() was called, on the loop it was given. All
/// calls on that loop's thread.
///
/// Each piece of what one end sent reaches the other half a round trip after it came, in order; ends and
/// resets of a connection travel in the same way. connect(2) to this machine returns at once, but what is
/// sent at once waits, as it would for a real handshake: the first reply comes two round trips after
/// connect() was called.
class DelayProxy {
  public:
    /// Throws Error when the address cannot be listened on, or the host of `to` not be found.
    DelayProxy(asio::io_context& loop, ProxyOptions options);

    void start();

    [[nodiscard]] asio::ip::tcp::endpoint endpoint() const { return acceptor_.local_endpoint(); }

    /// "127.0.0.1:40123"
    [[nodiscard]] std::string address() const;

    /// What was counted since the start or the last reset_counts().
    [[nodiscard]] ProxyCounts counts() const;
    void reset_counts();

  private:
    asio::awaitable<void> accept();

    asio::io_context& loop_;
    asio::ip::tcp::acceptor acceptor_;
    std::shared_ptr<ProxyState> state_;  ///< shared with the connections, which may outlive us
};

}  // namespace overlap::net
