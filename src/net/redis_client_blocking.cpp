#include <hiredis/hiredis.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <asio/error.hpp>
#include <cerrno>
#include <optional>

#include "net/blocking_wait.hpp"
#include "net/http_client.hpp"  // describe()
#include "net/redis_client.hpp"

namespace overlap::net {

using clock = std::chrono::steady_clock;

namespace {

struct FreeContext {
    void operator()(redisContext* context) const { redisFree(context); }
};
using Context = std::unique_ptr<redisContext, FreeContext>;

asio::error_code system_error(int number) { return {number, asio::error::get_system_category()}; }

// hiredis's own timeouts are of single reads: a server that sends a byte now and then would put them off. So
// its context is non-blocking, and we do the waiting.
asio::error_code connect_to(const asio::ip::tcp::endpoint& endpoint, Context& context,
                            clock::time_point deadline, const std::stop_token& stop) {
    context.reset(redisConnectNonBlock(endpoint.address().to_string().c_str(), endpoint.port()));
    if (!context) return system_error(ENOMEM);
    if (context->err != 0) return system_error(errno);
    const HangUpOnStop hang_up_on_stop(stop, HangUp{context->fd});
    return wait_connected(context->fd, deadline);
}

// Not redisBufferWrite(): it uses write(2), and a server that is gone would end us by SIGPIPE.
asio::error_code write(const redisContext& context, std::string_view bytes, clock::time_point deadline) {
    while (!bytes.empty()) {
        const ssize_t count = ::send(context.fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (count >= 0) {
            bytes.remove_prefix(static_cast<std::size_t>(count));
        } else if (errno == EAGAIN) {
            if (const asio::error_code error = wait_ready(context.fd, POLLOUT, deadline)) return error;
        } else if (errno != EINTR) {
            return system_error(errno);
        }
    }
    return {};
}

// Reads what is there into the context's reader.
asio::error_code read_some(redisContext& context, clock::time_point deadline) {
    if (const asio::error_code error = wait_ready(context.fd, POLLIN, deadline)) return error;
    errno = 0;
    if (redisBufferRead(&context) == REDIS_OK) return {};
    if (context.err == REDIS_ERR_EOF) return asio::error::eof;
    return system_error(context.err == REDIS_ERR_IO ? errno : EPROTO);
}

}  // namespace

struct BlockingRedis::Connection {
    Connection(Context c, std::size_t most) : context(std::move(c)), parser(context->reader, most) {}

    Context context;
    RedisParser parser;
};

BlockingRedis::BlockingRedis(Target where, RedisOptions options)
    : where_(std::move(where)), options_(std::move(options)) {}

BlockingRedis::~BlockingRedis() = default;

std::unique_ptr<BlockingRedis::Connection> BlockingRedis::take() {
    const std::lock_guard lock(mutex_);
    if (idle_.empty()) return nullptr;
    std::unique_ptr<Connection> connection = std::move(idle_.back());
    idle_.pop_back();
    return connection;
}

void BlockingRedis::put(std::unique_ptr<Connection> connection) {
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(connection));
}

RedisAnswer BlockingRedis::command(std::string_view wire) {
    const clock::time_point begin = clock::now();
    const clock::time_point deadline = begin + options_.timeout;
    const auto failed = [&](std::string why) {
        return RedisAnswer{.reply = {},
                           .error = options_.stop.stop_requested() ? "interrupted" : std::move(why)};
    };
    if (options_.stop.stop_requested()) return failed("interrupted");

    // 1. Connect, unless there is a connection.
    std::unique_ptr<Connection> connection = take();
    if (!connection) {
        asio::error_code error = asio::error::host_not_found;
        Context context;
        for (const asio::ip::tcp::endpoint& endpoint : where_.endpoints) {
            error = connect_to(endpoint, context, std::min(deadline, begin + options_.connect_timeout),
                               options_.stop);
            if (!error || error == asio::error::timed_out || options_.stop.stop_requested()) break;
        }
        if (error) return failed(describe(error));
        connection = std::make_unique<Connection>(std::move(context), options_.most);
    }
    redisContext& context = *connection->context;
    std::optional<HangUpOnStop> hang_up_on_stop(std::in_place, options_.stop, HangUp{context.fd});

    // 2. Send the command.
    asio::error_code error = write(context, wire, deadline);

    // 3. Read until the reply is whole.
    RedisReply reply;
    RedisProgress progress = RedisProgress::incomplete;
    while (!error && progress == RedisProgress::incomplete) {
        error = read_some(context, deadline);
        if (!error) progress = connection->parser.next(reply);
    }
    hang_up_on_stop.reset();

    // 4. Say what came of it.
    if (error) return failed(describe(error));
    if (progress != RedisProgress::complete) return failed(describe(progress));
    if (connection->parser.idle()) put(std::move(connection));
    return answer_from(std::move(reply));
}

}  // namespace overlap::net
