#include <asio/this_coro.hpp>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "net/redis_client.hpp"
#include "workshop/kit/environment.hpp"
#include "workshop/kit/workshop.hpp"

namespace workshop {

struct Redis::Impl {
    /// The reply to a command. Throws std::runtime_error when it is an error, or there is none.
    awaitable<overlap::net::RedisReply> command(std::vector<std::string> words) {
        if (!client) {
            const std::chrono::hours patience(1);
            client.emplace(co_await asio::this_coro::executor, redis_target(),
                           overlap::net::RedisOptions{.connect_timeout = patience, .timeout = patience});
        }
        const std::string wire = overlap::net::redis_command(words);
        overlap::net::RedisAnswer answer = co_await client->command(wire);
        if (!answer.ok())
            throw std::runtime_error("Redis: " + answer.error + " for " + words[0] + " " + words[1]);
        co_return std::move(answer.reply);
    }

    std::optional<overlap::net::AsyncRedis>
        client;  ///< from the first command on, which knows the event loop
};

Redis::Redis() : impl_(std::make_unique<Impl>()) {}
Redis::~Redis() = default;

awaitable<std::string> Redis::get(std::string key) {
    overlap::net::RedisReply reply = co_await impl_->command({"GET", key});
    if (reply.kind != overlap::net::RedisReply::Kind::string)
        throw std::runtime_error("Redis: there is nothing under '" + key + "'");
    co_return std::move(reply.text);
}

awaitable<void> Redis::set(std::string key, std::string value) {
    co_await impl_->command({"SET", std::move(key), std::move(value)});
}

}  // namespace workshop
