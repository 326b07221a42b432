#include "net/delay_proxy.hpp"

#include <algorithm>
#include <array>
#include <asio/buffer.hpp>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/redirect_error.hpp>
#include <asio/steady_timer.hpp>
#include <asio/use_awaitable.hpp>
#include <asio/write.hpp>
#include <chrono>
#include <deque>
#include <utility>

#include "net/http_message.hpp"
#include "net/http_routes.hpp"
#include "net/listen.hpp"

namespace overlap::net {

using asio::awaitable;
using asio::redirect_error;
using asio::use_awaitable;
using asio::ip::tcp;
using clock = std::chrono::steady_clock;

struct ProxyState {
    explicit ProxyState(ProxyOptions o)
        : options(std::move(o)), to(resolve(options.to)), half(options.rtt / 2) {}

    ProxyOptions options;
    Target to;
    std::chrono::nanoseconds half;  ///< of the round trip
    ProxyCounts counts;
};

namespace {

// Something under way from one end to the other.
struct Piece {
    enum class Kind { bytes, end, reset };

    Kind kind;
    clock::time_point due;
    std::string bytes;

    /// What it takes of the window: many small pieces take memory too.
    [[nodiscard]] std::size_t size() const { return bytes.size() + sizeof(Piece); }
};

// One direction of a connection: take_in() puts pieces in at one end, hand_on() takes them out at the other.
struct Line {
    Line(tcp::socket& f, tcp::socket& t, std::int64_t& count)
        : from(f), to(t), handed_on(count), ready(f.get_executor()), room(f.get_executor()) {}

    tcp::socket& from;
    tcp::socket& to;
    std::int64_t& handed_on;
    clock::time_point opens;  ///< until the handshake is over, nothing leaves
    std::deque<Piece> pieces;
    std::size_t held = 0;
    asio::steady_timer ready;  ///< wakes hand_on()
    asio::steady_timer room;   ///< wakes take_in()
};

// A client, its connection to the server, and what is under way between them. Owned by its coroutines.
struct ProxiedConnection {
    ProxiedConnection(std::shared_ptr<ProxyState> s, tcp::socket c)
        : state(std::move(s)), client(std::move(c)), server(client.get_executor()) {
        ++state->counts.connections;
        state->counts.peak_open = std::max(state->counts.peak_open, ++state->counts.open);
    }
    ~ProxiedConnection() { --state->counts.open; }
    ProxiedConnection(const ProxiedConnection&) = delete;
    ProxiedConnection& operator=(const ProxiedConnection&) = delete;

    /// Ends it for both, without a goodbye.
    void reset() {
        broken = true;
        for (tcp::socket* socket : {&client, &server}) {
            asio::error_code ignored;
            socket->set_option(asio::socket_base::linger(true, 0), ignored);
            socket->close(ignored);
        }
        for (Line* line : {&there, &back}) {
            line->ready.cancel();
            line->room.cancel();
        }
    }

    std::shared_ptr<ProxyState> state;
    tcp::socket client;
    tcp::socket server;
    Line there{client, server, state->counts.bytes_there};
    Line back{server, client, state->counts.bytes_back};
    bool broken = false;
};

using ProxiedConnectionPtr = std::shared_ptr<ProxiedConnection>;

// To be cut short by cancelling the timer.
awaitable<void> wait(asio::steady_timer& timer, clock::time_point time) {
    timer.expires_at(time);
    asio::error_code woken;
    co_await timer.async_wait(redirect_error(use_awaitable, woken));
}

// Not to be cut short, but by a reset.
awaitable<void> wait_out(ProxiedConnection& connection, Line& line, clock::time_point time) {
    while (!connection.broken && clock::now() < time) co_await wait(line.ready, time);
}

void put(ProxiedConnection& connection, Line& line, Piece::Kind kind, std::string bytes) {
    const clock::time_point left = std::max(clock::now(), line.opens);
    line.pieces.push_back({kind, left + connection.state->half, std::move(bytes)});
    line.held += line.pieces.back().size();
    ProxyCounts& counts = connection.state->counts;
    counts.peak_held = std::max(counts.peak_held, static_cast<std::int64_t>(line.held));
    if (line.pieces.size() == 1) line.ready.cancel();
}

awaitable<void> take_in(ProxiedConnectionPtr connection, Line& line) {
    std::array<char, 4096> buffer;
    const std::size_t most = connection->state->options.window;
    while (!connection->broken) {
        if (line.held > 0 && line.held + sizeof(Piece) + buffer.size() > most) {
            co_await wait(line.room, clock::time_point::max());
            continue;
        }
        asio::error_code error;
        const std::size_t count =
            co_await line.from.async_read_some(asio::buffer(buffer), redirect_error(use_awaitable, error));
        if (connection->broken) break;
        if (error) {
            put(*connection, line, error == asio::error::eof ? Piece::Kind::end : Piece::Kind::reset, "");
            break;
        }
        put(*connection, line, Piece::Kind::bytes, std::string(buffer.data(), count));
    }
}

awaitable<void> hand_on(ProxiedConnectionPtr connection, Line& line) {
    bool open = true;
    while (open && !connection->broken) {
        const clock::time_point due =
            line.pieces.empty() ? clock::time_point::max() : line.pieces.front().due;
        if (due > clock::now()) {
            co_await wait(line.ready, due);
            continue;
        }
        const Piece piece = std::move(line.pieces.front());
        line.pieces.pop_front();
        asio::error_code error;
        switch (piece.kind) {
            case Piece::Kind::bytes:
                co_await asio::async_write(line.to, asio::buffer(piece.bytes),
                                           redirect_error(use_awaitable, error));
                line.held -= piece.size();
                line.room.cancel();
                if (!error) line.handed_on += static_cast<std::int64_t>(piece.bytes.size());
                break;
            case Piece::Kind::end:
                line.to.shutdown(tcp::socket::shutdown_send, error);
                open = false;
                break;
            case Piece::Kind::reset:
                connection->reset();
                break;
        }
        if (error && !connection->broken) {
            // `to` is gone: its reset takes its time to the other end.
            co_await wait_out(*connection, line, clock::now() + connection->state->half);
            connection->reset();
        }
    }
}

awaitable<asio::error_code> connect(ProxiedConnection& connection) {
    asio::error_code error = asio::error::host_not_found;
    for (const tcp::endpoint& endpoint : connection.state->to.endpoints) {
        asio::error_code ignored;
        connection.server.close(ignored);
        co_await connection.server.async_connect(endpoint, redirect_error(use_awaitable, error));
        if (!error) break;
    }
    asio::error_code ignored;
    connection.server.set_option(tcp::no_delay(true), ignored);
    co_return error;
}

// Reads what a forward proxy is asked. Gives the status to answer: 200 when it is ours to open the tunnel.
// `early`: bytes that came behind it already, for the server.
awaitable<int> read_request(ProxiedConnection& connection, std::string& early) {
    MessageParser parser(MessageParser::Kind::request, {});
    std::array<char, 4096> buffer;
    Progress progress = Progress::incomplete;
    while (progress == Progress::incomplete) {
        asio::error_code error;
        const std::size_t count = co_await connection.client.async_read_some(
            asio::buffer(buffer), redirect_error(use_awaitable, error));
        if (error) co_return 0;
        std::string_view bytes(buffer.data(), count);
        progress = parser.feed(bytes);
        early = bytes;
    }
    if (progress != Progress::complete) co_return 400;
    if (parser.method() != "CONNECT") co_return 405;
    co_return parser.target() == authority_of(connection.state->options.to) ? 200 : 403;
}

awaitable<bool> answer(ProxiedConnection& connection, int status) {
    std::string text = "HTTP/1.1 " + std::to_string(status) + " ";
    text += reason_phrase(status);
    if (status != 200) text += "\r\nContent-Length: 0\r\nConnection: close";
    if (status == 405) text += "\r\nAllow: CONNECT";
    text += "\r\n\r\n";
    asio::error_code error;
    co_await asio::async_write(connection.client, asio::buffer(text), redirect_error(use_awaitable, error));
    co_return !error;
}

awaitable<void> pass(ProxiedConnectionPtr connection) {
    ProxyState& state = *connection->state;
    const bool tunnel = state.options.tunnel;
    std::string early;
    int status = tunnel ? co_await read_request(*connection, early) : 200;
    if (status != 200) ++state.counts.turned_away;
    if (status == 0) co_return;

    // The handshake: a packet there, one back, and the third with the first bytes.
    const clock::time_point begin = clock::now();
    if (status == 200) {
        co_await wait_out(*connection, connection->there, begin + state.half);
        if (co_await connect(*connection)) {
            ++state.counts.unreachable;
            status = 502;
        }
    }
    if (tunnel || status != 200) co_await wait_out(*connection, connection->there, begin + 2 * state.half);
    if (tunnel && !co_await answer(*connection, status)) co_return;
    if (status != 200 && !tunnel) connection->reset();
    if (status != 200) co_return;

    Line& there = connection->there;
    Line& back = connection->back;
    there.opens = begin + 2 * state.half;
    back.opens = begin + 3 * state.half;
    if (!early.empty()) put(*connection, there, Piece::Kind::bytes, early);
    const asio::any_io_executor loop = connection->client.get_executor();
    for (Line* line : {&there, &back}) {
        asio::co_spawn(loop, take_in(connection, *line), asio::detached);
        asio::co_spawn(loop, hand_on(connection, *line), asio::detached);
    }
}

}  // namespace

DelayProxy::DelayProxy(asio::io_context& loop, ProxyOptions options)
    : loop_(loop), acceptor_(loop), state_(std::make_shared<ProxyState>(std::move(options))) {
    listen_on(acceptor_, state_->options.host, state_->options.port);
}

void DelayProxy::start() { asio::co_spawn(loop_, accept(), asio::detached); }

std::string DelayProxy::address() const { return authority_of(endpoint()); }

ProxyCounts DelayProxy::counts() const { return state_->counts; }

void DelayProxy::reset_counts() {
    const std::int64_t open = state_->counts.open;
    state_->counts = {};
    state_->counts.open = state_->counts.peak_open = open;
}

awaitable<void> DelayProxy::accept() {
    while (auto socket = co_await next_connection(acceptor_)) {
        asio::co_spawn(loop_, pass(std::make_shared<ProxiedConnection>(state_, std::move(*socket))),
                       asio::detached);
    }
}

}  // namespace overlap::net
