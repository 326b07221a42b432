#include "net/redis_stand_in.hpp"

#include <array>
#include <asio/buffer.hpp>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/redirect_error.hpp>
#include <asio/use_awaitable.hpp>
#include <asio/write.hpp>

#include "net/listen.hpp"

namespace overlap::net {

using asio::awaitable;
using asio::redirect_error;
using asio::use_awaitable;
using asio::ip::tcp;

namespace {

// Replies are sent once they are this many bytes: a few commands can ask for all that is stored many times
// over.
constexpr std::size_t most_unsent = 64 * 1024;

}  // namespace

struct RedisStandIn::Shared {
    Shared(asio::io_context& loop, StandInOptions o) : options(o), acceptor(loop), store(o.most_stored) {}

    StandInOptions options;
    tcp::acceptor acceptor;
    RedisStore store;
    ServerCounts counts;
};

RedisStandIn::RedisStandIn(asio::io_context& loop, StandInOptions options)
    : loop_(loop), shared_(std::make_shared<Shared>(loop, options)) {
    listen_on(shared_->acceptor, "127.0.0.1", options.port);
}

void RedisStandIn::start() { asio::co_spawn(loop_, accept(shared_), asio::detached); }

std::string RedisStandIn::address() const { return authority_of(shared_->acceptor.local_endpoint()); }

ServerCounts RedisStandIn::counts() const { return shared_->counts; }

void RedisStandIn::reset_counts() { shared_->counts = {}; }

awaitable<void> RedisStandIn::accept(std::shared_ptr<Shared> shared) {
    while (auto socket = co_await next_connection(shared->acceptor)) {
        ++shared->counts.connections;
        asio::co_spawn(shared->acceptor.get_executor(), converse(shared, std::move(*socket)), asio::detached);
    }
}

awaitable<void> RedisStandIn::converse(std::shared_ptr<Shared> shared, tcp::socket socket) {
    RedisParser parser(shared->options.most_command);
    RedisReply command;
    std::array<char, 16 * 1024> buffer;
    std::string replies;
    asio::error_code error;
    while (!error) {
        const std::size_t count =
            co_await socket.async_read_some(asio::buffer(buffer), redirect_error(use_awaitable, error));
        if (error) break;
        parser.feed({buffer.data(), count});
        // All that came together is answered together.
        RedisProgress progress = parser.next(command);
        for (; progress == RedisProgress::complete; progress = parser.next(command)) {
            ++shared->counts.requests;
            append_wire(replies, shared->store.answer(command));
            if (replies.size() < most_unsent) continue;
            co_await asio::async_write(socket, asio::buffer(replies), redirect_error(use_awaitable, error));
            replies.clear();
            if (error) break;
        }
        if (error) break;
        const bool broken = progress != RedisProgress::incomplete;
        if (broken) {
            ++shared->counts.bad_requests;
            append_wire(replies, {.kind = RedisReply::Kind::error,
                                  .text = progress == RedisProgress::too_large
                                              ? "ERR Protocol error: command too large"
                                              : "ERR Protocol error: expected an array of strings"});
        }
        co_await asio::async_write(socket, asio::buffer(replies), redirect_error(use_awaitable, error));
        replies.clear();
        if (broken) break;
    }
}

}  // namespace overlap::net
