#include "workshop/gate_server.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <asio/buffer.hpp>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/redirect_error.hpp>
#include <asio/use_awaitable.hpp>
#include <asio/write.hpp>
#include <cerrno>
#include <chrono>
#include <list>
#include <utility>

#include "net/http_message.hpp"
#include "net/http_routes.hpp"
#include "net/listen.hpp"
#include "net/query.hpp"

namespace overlap::workshop {

using asio::awaitable;
using asio::redirect_error;
using asio::use_awaitable;
using asio::ip::tcp;
using clock = std::chrono::steady_clock;

namespace {

// A program may call on and on; what is kept of it must not grow without end.
constexpr std::size_t most_kept = 20'000;
constexpr std::size_t longest_target = 200;
// Each takes a descriptor, and some must be left to look at the program with.
constexpr std::size_t most_open = 900;

bool peer_closed(tcp::socket& socket) {
    char byte = 0;
    const ssize_t count = ::recv(socket.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return count == 0 || (count < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR);
}

}  // namespace

struct Exchange::Connection {
    Connection(tcp::socket s, std::int64_t n)
        : socket(std::move(s)),
          parser(net::MessageParser::Kind::request, {.header = 256 * 1024}),
          number(n) {}

    tcp::socket socket;
    net::MessageParser parser;
    std::int64_t number;
    bool hung_up = false;
    bool keep_alive = false;
    const Exchange* under_way = nullptr;
    net::Served served;  ///< the request under way
};

struct GateServer::Shared {
    Shared(asio::io_context& l, Stage& s, Serve f) : loop(l), stage(s), serve(std::move(f)), acceptor(l) {}

    asio::io_context& loop;
    Stage& stage;
    Serve serve;
    tcp::acceptor acceptor;
    std::int64_t connections = 0;
    std::int64_t events = 0;
    std::list<std::shared_ptr<Exchange::Connection>> open;
    std::vector<net::Served> ended;
};

Exchange::Exchange(Stage& stage, std::shared_ptr<Connection> connection, std::string target)
    : stage_(stage), connection_(std::move(connection)), path_(std::move(target)) {
    if (const std::size_t mark = path_.find('?'); mark != std::string::npos) {
        query_ = path_.substr(mark + 1);
        path_.resize(mark);
    }
}

std::optional<std::string> Exchange::behind(std::string_view prefix) const {
    if (!path_.starts_with(prefix)) return std::nullopt;
    return path_.substr(prefix.size());
}

std::optional<std::string> Exchange::query(std::string_view name) const {
    static constexpr std::string_view none = "\n";  // no request line can hold it
    const std::string_view value = net::parameter(query_, name, none);
    return value == none ? std::nullopt : std::optional(std::string(value));
}

std::int64_t Exchange::connection() const { return connection_->number; }
net::Ends Exchange::ends() const { return net::ends_of(connection_->socket); }
bool Exchange::hung_up() const { return connection_->hung_up; }

awaitable<bool> Exchange::until(std::function<bool()> ready) {
    co_await stage_.until([this, &ready] { return hung_up() || ready(); });
    // On a busy machine the loop hears late that somebody left.
    if (peer_closed(connection_->socket)) connection_->hung_up = true;
    co_return !hung_up();
}

awaitable<bool> Exchange::write(std::string bytes, bool last) {
    asio::error_code error;
    for (std::size_t at = 0; at < bytes.size() && !error;) {
        const std::size_t count = co_await connection_->socket.async_write_some(
            asio::buffer(bytes.data() + at, bytes.size() - at), redirect_error(use_awaitable, error));
        at += count;
        taken_ += static_cast<std::int64_t>(count);
    }
    if (error) connection_->hung_up = true;
    if (last || error) connection_->served.end = clock::now();
    stage_.changed();
    co_return !error;
}

awaitable<bool> Exchange::answer(int status, std::string body) {
    if (hung_up()) co_return false;
    net::Plan plan;
    plan.status = status;
    plan.parts = {std::move(body)};
    status_ = status;
    std::string bytes = net::head_of(plan, connection_->keep_alive, "") + plan.parts.front();
    co_return co_await write(std::move(bytes), true);
}

awaitable<bool> Exchange::begin() {
    if (hung_up()) co_return false;
    net::Plan plan;
    plan.chunked = true;
    status_ = plan.status;
    const bool sent = co_await write(net::head_of(plan, connection_->keep_alive, ""), false);
    taken_ = 0;
    co_return sent;
}

awaitable<bool> Exchange::part(std::string bytes) {
    net::Plan plan;
    plan.chunked = true;
    plan.parts = {std::move(bytes)};
    co_return !hung_up() && co_await write(net::part_of(plan, 0), false);
}

std::int64_t Exchange::read() const {
    return std::max<std::int64_t>(0, taken_ - net::unread(connection_->socket));
}

awaitable<bool> Exchange::end() { co_return !hung_up() && co_await write("0\r\n\r\n", true); }

GateServer::GateServer(asio::io_context& loop, Stage& stage, Serve serve)
    : shared_(std::make_shared<Shared>(loop, stage, std::move(serve))) {
    net::listen_on(shared_->acceptor, "127.0.0.1", 0);
    asio::co_spawn(loop, accept(shared_), asio::detached);
}

std::string GateServer::url() const {
    return "http://" + net::authority_of(shared_->acceptor.local_endpoint());
}

std::vector<net::Served> GateServer::seen() const {
    std::vector<net::Served> all = shared_->ended;
    for (const auto& connection : shared_->open) {
        if (connection->under_way == nullptr) continue;
        all.push_back(connection->served);
        all.back().end = clock::now();
        all.back().hung_up = connection->hung_up;
    }
    return all;
}

int GateServer::owed() const {
    int count = 0;
    for (const auto& connection : shared_->open) {
        if (connection->under_way != nullptr && !connection->hung_up) ++count;
    }
    return count;
}

std::int64_t GateServer::events() const { return shared_->events; }

void GateServer::close() {
    asio::error_code ignored;
    shared_->acceptor.close(ignored);
    for (const auto& connection : shared_->open) {
        connection->hung_up = true;
        connection->socket.close(ignored);
    }
    shared_->stage.changed();
}

awaitable<void> GateServer::accept(std::shared_ptr<Shared> shared) {
    while (auto socket = co_await net::next_connection(shared->acceptor)) {
        if (shared->open.size() >= most_open) continue;  // hangs up
        ++shared->events;
        auto connection = std::make_shared<Exchange::Connection>(std::move(*socket), ++shared->connections);
        shared->open.push_back(connection);
        asio::co_spawn(shared->loop, converse(shared, connection), [shared, connection](std::exception_ptr) {
            shared->open.remove(connection);
            ++shared->events;
        });
    }
}

void GateServer::watch_hangup(const std::shared_ptr<Shared>& shared,
                              const std::shared_ptr<Exchange::Connection>& connection) {
    connection->socket.async_wait(tcp::socket::wait_read, [shared, connection](asio::error_code error) {
        if (error || !peer_closed(connection->socket)) return;  // cancelled, or the next request came early
        connection->hung_up = true;
        ++shared->events;
        shared->stage.changed();
    });
}

awaitable<void> GateServer::converse(std::shared_ptr<Shared> shared,
                                     std::shared_ptr<Exchange::Connection> connection) {
    std::array<char, 4096> buffer;
    std::string_view unread;
    while (connection->socket.is_open()) {
        net::Progress progress = connection->parser.feed(unread);
        asio::error_code error;
        while (progress == net::Progress::incomplete && !error) {
            const std::size_t count = co_await connection->socket.async_read_some(
                asio::buffer(buffer), redirect_error(use_awaitable, error));
            unread = {buffer.data(), count};
            if (!error) progress = connection->parser.feed(unread);
        }
        if (progress != net::Progress::complete) co_return;

        ++shared->events;
        connection->keep_alive = connection->parser.keep_alive();
        Exchange exchange(shared->stage, connection, connection->parser.target());
        std::string target = connection->parser.target();
        if (target.size() > longest_target) target.resize(longest_target);
        connection->served = {.method = std::string(connection->parser.method()),
                              .target = std::move(target),
                              .connection = connection->number,
                              .status = 0,
                              .hung_up = false,
                              .read = clock::now(),
                              .taken = clock::now(),
                              .end = {}};
        connection->under_way = &exchange;
        watch_hangup(shared, connection);
        shared->stage.changed();
        co_await shared->serve(exchange);
        connection->under_way = nullptr;
        connection->socket.cancel(error);  // the hang-up watch
        if (!exchange.answered()) connection->served.end = clock::now();
        connection->served.status = exchange.status();
        connection->served.hung_up = connection->hung_up;
        if (shared->ended.size() < most_kept) shared->ended.push_back(connection->served);
        if (!exchange.answered() || connection->hung_up || !connection->keep_alive) co_return;
        connection->parser.reset();
    }
}

}  // namespace overlap::workshop
