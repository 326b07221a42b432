#include "support/redis.hpp"

#include <doctest/doctest.h>

#include <asio/co_spawn.hpp>
#include <asio/post.hpp>
#include <chrono>
#include <cstdlib>
#include <exception>
#include <future>
#include <ostream>
#include <utility>

#include "net/redis_process.hpp"

namespace overlap::net {

std::ostream& operator<<(std::ostream& out, const RedisReply& reply) {
    std::string wire;
    append_wire(wire, reply);
    return out << wire.substr(0, 200);
}

std::ostream& operator<<(std::ostream& out, RedisProgress progress) {
    return out << static_cast<int>(progress);
}

}  // namespace overlap::net

namespace overlap::test {

using net::RedisAnswer;
using net::RedisReply;
using Kind = RedisReply::Kind;

std::optional<std::string> installed_redis() {
    std::optional<std::string> program = net::find_program("redis-server");
    if (!program && std::getenv("OVERLAP_WITHOUT_REDIS") == nullptr) {
        FAIL(
            "redis-server is not installed: apt-get install -y redis-server, or set OVERLAP_WITHOUT_REDIS=1 "
            "to leave this out");
    }
    if (!program) MESSAGE("left out: redis-server is not installed, and OVERLAP_WITHOUT_REDIS is set");
    return program;
}

net::RedisOptions patient_redis() {
    net::RedisOptions options;
    options.connect_timeout = options.timeout = std::chrono::seconds(60);
    return options;
}

RedisReply status(std::string text) { return {.kind = Kind::status, .text = std::move(text)}; }
RedisReply text(std::string text) { return {.kind = Kind::string, .text = std::move(text)}; }
RedisReply integer(std::int64_t number) { return {.kind = Kind::integer, .integer = number}; }
RedisReply array(std::vector<RedisReply> items) { return {.kind = Kind::array, .items = std::move(items)}; }
RedisReply error(std::string text) { return {.kind = Kind::error, .text = std::move(text)}; }

net::Target at(std::uint16_t port) { return net::resolve({.host = "127.0.0.1", .port = port, .target = ""}); }

StandInThread::StandInThread(net::StandInOptions options)
    : stand_in_(loop_, options), address_(stand_in_.address()), thread_([this] {
          stand_in_.start();
          loop_.run();
      }) {}

StandInThread::~StandInThread() {
    loop_.stop();
    thread_.join();
}

ServerCounts StandInThread::counts() {
    std::promise<ServerCounts> counts;
    asio::post(loop_, [&] { counts.set_value(stand_in_.counts()); });
    return counts.get_future().get();
}

BlockingRedisClient::BlockingRedisClient(net::Target where, net::RedisOptions options)
    : redis_(std::move(where), std::move(options)) {}

RedisAnswer BlockingRedisClient::command(const RedisWords& words) {
    return redis_.command(net::redis_command(words));
}

std::vector<RedisAnswer> BlockingRedisClient::all(const std::vector<RedisWords>& commands) {
    std::vector<std::future<RedisAnswer>> calls;
    for (const RedisWords& words : commands) {
        calls.push_back(std::async(std::launch::async, [this, &words] { return command(words); }));
    }
    std::vector<RedisAnswer> answers;
    for (auto& call : calls) answers.push_back(call.get());
    return answers;
}

AsyncRedisClient::AsyncRedisClient(net::Target where, net::RedisOptions options)
    : redis_(loop_.get_executor(), std::move(where), std::move(options)) {}

RedisAnswer AsyncRedisClient::command(const RedisWords& words) { return all({words}).front(); }

std::vector<RedisAnswer> AsyncRedisClient::all(const std::vector<RedisWords>& commands) {
    std::vector<RedisAnswer> answers(commands.size());
    std::vector<std::string> wires;
    for (const RedisWords& words : commands) wires.push_back(net::redis_command(words));
    for (std::size_t i = 0; i < commands.size(); ++i) {
        asio::co_spawn(loop_, redis_.command(wires[i]),
                       [&answers, i](const std::exception_ptr& e, RedisAnswer got) {
                           answers[i] = e ? RedisAnswer{.reply = {}, .error = "thrown"} : std::move(got);
                       });
    }
    loop_.restart();
    loop_.run();
    return answers;
}

}  // namespace overlap::test
