// The judge's HTTP server. What it answers, and above all when, is the scenario's to say, in coroutines.
#pragma once

#include <asio/awaitable.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "net/http_server.hpp"
#include "net/unread.hpp"
#include "workshop/stage.hpp"

namespace overlap::workshop {

/// A request that has been read, and the answer it is owed.
class Exchange {
  public:
    struct Connection;
    Exchange(Stage& stage, std::shared_ptr<Connection> connection, std::string target);

    [[nodiscard]] const std::string& path() const { return path_; }  ///< "/call/fig"

    /// The rest of the path behind `prefix`; none where it begins otherwise.
    [[nodiscard]] std::optional<std::string> behind(std::string_view prefix) const;

    /// A value of the query ("?key=fig"); none where it is not there.
    [[nodiscard]] std::optional<std::string> query(std::string_view name) const;

    /// Numbered from 1 in the order they were accepted.
    [[nodiscard]] std::int64_t connection() const;
    [[nodiscard]] net::Ends ends() const;

    /// Whether the client has left before its answer.
    [[nodiscard]] bool hung_up() const;

    /// Waits until `ready()`; gives false when the client left before.
    asio::awaitable<bool> until(std::function<bool()> ready);

    /// Sends the whole answer, as text. Gives false when the client has left.
    asio::awaitable<bool> answer(int status, std::string body);

    /// The same part by part: `begin()`, parts, `end()`. A part is over when the kernel has taken it, which
    /// it does only while the client reads.
    asio::awaitable<bool> begin();
    asio::awaitable<bool> part(std::string bytes);
    asio::awaitable<bool> end();

    /// Bytes of the answer, or of its parts, that the kernel has taken.
    [[nodiscard]] std::int64_t taken() const { return taken_; }

    /// Bytes of parts that the client has read; the kernel holds the others for it.
    [[nodiscard]] std::int64_t read() const;

    [[nodiscard]] bool answered() const { return status_ != 0; }
    [[nodiscard]] int status() const { return status_; }

  private:
    asio::awaitable<bool> write(std::string bytes, bool last);

    Stage& stage_;
    std::shared_ptr<Connection> connection_;
    std::string path_;
    std::string query_;
    int status_ = 0;
    std::int64_t taken_ = 0;
};

/// Called for each request; when it returns without an answer the connection is closed.
using Serve = std::function<asio::awaitable<void>(Exchange&)>;

/// Listens on a free port of 127.0.0.1 from construction on. All on the stage's loop, which outlives it.
class GateServer {
  public:
    GateServer(asio::io_context& loop, Stage& stage, Serve serve);

    /// "http://127.0.0.1:40123"
    [[nodiscard]] std::string url() const;

    /// Every request, in the order they ended; those that have not ended, as if they did now.
    [[nodiscard]] std::vector<net::Served> seen() const;

    /// Requests that are owed an answer now.
    [[nodiscard]] int owed() const;

    /// How often anything came from a client: connections, requests, hang-ups.
    [[nodiscard]] std::int64_t events() const;

    /// Closes everything.
    void close();

  private:
    struct Shared;
    static asio::awaitable<void> accept(std::shared_ptr<Shared> shared);
    static asio::awaitable<void> converse(std::shared_ptr<Shared> shared,
                                          std::shared_ptr<Exchange::Connection> connection);
    static void watch_hangup(const std::shared_ptr<Shared>& shared,
                             const std::shared_ptr<Exchange::Connection>& connection);

    std::shared_ptr<Shared> shared_;
};

}  // namespace overlap::workshop
