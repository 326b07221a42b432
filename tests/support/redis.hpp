// Redis for tests: the installed one, our stand-in, and the two clients to be used in the same way by the
// same tests.
#pragma once

#include <asio/io_context.hpp>
#include <cstddef>
#include <iosfwd>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "net/redis_client.hpp"
#include "net/redis_stand_in.hpp"
#include "net/url.hpp"

namespace overlap::net {

std::ostream& operator<<(std::ostream& out, const RedisReply& reply);
std::ostream& operator<<(std::ostream& out, RedisProgress progress);

}  // namespace overlap::net

namespace overlap::test {

using RedisWords = std::vector<std::string>;

/// The installed redis-server. Where there is none, the test fails, unless OVERLAP_WITHOUT_REDIS is set in
/// the environment: then it says so and gives none.
std::optional<std::string> installed_redis();

/// Patient options: reaching these timeouts is a hang.
net::RedisOptions patient_redis();

net::RedisReply status(std::string text);
net::RedisReply text(std::string text);
net::RedisReply integer(std::int64_t number);
net::RedisReply array(std::vector<net::RedisReply> items);
net::RedisReply error(std::string text);

/// Where this port of this machine is.
net::Target at(std::uint16_t port);

/// The stand-in on a thread of the test.
class StandInThread {
  public:
    explicit StandInThread(net::StandInOptions options = {});
    ~StandInThread();
    StandInThread(const StandInThread&) = delete;
    StandInThread& operator=(const StandInThread&) = delete;

    [[nodiscard]] net::Target target() const { return net::resolve(net::parse_address(address_)); }
    [[nodiscard]] std::uint16_t port() const { return net::parse_address(address_).port; }

    /// Read on the server's own thread.
    ServerCounts counts();

  private:
    asio::io_context loop_{1};
    net::RedisStandIn stand_in_;
    std::string address_;
    std::thread thread_;
};

/// The client for threads.
class BlockingRedisClient {
  public:
    explicit BlockingRedisClient(net::Target where, net::RedisOptions options = patient_redis());

    net::RedisAnswer command(const RedisWords& words);

    /// Each on a thread of its own.
    std::vector<net::RedisAnswer> all(const std::vector<RedisWords>& commands);

  private:
    net::BlockingRedis redis_;
};

/// The client for coroutines, on a loop of its own.
class AsyncRedisClient {
  public:
    explicit AsyncRedisClient(net::Target where, net::RedisOptions options = patient_redis());

    net::RedisAnswer command(const RedisWords& words);

    /// All at once.
    std::vector<net::RedisAnswer> all(const std::vector<RedisWords>& commands);

  private:
    asio::io_context loop_{1};
    net::AsyncRedis redis_;
};

}  // namespace overlap::test
