#include "net/http_server.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <asio/buffer.hpp>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/redirect_error.hpp>
#include <asio/use_awaitable.hpp>

#include "net/http_server_connection.hpp"
#include "net/listen.hpp"
#include "net/listen_overflows.hpp"

namespace overlap::net {

using asio::awaitable;
using asio::redirect_error;
using asio::use_awaitable;
using asio::ip::tcp;
using clock = std::chrono::steady_clock;

namespace {

constexpr std::size_t most_order = 10'000;

// Whether the other end has closed: a read would give nothing, and at once.
bool peer_closed(tcp::socket& socket) {
    char byte = 0;
    const ssize_t count = ::recv(socket.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return count == 0 || (count < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR);
}

int status_of(Progress problem) {
    switch (problem) {
        case Progress::header_too_large:
            return 431;
        case Progress::body_too_large:
            return 413;
        case Progress::malformed:
        case Progress::incomplete:
        case Progress::complete:
            break;
    }
    return 400;
}

}  // namespace

// Keeps a connection in the list of the open ones, however its coroutine ends. The loop destroys coroutines
// that are still suspended when it goes, which is after the server: so they share the list.
class Server::OpenGuard {
  public:
    OpenGuard(std::shared_ptr<OpenConnections> open, Connection* connection)
        : open_(std::move(open)), connection_(connection) {
        open_->insert(connection_);
    }
    ~OpenGuard() { open_->erase(connection_); }
    OpenGuard(const OpenGuard&) = delete;
    OpenGuard& operator=(const OpenGuard&) = delete;

  private:
    std::shared_ptr<OpenConnections> open_;
    Connection* connection_;
};

Server::Server(asio::io_context& loop, ServerOptions options)
    : loop_(loop), options_(std::move(options)), acceptor_(loop), random_(options_.seed) {
    listen_on(acceptor_, options_.host, options_.port);
    overflows_before_ = listen_overflows();
}

void Server::start() {
    asio::co_spawn(loop_, accept(), asio::detached);
    asio::co_spawn(loop_, close_idle(), asio::detached);
}

std::string Server::url() const { return "http://" + authority_of(endpoint()); }

ServerCounts Server::counts() const {
    ServerCounts counts = counts_;
    counts.overflows = std::max<std::int64_t>(0, listen_overflows() - overflows_before_);
    return counts;
}

void Server::reset_counts() {
    random_.seed(options_.seed);
    asked_.clear();
    counts_ = {};
    overflows_before_ = listen_overflows();
    counts_.peak_in_flight = in_flight_;
    order_.clear();
}

awaitable<void> Server::accept() {
    while (auto socket = co_await next_connection(acceptor_)) {
        ++counts_.connections;
        asio::error_code ignored;
        socket->non_blocking(true, ignored);
        auto connection =
            std::make_shared<Connection>(std::move(*socket), options_.limits, ++last_connection_);
        asio::co_spawn(loop_, converse(std::move(connection)), asio::detached);
    }
}

// One timer for all connections instead of one each: a limit of 30 s need not be kept to the millisecond.
awaitable<void> Server::close_idle() {
    asio::steady_timer timer(loop_);
    const auto interval =
        std::min<std::chrono::nanoseconds>(options_.idle_timeout / 4, std::chrono::seconds(1));
    for (;;) {
        timer.expires_after(interval);
        co_await timer.async_wait(use_awaitable);
        const clock::time_point now = clock::now();
        for (Connection* connection : *open_) {
            if (connection->deadline > now) continue;
            asio::error_code ignored;
            connection->socket.close(ignored);
        }
    }
}

awaitable<void> Server::converse(ConnectionPtr connection) {
    const OpenGuard listed(open_, connection.get());
    std::array<char, 2048> buffer;
    std::string_view unread;
    bool open = true;
    while (open) {
        connection->deadline = clock::now() + options_.idle_timeout;
        Progress progress = connection->parser.feed(unread);
        while (progress == Progress::incomplete) {
            asio::error_code error;
            const std::size_t count = co_await connection->socket.async_read_some(
                asio::buffer(buffer), redirect_error(use_awaitable, error));
            if (error) break;
            unread = {buffer.data(), count};
            progress = connection->parser.feed(unread);
        }
        if (progress == Progress::incomplete) break;
        if (progress != Progress::complete) {
            co_await answer_bad(connection, progress);
            break;
        }
        co_await answer(connection);
        open = connection->parser.keep_alive() && !connection->hung_up && connection->socket.is_open();
        connection->parser.reset();
    }
}

awaitable<void> Server::answer_bad(ConnectionPtr connection, Progress problem) {
    ++counts_.requests;
    const Plan plan = plan_error(status_of(problem), reason_phrase(status_of(problem)));
    connection->answering = true;
    connection->began = clock::now();
    connection->taken.reset();
    co_await send(connection, plan, false, false);
    // Closing with bytes unread would reset the connection, and the client might never see the answer: say
    // that we are done, then read on for a moment (RFC 9112, section 9.6).
    asio::error_code error;
    connection->socket.shutdown(tcp::socket::shutdown_send, error);
    std::array<char, 512> rest;
    for (std::size_t dropped = 0; !error && dropped < 1024 * 1024;) {
        dropped += co_await connection->socket.async_read_some(asio::buffer(rest),
                                                               redirect_error(use_awaitable, error));
    }
}

awaitable<void> Server::answer(ConnectionPtr connection) {
    ++counts_.requests;
    if (order_.size() < most_order) order_.push_back(connection->parser.target());
    connection->answering = true;
    connection->began = clock::now();
    connection->taken.reset();
    connection->deadline = clock::time_point::max();
    const bool keep_alive = connection->parser.keep_alive();

    if (!co_await enter_flight(connection)) {
        if (connection->hung_up) {
            log(*connection, 0);
        } else {
            co_await send(connection, plan_error(429, "too many in flight"), keep_alive, false);
        }
        co_return;
    }
    const Plan plan = plan_for(connection->parser);
    co_await hold(connection, clock::now() + std::chrono::nanoseconds(plan.delay));
    if (connection->hung_up) {
        log(*connection, 0);
        leave_flight();
        co_return;
    }
    co_await send(connection, plan, keep_alive, true);
}

std::uint64_t Server::times_asked(const std::string& target) {
    constexpr std::size_t most_targets = 20'000;  // the others are counted together
    const bool counted = asked_.size() < most_targets || asked_.contains(target);
    return asked_[counted ? target : std::string()]++;
}

Plan Server::plan_for(MessageParser& parser) {
    Plan plan = plan_answer(parser.method(), parser.target(), parser.body(), random_);
    Nanoseconds delay = plan.delay + options_.latency;
    if (options_.jitter > 0 || options_.fail_rate > 0) {
        std::mt19937_64 luck = luck_of(options_.seed, parser.target(), times_asked(parser.target()));
        delay += std::uniform_int_distribution<Nanoseconds>(0, options_.jitter)(luck);
        if (std::bernoulli_distribution(options_.fail_rate)(luck)) {
            plan = plan_error(503, "failed on purpose (--fail-rate)");
        }
    }
    plan.chunked = plan.chunked && parser.takes_chunks();
    plan.delay = delay;
    return plan;
}

// Waits for a place among max_in_flight. Gives false when there is none to be had: refused, or the client
// left.
awaitable<bool> Server::enter_flight(ConnectionPtr connection) {
    const bool full = options_.max_in_flight > 0 && in_flight_ >= options_.max_in_flight;
    if (full && options_.when_full == WhenFull::refuse) co_return false;
    if (full) {
        connection->queued = true;
        queue_.push_back(connection);
        watch_hangup(connection);
        while (connection->queued && !connection->hung_up) {
            connection->timer.expires_at(clock::time_point::max());
            asio::error_code woken;
            co_await connection->timer.async_wait(redirect_error(use_awaitable, woken));
        }
        asio::error_code ignored;
        connection->socket.cancel(ignored);  // the hang-up watch
        if (connection->queued) std::erase(queue_, connection);
        if (connection->hung_up) {
            // The place may have been given just as the client left: pass it on.
            if (!connection->queued) leave_flight();
            co_return false;
        }
        co_return true;  // leave_flight() has counted us in
    }
    ++in_flight_;
    connection->taken = clock::now();
    counts_.peak_in_flight = std::max(counts_.peak_in_flight, in_flight_);
    co_return true;
}

void Server::leave_flight() {
    if (queue_.empty()) {
        --in_flight_;
        return;
    }
    // The place goes straight to the next in line, so in_flight_ stays as it is.
    queue_.front()->queued = false;
    queue_.front()->taken = clock::now();
    queue_.front()->timer.cancel();
    queue_.pop_front();
}

// Holds the answer, or its next part, back until it is due, unless the client leaves meanwhile.
awaitable<void> Server::hold(ConnectionPtr connection, clock::time_point due) {
    if (due <= clock::now()) co_return;
    connection->deadline = clock::time_point::max();
    watch_hangup(connection);
    connection->timer.expires_at(due);
    asio::error_code woken;
    co_await connection->timer.async_wait(redirect_error(use_awaitable, woken));
    asio::error_code ignored;
    connection->socket.cancel(ignored);  // the hang-up watch
}

// Wakes the timer when the client closes while it is owed an answer.
void Server::watch_hangup(const ConnectionPtr& connection) {
    connection->socket.async_wait(tcp::socket::wait_read, [this, connection](asio::error_code error) {
        if (error || !peer_closed(connection->socket)) return;  // cancelled, or the next request came early
        note_hangup(*connection);
        connection->timer.cancel();
    });
}

void Server::note_hangup(Connection& connection) {
    if (!connection.hung_up) ++counts_.hung_up;
    connection.hung_up = true;
}

std::vector<Served> Server::unanswered() const {
    std::vector<Served> requests;
    for (Connection* connection : *open_) {
        if (!connection->answering) continue;
        requests.push_back(served(*connection, 0));
        requests.back().hung_up = peer_closed(connection->socket);
    }
    return requests;
}

}  // namespace overlap::net
