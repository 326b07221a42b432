// Both clients of Redis: against the stand-in, and against servers that fail.
#include <doctest/doctest.h>
#include <sys/socket.h>

#include <array>
#include <asio/bind_cancellation_slot.hpp>
#include <asio/cancellation_signal.hpp>
#include <asio/co_spawn.hpp>
#include <asio/steady_timer.hpp>
#include <asio/system_error.hpp>
#include <chrono>
#include <exception>
#include <future>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "concurrency/gather.hpp"
#include "support/eventually.hpp"
#include "support/listener.hpp"
#include "support/redis.hpp"
#include "support/scripted_server.hpp"
#include "support/server_thread.hpp"
#include "support/sockets.hpp"

namespace overlap::test {
namespace {

using net::RedisAnswer;
using net::RedisOptions;
using namespace std::chrono_literals;

TEST_SUITE_BEGIN("redis_client");

// Reads a command, as far as it comes in one piece; empty when the client left.
std::string receive_command(int fd) {
    std::array<char, 4096> buffer;
    const ssize_t count = ::recv(fd, buffer.data(), buffer.size(), 0);
    return count > 0 ? std::string(buffer.data(), static_cast<std::size_t>(count)) : "";
}

ScriptedServer::Script reply_with(std::string bytes) {
    return [bytes = std::move(bytes)](int fd) {
        if (!receive_command(fd).empty()) send(fd, bytes);
    };
}

#define BOTH BlockingRedisClient, AsyncRedisClient

TEST_CASE_TEMPLATE("a conversation is written and read back on one connection", Client, BOTH) {
    StandInThread server;
    Client client(server.target());
    CHECK(client.command({"RPUSH", "chat", "hi", "hel lo", ""}).reply == integer(3));
    CHECK(client.command({"LRANGE", "chat", "0", "-1"}).reply ==
          array({text("hi"), text("hel lo"), text("")}));
    CHECK(client.command({"GET", "none"}).ok());
    CHECK(client.command({"GET", "none"}).reply == net::RedisReply{});
    CHECK(server.counts().connections == 1);
    CHECK(server.counts().requests == 4);
}

TEST_CASE_TEMPLATE("many commands at once each get their own reply", Client, BOTH) {
    StandInThread server;
    Client client(server.target());
    std::vector<RedisWords> commands;
    for (int i = 0; i < 50; ++i)
        commands.push_back({"ECHO", std::string(static_cast<std::size_t>(i) * 20, 'x') + std::to_string(i)});
    for (int round = 0; round < 3; ++round) {
        const std::vector<RedisAnswer> answers = client.all(commands);
        for (std::size_t i = 0; i < commands.size(); ++i) CHECK(answers[i].reply == text(commands[i][1]));
    }
}

TEST_CASE_TEMPLATE("what Redis refuses is an error in words, and the connection goes on", Client, BOTH) {
    StandInThread server;
    Client client(server.target());
    client.command({"SET", "a", "1"});
    CHECK(client.command({"LRANGE", "a", "0", "-1"}).error ==
          "WRONGTYPE: the key holds another kind of value");
    CHECK(client.command({"NOSUCH"}).error == "Redis: unknown command 'NOSUCH', with args beginning with: ");
    CHECK(client.command({"GET", "a"}).reply == text("1"));
    CHECK(server.counts().connections == 1);
}

TEST_CASE_TEMPLATE("nothing listens, or nothing answers in time", Client, BOTH) {
    Client refused(at(unused_port()));
    CHECK(refused.command({"PING"}).error == "connection refused");
    CHECK(refused.command({"PING"}).error == "connection refused");
    CHECK(Client(net::Target{}).command({"PING"}).error != "");

    const FullListener full;
    RedisOptions options = patient_redis();
    options.connect_timeout = 50ms;
    CHECK(Client(full.target(), options).command({"PING"}).error == "timed out");

    ScriptedServer silent(wait_until_client_leaves);
    options = patient_redis();
    options.timeout = 50ms;
    CHECK(Client(silent.target(), options).command({"PING"}).error == "timed out");
    // A byte now and then does not put it off.
    ScriptedServer slow([](int fd) {
        receive_command(fd);
        send(fd, "$100000000\r\n");
        while (send(fd, "x")) std::this_thread::sleep_for(1ms);
    });
    CHECK(Client(slow.target(), options).command({"PING"}).error == "timed out");
}

TEST_CASE_TEMPLATE("a reply cut off at any byte is no reply, and the next command connects anew", Client,
                   BOTH) {
    const std::string whole = "*2\r\n$3\r\nabc\r\n:12\r\n";
    std::atomic<std::size_t> cut = 0;
    ScriptedServer server([&](int fd) {
        if (!receive_command(fd).empty()) send(fd, whole.substr(0, cut));
    });
    Client client(server.target());
    for (; cut < whole.size(); ++cut) {
        CAPTURE(cut);
        CHECK(client.command({"PING"}).error == "connection closed");
    }
    CHECK(client.command({"PING"}).reply == array({text("abc"), integer(12)}));
}

TEST_CASE_TEMPLATE("what answers is no Redis", Client, BOTH) {
    ServerThread http;
    CHECK(Client(at(http.port())).command({"PING"}).error == "not a Redis answer");
    ScriptedServer garbage(reply_with("\x01\x02\x03 hello\r\n"));
    CHECK(Client(garbage.target()).command({"PING"}).error == "not a Redis answer");
}

TEST_CASE_TEMPLATE("an answer above the limit is given up", Client, BOTH) {
    RedisOptions options = patient_redis();
    options.most = 100'000;
    for (const std::string& endless : {"$2000000000\r\n", "*2000000000\r\n"}) {
        ScriptedServer server([&](int fd) {
            receive_command(fd);
            send(fd, endless);
            while (send(fd, "$3\r\nabc\r\n")) {
            }
        });
        CHECK(Client(server.target(), options).command({"PING"}).error == "answer too large");
    }
}

TEST_CASE("a stop ends a blocking command, whatever it waits for") {
    const auto interrupted = [](const net::Target& target, auto ready) {
        std::stop_source stop;
        RedisOptions options = patient_redis();
        options.stop = stop.get_token();
        BlockingRedisClient client(target, options);
        auto call = std::async(std::launch::async, [&] { return client.command({"PING"}).error; });
        CHECK(eventually(ready));
        stop.request_stop();
        CHECK(call.get() == "interrupted");
        CHECK(client.command({"PING"}).error == "interrupted");
    };
    ScriptedServer silent(wait_until_client_leaves);
    interrupted(silent.target(), [&] { return silent.connections() == 1; });
    const FullListener full;
    interrupted(full.target(), [&] { return full.somebody_connects(); });
}

TEST_CASE("coroutines that share a connection send together and are answered in order") {
    std::promise<std::size_t> first_piece;
    ScriptedServer server([&](int fd) {
        const std::string ping = net::redis_command({"PING"});
        std::string got = receive_command(fd);
        first_piece.set_value(got.size() / ping.size());
        while (got.size() < 10 * ping.size()) got += receive_command(fd);
        for (int i = 0; i < 10; ++i) send(fd, ":" + std::to_string(i) + "\r\n");
        wait_until_client_leaves(fd);
    });
    AsyncRedisClient client(server.target());
    const std::vector<RedisAnswer> answers = client.all(std::vector<RedisWords>(10, {"PING"}));
    for (int i = 0; i < 10; ++i) CHECK(answers[static_cast<std::size_t>(i)].reply == integer(i));
    CHECK(first_piece.get_future().get() == 10);
    CHECK(server.connections() == 1);
}

TEST_CASE("a command given while another waits for its reply does not wait for that") {
    ScriptedServer server([](int fd) {
        receive_command(fd);
        const std::string second = receive_command(fd);  // only now are both answered
        if (!second.empty()) send(fd, ":1\r\n:2\r\n");
        wait_until_client_leaves(fd);
    });
    asio::io_context loop(1);
    net::AsyncRedis redis(loop.get_executor(), server.target(), patient_redis());
    const std::string ping = net::redis_command({"PING"});
    std::vector<std::int64_t> answers;
    const auto note = [&](const std::exception_ptr&, const RedisAnswer& answer) {
        answers.push_back(answer.reply.integer);
    };
    asio::co_spawn(loop, redis.command(ping), note);
    asio::steady_timer later(loop, 30ms);
    later.async_wait([&](const asio::error_code&) { asio::co_spawn(loop, redis.command(ping), note); });
    loop.run();
    CHECK(answers == std::vector<std::int64_t>{1, 2});
}

TEST_CASE("all who wait on a connection are told when it breaks, and may go on with a new one") {
    ScriptedServer server([](int fd) {
        receive_command(fd);
        send(fd, ":1\r\n");
    });
    AsyncRedisClient client(server.target());
    const std::vector<RedisAnswer> answers = client.all(std::vector<RedisWords>(5, {"PING"}));
    CHECK(answers[0].reply == integer(1));
    for (std::size_t i = 1; i < 5; ++i) CHECK_FALSE(answers[i].ok());
    CHECK(client.command({"PING"}).reply == integer(1));
    CHECK(server.connections() == 2);
}

TEST_CASE("a reply that nobody asked for ends the connection") {
    ScriptedServer server(reply_with(":1\r\n:2\r\n"));
    AsyncRedisClient client(server.target());
    CHECK(client.command({"PING"}).reply == integer(1));
    CHECK(client.command({"PING"}).reply == integer(1));
    CHECK(server.connections() == 2);
}

TEST_CASE("a cancelled command ends at once, and the replies of the others stay theirs") {
    std::promise<void> go;
    ScriptedServer server([&](int fd) {
        receive_command(fd);
        go.get_future().wait();
        send(fd, ":1\r\n:2\r\n:3\r\n");
        wait_until_client_leaves(fd);
    });
    asio::io_context loop(1);
    net::AsyncRedis redis(loop.get_executor(), server.target(), patient_redis());
    const std::string ping = net::redis_command({"PING"});
    asio::cancellation_signal cancel;
    std::vector<std::string> ended;
    const auto note = [&](const std::exception_ptr& error, const RedisAnswer& answer) {
        ended.push_back(error ? "thrown" : std::to_string(answer.reply.integer));
        if (ended.size() == 1) go.set_value();
    };
    asio::co_spawn(loop, redis.command(ping), note);
    asio::co_spawn(loop, redis.command(ping), asio::bind_cancellation_slot(cancel.slot(), note));
    asio::co_spawn(loop, redis.command(ping), note);
    asio::steady_timer later(loop, 30ms);
    later.async_wait([&](const asio::error_code&) { cancel.emit(asio::cancellation_type::terminal); });
    loop.run();
    CHECK(ended == std::vector<std::string>{"thrown", "1", "3"});
}

asio::awaitable<void> ask_alone(asio::io_context& loop, net::Target where, std::shared_ptr<int> alive) {
    net::AsyncRedis redis(loop.get_executor(), std::move(where), patient_redis());
    co_await redis.command(net::redis_command({"PING"}));
    *alive = -1;
}

asio::awaitable<void> ask_shared(net::AsyncRedis& redis, std::shared_ptr<int> alive) {
    co_await redis.command(net::redis_command({"PING"}));
    *alive = -1;
}

TEST_CASE("a loop that is stopped and destroyed destroys those who wait, and hangs up") {
    ScriptedServer server(wait_until_client_leaves);
    const auto alive = std::make_shared<int>(0);
    {
        asio::io_context loop(1);
        net::AsyncRedis shared(loop.get_executor(), server.target(), patient_redis());
        for (int i = 0; i < 3; ++i)
            asio::co_spawn(loop, ask_shared(shared, alive), [](std::exception_ptr) {});
        for (int i = 0; i < 3; ++i)
            asio::co_spawn(loop, ask_alone(loop, server.target(), alive), [](std::exception_ptr) {});
        asio::steady_timer later(loop, 30ms);
        later.async_wait([&](const asio::error_code&) { loop.stop(); });
        loop.run();
        CHECK(alive.use_count() == 7);
    }
    CHECK(alive.use_count() == 1);
    CHECK(*alive == 0);
}

TEST_CASE("commands in their thousands, by many coroutines and over many connections") {
    StandInThread server;
    asio::io_context loop(1);
    net::AsyncRedis redis(loop.get_executor(), server.target(), patient_redis());
    int good = 0;
    struct Asker {
        static asio::awaitable<void> ask(net::AsyncRedis& redis, int number, int& good) {
            for (int i = 0; i < 100; ++i) {
                const std::string word = std::to_string(number * 1000 + i);
                const RedisAnswer answer = co_await redis.command(net::redis_command({"ECHO", word}));
                if (answer.reply.text == word) ++good;
            }
        }
    };
    std::vector<asio::awaitable<void>> askers;
    for (int i = 0; i < 100; ++i) askers.push_back(Asker::ask(redis, i, good));
    asio::co_spawn(loop, gather(std::move(askers)), [](std::exception_ptr) {});
    loop.run();
    CHECK(good == 10'000);
    CHECK(server.counts().connections == 1);
}

}  // namespace
}  // namespace overlap::test
