// The judge's Redis: commands are read at once, and answered, in their order, when the scenario says so.
#pragma once

#include <asio/awaitable.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "net/http_server.hpp"
#include "workshop/scenario.hpp"

namespace overlap::workshop {

/// Listens on a free port of 127.0.0.1 from construction on. All on the stage's loop, which outlives it, as
/// the scenario does.
class GateRedis {
  public:
    GateRedis(asio::io_context& loop, Stage& stage, Scenario& scenario);

    /// "127.0.0.1:40123"
    [[nodiscard]] std::string address() const;

    /// Every command, as a request; those that have no reply yet, as if they ended now.
    [[nodiscard]] std::vector<net::Served> seen() const;

    /// Commands that are owed a reply now.
    [[nodiscard]] int owed() const;

    [[nodiscard]] std::int64_t events() const;

    void close();

  private:
    struct Shared;
    struct Connection;
    static asio::awaitable<void> accept(std::shared_ptr<Shared> shared);
    static asio::awaitable<void> read(std::shared_ptr<Shared> shared, std::shared_ptr<Connection> connection);
    static asio::awaitable<void> reply(std::shared_ptr<Shared> shared,
                                       std::shared_ptr<Connection> connection);

    std::shared_ptr<Shared> shared_;
};

}  // namespace overlap::workshop
