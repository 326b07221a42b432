// The stand-in for Redis where none is installed: the commands of RedisStore over real sockets, in
// coroutines.
#pragma once

#include <asio/awaitable.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "net/redis_store.hpp"
#include "timeline/run.hpp"

namespace overlap::net {

struct StandInOptions {
    std::uint16_t port = 0;                      ///< of 127.0.0.1; 0: any free one
    std::size_t most_command = 1024 * 1024;      ///< bytes of one command
    std::size_t most_stored = 64 * 1024 * 1024;  ///< bytes of all keys and values
};

/// Listens from construction on; answers once start() was called, on the loop it was given. All calls on that
/// loop's thread.
class RedisStandIn {
  public:
    /// Throws Error when the port cannot be listened on.
    RedisStandIn(asio::io_context& loop, StandInOptions options);

    void start();

    /// "127.0.0.1:40123"
    [[nodiscard]] std::string address() const;

    /// Commands as requests, and connections, since the start or the last reset_counts().
    [[nodiscard]] ServerCounts counts() const;
    void reset_counts();

  private:
    struct Shared;  ///< with the coroutines of the clients, which a stopped loop destroys after us
    static asio::awaitable<void> accept(std::shared_ptr<Shared> shared);
    static asio::awaitable<void> converse(std::shared_ptr<Shared> shared, asio::ip::tcp::socket socket);

    asio::io_context& loop_;
    std::shared_ptr<Shared> shared_;
};

}  // namespace overlap::net
