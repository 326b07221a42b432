#include "workshop/gate_redis.hpp"

#include <array>
#include <asio/buffer.hpp>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/redirect_error.hpp>
#include <asio/use_awaitable.hpp>
#include <asio/write.hpp>
#include <chrono>
#include <deque>
#include <list>

#include "net/listen.hpp"

namespace overlap::workshop {

using asio::awaitable;
using asio::redirect_error;
using asio::use_awaitable;
using asio::ip::tcp;
using clock = std::chrono::steady_clock;

namespace {

constexpr std::size_t most_command = 64 * 1024;
constexpr std::size_t most_waiting = 10'000;

// What clients say on a new connection before they are used (ioredis and node-redis among them). These are
// none of the exercise's commands. RESP3 may be asked for: clients that do take our replies too.
std::optional<net::RedisReply> greeting(const net::RedisReply& command) {
    using Kind = net::RedisReply::Kind;
    std::string name = command.items.empty() ? "" : command.items[0].text;
    for (char& c : name) c = static_cast<char>(c | 0x20);
    if (name == "hello") {
        net::RedisReply about{.kind = Kind::array};
        for (const char* text :
             {"server", "redis", "version", "7.0.0", "mode", "standalone", "role", "master"})
            about.items.push_back({.kind = Kind::string, .text = text});
        return about;
    }
    if (name == "info")
        return net::RedisReply{.kind = Kind::string, .text = "# Persistence\r\nloading:0\r\n"};
    if (name == "client" || name == "select") return net::RedisReply{.kind = Kind::status, .text = "OK"};
    if (name == "ping") return net::RedisReply{.kind = Kind::status, .text = "PONG"};
    return std::nullopt;
}

}  // namespace

struct GateRedis::Connection {
    Connection(tcp::socket s, std::int64_t n) : socket(std::move(s)), number(n) {}

    struct Command {
        net::RedisReply words;
        net::Served served;
        std::optional<net::RedisReply> greeting;  ///< the reply, where it is one
    };

    tcp::socket socket;
    std::int64_t number;
    std::deque<Command> waiting;
    bool over = false;
};

struct GateRedis::Shared {
    Shared(asio::io_context& l, Stage& s, Scenario& c) : loop(l), stage(s), scenario(c), acceptor(l) {}

    asio::io_context& loop;
    Stage& stage;
    Scenario& scenario;
    tcp::acceptor acceptor;
    std::int64_t connections = 0;
    std::int64_t events = 0;
    std::list<std::shared_ptr<Connection>> open;
    std::vector<net::Served> ended;
};

GateRedis::GateRedis(asio::io_context& loop, Stage& stage, Scenario& scenario)
    : shared_(std::make_shared<Shared>(loop, stage, scenario)) {
    net::listen_on(shared_->acceptor, "127.0.0.1", 0);
    asio::co_spawn(loop, accept(shared_), asio::detached);
}

std::string GateRedis::address() const { return net::authority_of(shared_->acceptor.local_endpoint()); }

std::vector<net::Served> GateRedis::seen() const {
    std::vector<net::Served> all = shared_->ended;
    for (const auto& connection : shared_->open) {
        for (const Connection::Command& command : connection->waiting) {
            all.push_back(command.served);
            all.back().end = clock::now();
            all.back().hung_up = connection->over;
        }
    }
    return all;
}

int GateRedis::owed() const {
    std::size_t count = 0;
    for (const auto& connection : shared_->open) count += connection->over ? 0 : connection->waiting.size();
    return static_cast<int>(count);
}

std::int64_t GateRedis::events() const { return shared_->events; }

void GateRedis::close() {
    asio::error_code ignored;
    shared_->acceptor.close(ignored);
    for (const auto& connection : shared_->open) {
        connection->over = true;
        connection->socket.close(ignored);
    }
    shared_->stage.changed();
}

awaitable<void> GateRedis::accept(std::shared_ptr<Shared> shared) {
    while (auto socket = co_await net::next_connection(shared->acceptor)) {
        ++shared->events;
        auto connection = std::make_shared<Connection>(std::move(*socket), ++shared->connections);
        shared->open.push_back(connection);
        asio::co_spawn(shared->loop, read(shared, connection), asio::detached);
        asio::co_spawn(shared->loop, reply(shared, connection),
                       [shared, connection](std::exception_ptr) { shared->open.remove(connection); });
    }
}

awaitable<void> GateRedis::read(std::shared_ptr<Shared> shared, std::shared_ptr<Connection> connection) {
    net::RedisParser parser(most_command);
    net::RedisReply command;
    std::array<char, 16 * 1024> buffer;
    asio::error_code error;
    while (!error && connection->waiting.size() < most_waiting) {
        const std::size_t count = co_await connection->socket.async_read_some(
            asio::buffer(buffer), redirect_error(use_awaitable, error));
        if (error) break;
        parser.feed({buffer.data(), count});
        net::RedisProgress progress = parser.next(command);
        for (; progress == net::RedisProgress::complete; progress = parser.next(command)) {
            ++shared->events;
            std::string name;
            for (const net::RedisReply& word : command.items)
                name += (name.empty() ? "" : " ") + word.text.substr(0, 60);
            connection->waiting.push_back({command,
                                           {.method = "GET",
                                            .target = name,
                                            .connection = connection->number,
                                            .status = 0,
                                            .hung_up = false,
                                            .read = clock::now(),
                                            .taken = clock::now(),
                                            .end = {}},
                                           greeting(command)});
            if (connection->waiting.back().greeting) continue;
            ++shared->stage.facts["requests"];
            shared->scenario.command_read(connection->number, command);
        }
        if (progress != net::RedisProgress::incomplete) break;
    }
    connection->over = true;
    ++shared->events;
    shared->stage.changed();
}

awaitable<void> GateRedis::reply(std::shared_ptr<Shared> shared, std::shared_ptr<Connection> connection) {
    for (;;) {
        co_await shared->stage.until([&] { return connection->over || !connection->waiting.empty(); });
        if (connection->waiting.empty()) break;
        const net::RedisReply& words = connection->waiting.front().words;
        const std::optional<net::RedisReply>& greeted = connection->waiting.front().greeting;
        const net::RedisReply reply = greeted ? *greeted : co_await shared->scenario.command(words);
        Connection::Command command = std::move(connection->waiting.front());
        connection->waiting.pop_front();
        std::string wire;
        net::append_wire(wire, reply);
        command.served.end = clock::now();
        command.served.hung_up = connection->over;
        command.served.status = connection->over ? 0 : reply.kind == net::RedisReply::Kind::error ? 400 : 200;
        shared->ended.push_back(command.served);
        asio::error_code error;
        co_await asio::async_write(connection->socket, asio::buffer(wire),
                                   redirect_error(use_awaitable, error));
        if (error) break;
    }
    asio::error_code ignored;
    connection->socket.close(ignored);
}

}  // namespace overlap::workshop
