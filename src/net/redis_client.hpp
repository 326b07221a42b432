// Clients of Redis: BlockingRedis is hiredis, which holds its thread while it waits; AsyncRedis is an Asio
// socket with hiredis's reader, which suspends its coroutine. Both take commands as redis_command() makes
// them.
#pragma once

#include <asio/any_io_executor.hpp>
#include <asio/awaitable.hpp>
#include <chrono>
#include <cstddef>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "net/redis_protocol.hpp"
#include "net/url.hpp"

namespace overlap::net {

struct RedisOptions {
    std::chrono::nanoseconds connect_timeout = std::chrono::seconds(5);
    std::chrono::nanoseconds timeout = std::chrono::seconds(30);  ///< of a command, connecting included
    std::size_t most = 64 * 1024 * 1024;                          ///< bytes of one answer
    /// Ends blocking commands under way ("interrupted"). Coroutines are cancelled by their loop instead.
    std::stop_token stop;
};

/// What came of a command. Failing is data here, not an exception.
struct RedisAnswer {
    RedisReply reply;
    std::string error;  ///< in a few words: "connection refused", "WRONGTYPE: ..."; empty when all went well

    [[nodiscard]] bool ok() const { return error.empty(); }
};

/// Blocks the calling thread. Threads may share one: each command under way has a connection of its own,
/// which is kept for later commands.
class BlockingRedis {
  public:
    explicit BlockingRedis(Target where, RedisOptions options = {});
    ~BlockingRedis();
    BlockingRedis(const BlockingRedis&) = delete;
    BlockingRedis& operator=(const BlockingRedis&) = delete;

    /// Never throws for what the network or the server does.
    RedisAnswer command(std::string_view wire);

  private:
    struct Connection;
    std::unique_ptr<Connection> take();
    void put(std::unique_ptr<Connection> connection);

    Target where_;
    RedisOptions options_;
    std::mutex mutex_;
    std::vector<std::unique_ptr<Connection>> idle_;
};

/// One connection, opened by the first command, and again after it failed. Commands given while others are
/// under way are pipelined: they go out together, and the replies are matched in order. To be used on one
/// event loop, and no longer than it. Its end hangs up.
class AsyncRedis {
  public:
    AsyncRedis(asio::any_io_executor executor, Target where, RedisOptions options = {});
    ~AsyncRedis();
    AsyncRedis(const AsyncRedis&) = delete;
    AsyncRedis& operator=(const AsyncRedis&) = delete;

    /// `wire` must live until the command is awaited. Throws only when the coroutine is cancelled.
    asio::awaitable<RedisAnswer> command(std::string_view wire);

  private:
    struct Connection;
    struct Flight;
    void start(std::string_view wire, auto resume);
    static void cancel(Connection& connection, std::size_t number);
    static asio::awaitable<void> converse(std::unique_ptr<Flight> flight);
    static asio::awaitable<void> send(std::shared_ptr<Connection> connection);
    static void keep_time(const std::shared_ptr<Connection>& connection);

    std::shared_ptr<Connection> connection_;
};

// Shared by both.

/// The answer to one command, made from its reply.
inline RedisAnswer answer_from(RedisReply reply) {
    RedisAnswer answer{.reply = std::move(reply), .error = {}};
    if (answer.reply.kind == RedisReply::Kind::error) answer.error = describe_redis_error(answer.reply.text);
    return answer;
}

/// Why nothing more can be read.
inline std::string describe(RedisProgress problem) {
    return problem == RedisProgress::too_large ? "answer too large" : "not a Redis answer";
}

}  // namespace overlap::net
