// One HTTP/1.1 client in two halves, the same steps in each: http_client_blocking.cpp holds its thread while
// it waits, http_client_async.cpp suspends its coroutine. Lay them side by side.
#pragma once

#include <asio/any_io_executor.hpp>
#include <asio/awaitable.hpp>
#include <asio/ip/tcp.hpp>
#include <chrono>
#include <cstddef>
#include <mutex>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "net/http_message.hpp"
#include "net/url.hpp"

namespace overlap::net {

struct ClientOptions {
    std::chrono::nanoseconds connect_timeout = std::chrono::seconds(5);
    std::chrono::nanoseconds timeout = std::chrono::seconds(30);  ///< of a whole call, connecting included
    MessageLimits limits{.header = 64 * 1024, .body = 64 * 1024 * 1024};
    /// Connections kept open after a call for later ones to the same server, at most. 0: each call has its
    /// own.
    std::size_t keep_alive = 0;
    /// A forward proxy to connect through, with CONNECT.
    std::optional<asio::ip::tcp::endpoint> via;
    int receive_buffer = 0;  ///< bytes the kernel may hold of what is not read yet; 0: as many as it likes
    /// Ends blocking calls under way ("interrupted"). Coroutines are cancelled by their loop instead.
    std::stop_token stop;
};

/// What came of a call. Failing is data here, not an exception: a call that fails is part of the picture.
struct Answer {
    int status = 0;  ///< 0 when no whole answer came
    std::string body;
    std::string
        error;  ///< in a few words: "connection refused", "timed out", "HTTP 503"; empty when all went well
    std::optional<Nanoseconds> sent = std::nullopt;  ///< when our own server sent it, see sent_header

    [[nodiscard]] bool ok() const { return error.empty(); }
};

/// A connection to a server, where connecting and calling are to be told apart. Closes when it goes.
struct Connection {
    asio::ip::tcp::socket socket;
    std::chrono::steady_clock::time_point begin;  ///< of the call it is for
    bool reused = false;                          ///< it has carried a call before
    std::string error = {};                       ///< why it is not open, when connecting failed

    [[nodiscard]] bool is_open() const { return socket.is_open(); }
};

/// Connections kept open between calls.
class IdleConnections {
  public:
    explicit IdleConnections(std::size_t most) : most_(most) {}

    /// One to `authority`, if there is one.
    std::optional<asio::ip::tcp::socket> take(const std::string& authority);

    /// Keeps it for later, or closes it when there are enough already.
    void put(const std::string& authority, asio::ip::tcp::socket socket);

  private:
    std::size_t most_;
    std::mutex mutex_;  ///< threads may share a blocking client
    std::vector<std::pair<std::string, asio::ip::tcp::socket>> idle_;
};

/// Blocks the calling thread. Threads may share one client.
class BlockingClient {
  public:
    explicit BlockingClient(ClientOptions options = {});

    /// GET. Never throws for what the network or the server does.
    Answer get(const Target& target) { return get(kept(target), target); }

    // The same in parts.

    /// A connection kept from an earlier call, or one that is not open.
    Connection kept(const Target& target);

    /// A new connection; not open when that failed.
    Connection connect(const Target& target);

    /// GET on that connection, which is kept afterwards as keep_alive says. Fails as connect() did, if it
    /// did. A kept connection that turns out to have been closed meanwhile is opened anew.
    Answer get(Connection connection, const Target& target);

  private:
    ClientOptions options_;
    IdleConnections idle_;
};

/// Suspends the calling coroutine. To be used on one event loop, and no longer than it. Must live until its
/// calls are over; calls that are still suspended may be destroyed after it, as a stopped loop does.
class AsyncClient {
  public:
    explicit AsyncClient(asio::any_io_executor executor, ClientOptions options = {});

    /// GET. Throws only when the coroutine is cancelled; so do the others.
    asio::awaitable<Answer> get(const Target& target) { return call(std::nullopt, target); }

    // The same in parts, as in BlockingClient.
    Connection kept(const Target& target);
    asio::awaitable<Connection> connect(const Target& target);
    asio::awaitable<Answer> get(Connection connection, const Target& target) {
        return call(std::move(connection), target);
    }

  private:
    asio::awaitable<Answer> call(std::optional<Connection> connection, const Target& target);

    asio::any_io_executor executor_;
    ClientOptions options_;
    IdleConnections idle_;
};

// Shared by both halves.

/// The request as it goes over the wire.
std::string request_text(const Target& target, bool keep_alive);

/// Where to connect to: the proxy, or the server.
std::span<const asio::ip::tcp::endpoint> endpoints_of(const Target& target, const ClientOptions& options);

/// What asks a proxy for a tunnel to the target's server.
std::string tunnel_text(const Target& target);

/// Why there is no tunnel, "proxy refused: HTTP 502"; empty when there is one. `rest`: what came behind the
/// answer.
std::string tunnel_refusal(const MessageParser& parser, Progress progress, std::string_view rest);

/// An error of the network in the words of Answer::error.
std::string describe(const asio::error_code& error);

/// The answer in a parser that has come to an end: complete, or not to be read any further.
Answer answer_from(MessageParser& parser, Progress progress);

}  // namespace overlap::net
