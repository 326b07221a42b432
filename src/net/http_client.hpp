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
#include <stop_token>
#include <string>
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
    /// Ends blocking calls under way ("interrupted"). Coroutines are cancelled by their loop instead.
    std::stop_token stop;
};

/// What came of a call. Failing is data here, not an exception: a call that fails is part of the picture.
struct Answer {
    int status = 0;  ///< 0 when no whole answer came
    std::string body;
    std::string
        error;  ///< in a few words: "connection refused", "timed out", "HTTP 503"; empty when all went well

    [[nodiscard]] bool ok() const { return error.empty(); }
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
    Answer get(const Target& target);

  private:
    ClientOptions options_;
    IdleConnections idle_;
};

/// Suspends the calling coroutine. To be used on one event loop, and no longer than it. Must live until its
/// calls are over; calls that are still suspended may be destroyed after it, as a stopped loop does.
class AsyncClient {
  public:
    explicit AsyncClient(asio::any_io_executor executor, ClientOptions options = {});

    /// GET. Throws only when the coroutine is cancelled.
    asio::awaitable<Answer> get(const Target& target);

  private:
    asio::any_io_executor executor_;
    ClientOptions options_;
    IdleConnections idle_;
};

// Shared by both halves.

/// The request as it goes over the wire.
std::string request_text(const Target& target, bool keep_alive);

/// An error of the network in the words of Answer::error.
std::string describe(const asio::error_code& error);

/// The answer in a parser that has come to an end: complete, or not to be read any further.
Answer answer_from(MessageParser& parser, Progress progress);

}  // namespace overlap::net
