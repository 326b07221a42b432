#include <algorithm>
#include <array>
#include <asio/associated_cancellation_slot.hpp>
#include <asio/async_result.hpp>
#include <asio/buffer.hpp>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/error.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/post.hpp>
#include <asio/redirect_error.hpp>
#include <asio/steady_timer.hpp>
#include <asio/system_error.hpp>
#include <asio/use_awaitable.hpp>
#include <asio/write.hpp>
#include <deque>
#include <exception>
#include <optional>

#include "net/http_client.hpp"  // describe()
#include "net/redis_client.hpp"

namespace overlap::net {

using asio::redirect_error;
using asio::use_awaitable;
using asio::ip::tcp;
using clock = std::chrono::steady_clock;

namespace {

using Signature = void(std::exception_ptr, RedisAnswer);

// A suspended coroutine that is called with its answer.
using Resume = asio::async_result<asio::use_awaitable_t<>, Signature>::handler_type;

struct Waiting {
    std::optional<Resume> resume;  ///< none: it was cancelled, but its reply is still to come
    clock::time_point deadline;
};

// What ends a coroutine ends the loop: nothing may be lost on the way.
void rethrow(std::exception_ptr error) {
    if (error) std::rethrow_exception(std::move(error));
}

}  // namespace

struct AsyncRedis::Connection {
    Connection(asio::any_io_executor executor, Target w, RedisOptions o)
        : where(std::move(w)),
          options(std::move(o)),
          socket(executor),
          timer(executor),
          parser(options.most) {}

    /// It is of no use from now on, and those who wait are to be told why.
    void fail(std::string why) {
        if (failure.empty()) failure = std::move(why);
        asio::error_code ignored;
        socket.close(ignored);
    }

    Target where;
    RedisOptions options;
    tcp::socket socket;
    asio::steady_timer timer;  ///< of the oldest command's timeout
    RedisParser parser;
    std::string unsent;
    clock::time_point asked;  ///< when the first of the unsent commands came
    bool connected = false;
    bool sending = false;
    std::string failure;       ///< why, once it has failed
    Flight* flight = nullptr;  ///< while commands are under way
};

// The commands under way, in order. Belongs to the coroutine that reads their replies, and so to the loop: if
// that is stopped and destroyed, those who wait here are destroyed as well.
struct AsyncRedis::Flight {
    explicit Flight(std::shared_ptr<Connection> c) : connection(std::move(c)) { connection->flight = this; }
    ~Flight() { connection->flight = nullptr; }
    Flight(const Flight&) = delete;
    Flight& operator=(const Flight&) = delete;

    [[nodiscard]] clock::time_point deadline() const {
        const clock::time_point to_connect = begin + connection->options.connect_timeout;
        const clock::time_point oldest = waiting.front().deadline;
        return connection->connected ? oldest : std::min(oldest, to_connect);
    }

    void answer_oldest(RedisAnswer answer) {
        std::optional<Resume> resume = std::move(waiting.front().resume);
        waiting.pop_front();
        ++answered;
        if (resume) (*resume)(std::exception_ptr(), std::move(answer));
    }

    std::shared_ptr<Connection> connection;
    clock::time_point begin = clock::now();
    std::deque<Waiting> waiting;
    std::size_t answered = 0;
};

AsyncRedis::AsyncRedis(asio::any_io_executor executor, Target where, RedisOptions options)
    : connection_(std::make_shared<Connection>(std::move(executor), std::move(where), std::move(options))) {}

AsyncRedis::~AsyncRedis() { connection_->fail("connection closed"); }

// No coroutine of its own: the caller is suspended as a Resume, and start() keeps that until the reply is in.
asio::awaitable<RedisAnswer> AsyncRedis::command(std::string_view wire) {
    asio::use_awaitable_t<> token;
    return asio::async_initiate<asio::use_awaitable_t<>, Signature>(
        [this](Resume resume, std::string_view bytes) { start(bytes, std::move(resume)); }, token, wire);
}

void AsyncRedis::start(std::string_view wire, auto resume) {
    if (!connection_->failure.empty()) {
        const auto old = connection_;
        connection_ = std::make_shared<Connection>(old->socket.get_executor(), old->where, old->options);
    }
    const auto& connection = connection_;
    std::unique_ptr<Flight> begun;
    if (connection->flight == nullptr) begun = std::make_unique<Flight>(connection);
    Flight& flight = *connection->flight;

    const std::size_t number = flight.answered + flight.waiting.size();
    auto cancellation = asio::get_associated_cancellation_slot(resume);
    if (cancellation.is_connected()) {
        cancellation.assign([connection, number](asio::cancellation_type) { cancel(*connection, number); });
    }
    // One reading of the clock for all that go out together.
    if (connection->unsent.empty() || !connection->connected) connection->asked = clock::now();
    flight.waiting.push_back({std::move(resume), connection->asked + connection->options.timeout});
    connection->unsent += wire;
    if (begun) {
        keep_time(connection);
        asio::co_spawn(connection->socket.get_executor(), converse(std::move(begun)), rethrow);
    } else if (connection->connected && !connection->sending) {
        asio::co_spawn(connection->socket.get_executor(), send(connection), rethrow);
    }
}

// The coroutine goes on without its answer, whose place in the order stays.
void AsyncRedis::cancel(Connection& connection, std::size_t number) {
    Flight* const flight = connection.flight;
    if (flight == nullptr || number < flight->answered) return;
    std::optional<Resume>& place = flight->waiting[number - flight->answered].resume;
    if (!place) return;
    asio::post(connection.socket.get_executor(), [resume = std::move(*place)]() mutable {
        resume(std::make_exception_ptr(asio::system_error(asio::error::operation_aborted)), RedisAnswer());
    });
    place.reset();
}

// Ends the connection when the oldest command has waited too long. One timer for all of them.
void AsyncRedis::keep_time(const std::shared_ptr<Connection>& connection) {
    connection->timer.expires_at(connection->flight->deadline());
    connection->timer.async_wait([connection](const asio::error_code& cancelled) {
        if (cancelled || connection->flight == nullptr || connection->flight->waiting.empty()) return;
        if (clock::now() < connection->flight->deadline()) return keep_time(connection);
        connection->fail("timed out");
    });
}

// Connects if need be, then reads replies until no command is under way.
asio::awaitable<void> AsyncRedis::converse(std::unique_ptr<Flight> flight) {
    const std::shared_ptr<Connection> connection = flight->connection;
    tcp::socket& socket = connection->socket;
    asio::error_code error;
    if (!connection->connected) {
        error = asio::error::host_not_found;
        for (const tcp::endpoint& endpoint : connection->where.endpoints) {
            asio::error_code ignored;
            socket.close(ignored);
            co_await socket.async_connect(endpoint, redirect_error(use_awaitable, error));
            if (!error || !connection->failure.empty()) break;
        }
        if (error && connection->failure.empty()) connection->fail(describe(error));
        if (connection->failure.empty()) {
            socket.set_option(tcp::no_delay(true), error);
            connection->connected = true;
        }
    }
    if (connection->failure.empty()) asio::co_spawn(socket.get_executor(), send(connection), rethrow);

    std::array<char, 16 * 1024> buffer;
    RedisReply reply;
    while (connection->failure.empty() && !flight->waiting.empty()) {
        const std::size_t count =
            co_await socket.async_read_some(asio::buffer(buffer), redirect_error(use_awaitable, error));
        if (error) {
            connection->fail(describe(error));
            break;
        }
        connection->parser.feed({buffer.data(), count});
        RedisProgress progress = connection->parser.next(reply);
        for (; progress == RedisProgress::complete && !flight->waiting.empty();
             progress = connection->parser.next(reply)) {
            flight->answer_oldest(answer_from(std::move(reply)));
        }
        // A reply that nobody asked for is no Redis's.
        if (progress != RedisProgress::incomplete) connection->fail(describe(progress));
    }
    connection->timer.cancel();

    // Who is told may give the next command, on a new connection: so let go of these first.
    std::deque<Waiting> failed = std::move(flight->waiting);
    const std::string why = connection->failure;
    flight.reset();
    for (Waiting& waiting : failed) {
        if (waiting.resume) (*waiting.resume)(std::exception_ptr(), RedisAnswer{.reply = {}, .error = why});
    }
}

// Sends what there is to send, in as few pieces as possible.
asio::awaitable<void> AsyncRedis::send(std::shared_ptr<Connection> connection) {
    if (connection->sending) co_return;
    connection->sending = true;
    // Whoever else has a command in this turn of the loop joins in.
    co_await asio::post(connection->socket.get_executor(), use_awaitable);
    std::string batch;
    while (connection->failure.empty() && !connection->unsent.empty()) {
        batch.clear();
        batch.swap(connection->unsent);
        asio::error_code error;
        co_await asio::async_write(connection->socket, asio::buffer(batch),
                                   redirect_error(use_awaitable, error));
        if (error) connection->fail(describe(error));
    }
    connection->sending = false;
}

}  // namespace overlap::net
