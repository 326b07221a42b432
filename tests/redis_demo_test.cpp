// The demo redis: what both ends saw, and a Redis that is not as expected.
#include <doctest/doctest.h>
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <iterator>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "demo/redis_backend.hpp"
#include "demo/runner.hpp"
#include "demos/demos.hpp"
#include "net/redis_process.hpp"
#include "support/error_message.hpp"
#include "support/listener.hpp"
#include "support/process.hpp"
#include "support/redis.hpp"
#include "support/text.hpp"
#include "timeline/advice.hpp"
#include "timeline/error.hpp"
#include "timeline/metrics.hpp"
#include "timeline/units.hpp"

namespace overlap::test {
namespace {

TEST_SUITE_BEGIN("redis_demo");

RunOptions redis_run(int tasks, Nanoseconds rtt, const std::string& address = "") {
    RunOptions options{Settings(redis.knobs)};
    options.ways.assign(std::begin(all_ways), std::end(all_ways));
    options.workers = 3;
    options.program = OVERLAP_BINARY;
    options.redis = address;
    options.settings.set("tasks", tasks);
    options.settings.set("rtt", rtt);
    return options;
}

// How many round trips the tasks of a way waited for at least: what it took, rounded down.
Nanoseconds round_trips(const WayRun& way, Nanoseconds rtt) { return total_of(way) / rtt; }

TEST_CASE("one after another, all at once, three at a time, or on one connection: Redis saw the same") {
    if (!installed_redis()) return;
    const Run run = run_demo(redis, redis_run(7, 40 * ms));
    CHECK(contains(run.title, "7 conversations read from Redis, three ways (redis-server "));
    CHECK(contains(run.title, ", 40ms away)"));
    REQUIRE(run.ways.size() == 5);
    const char* const variants[] = {"", "each", "pooled", "pipelined", ""};
    const int in_flight[] = {1, 7, 3, 7, 3};
    const int connections[] = {1, 7, 3, 1, 3};
    // What waiting for one another, and opening a connection, costs at least.
    const int trips[] = {8, 2, 4, 2, 4};
    for (std::size_t i = 0; i < 5; ++i) {
        CAPTURE(i);
        const WayRun& way = run.ways[i];
        CHECK(way.variant == variants[i]);
        CHECK(outcomes_of(summarize_tasks(way.timeline)).done == 7);
        CHECK(in_flight_peak(way.timeline) == in_flight[i]);
        REQUIRE(way.server.has_value());
        CHECK(way.server->connections == connections[i]);
        CHECK(way.server->requests == 7);
        CHECK(round_trips(way, 40 * ms) >= trips[i]);
    }
    const std::vector<std::string> why = explain(run);
    REQUIRE_FALSE(why.empty());
    CHECK(contains(why.front(), "Measured in round trips of 40ms"));
    CHECK(contains(why.back(), "Pipelining had up to 7 reads under way on 1 connection"));
}

TEST_CASE("where redis-server is not installed, that is said, and our stand-in does the same") {
    std::string notice;
    RunOptions options = redis_run(7, 1 * ms);
    options.observer.notice = [&](const std::string& sentence) { notice = sentence; };
    const std::string path = std::getenv("PATH");
    ::setenv("PATH", "/nonexistent", 1);
    const Run run = run_demo(redis, options);
    ::setenv("PATH", path.c_str(), 1);
    CHECK(notice ==
          "redis-server is not installed (apt-get install -y redis-server): our stand-in is used instead");
    CHECK(contains(run.title, "(our stand-in, not Redis, 1ms away)"));
    REQUIRE(run.ways.size() == 5);
    const int connections[] = {1, 7, 3, 1, 3};
    for (std::size_t i = 0; i < 5; ++i) {
        CHECK(outcomes_of(summarize_tasks(run.ways[i].timeline)).done == 7);
        CHECK(run.ways[i].server->connections == connections[i]);
        CHECK(run.ways[i].server->requests == 7);
    }
}

TEST_CASE("a Redis of the user's is read from, and left as it was") {
    const std::optional<std::string> program = installed_redis();
    if (!program) return;
    const net::RedisProcess server(*program);
    BlockingRedisClient client(at(server.port()));
    client.command({"SET", "mine", "1"});
    const Run run = run_demo(redis, redis_run(3, 0, server.address()));
    CHECK(contains(run.title, " at " + server.address() + ")"));
    CHECK(run.urls == std::vector<std::string>{server.address()});
    for (const WayRun& way : run.ways) CHECK(outcomes_of(summarize_tasks(way.timeline)).done == 3);
    CHECK(client.command({"KEYS", "*"}).reply == array({text("mine")}));

    std::stop_source stop;
    RunOptions options = redis_run(1'000, 10 * ms, server.address());
    options.stop = stop.get_token();
    options.observer.way_begins = [&](const Variant&, int, int, const std::atomic<int>&) {
        CHECK(client.command({"TTL", conversation_key(999)}).reply.integer > 0);  // should we be killed
        stop.request_stop();
    };
    CHECK(run_demo(redis, options).interrupted);
    CHECK(client.command({"KEYS", "*"}).reply == array({text("mine")}));
}

TEST_CASE("what is not what was written is a failure, and so is another type") {
    const std::optional<std::string> program = installed_redis();
    if (!program) return;
    const net::RedisProcess server(*program);
    BlockingRedisClient client(at(server.port()));
    RunOptions options = redis_run(4, 0, server.address());
    options.observer.way_begins = [&](const Variant&, int, int, const std::atomic<int>&) {
        client.command({"DEL", conversation_key(0)});
        client.command({"SET", conversation_key(1), "a string"});
        client.command({"LSET", conversation_key(2), "1", "changed"});
    };
    const Run run = run_demo(redis, options);
    REQUIRE(run.ways.size() == 5);
    for (const WayRun& way : run.ways) {
        CHECK(way.timeline.lanes[0].error == "not what was written");
        CHECK(way.timeline.lanes[1].error == "WRONGTYPE: the key holds another kind of value");
        CHECK(way.timeline.lanes[2].error == "not what was written");
        CHECK(way.timeline.lanes[3].error.empty());
        CHECK(way.failed_repeats == 1);
    }
}

TEST_CASE("a Redis that is killed in the middle fails the tasks that are left, and nothing hangs") {
    const std::optional<std::string> program = installed_redis();
    if (!program) return;
    for (const Nanoseconds rtt : {Nanoseconds(0), 1 * ms}) {
        const net::RedisProcess server(*program);
        RunOptions options = redis_run(20, rtt, server.address());
        options.observer.way_begins = [&](const Variant& variant, int, int, const std::atomic<int>&) {
            if (variant.name == "each") ::kill(server.pid(), SIGKILL);
        };
        const Run run = run_demo(redis, options);
        REQUIRE(run.ways.size() == 5);
        CHECK(run.server_gone);
        CHECK(outcomes_of(summarize_tasks(run.ways[0].timeline)).done == 20);
        for (std::size_t i = 2; i < 5; ++i)
            CHECK(outcomes_of(summarize_tasks(run.ways[i].timeline)).failed == 20);
    }
}

TEST_CASE("a Redis that cannot be used ends the run with what to do about it") {
    const auto says = [](const std::string& address) {
        return error_message<Error>([&] { run_demo(redis, redis_run(3, 0, address)); });
    };
    const std::string unused = "127.0.0.1:" + std::to_string(unused_port());
    CHECK(says(unused) == "cannot use the Redis at " + unused + ": connection refused; is it running?");
    const std::optional<std::string> program = installed_redis();
    if (!program) return;
    const net::RedisProcess server(*program, {"--requirepass", "secret"});
    CHECK(contains(says(server.address()), "NOAUTH: Redis wants a password; "));
}

TEST_CASE("on the command line: nothing is left behind by Ctrl-C, and wrong addresses are told at once") {
    if (!installed_redis()) return;
    Process process({.arguments = {"redis", "--tasks", "1000", "--way", "sequential"}, .terminal = true});
    process.read_until("sequential");
    std::vector<pid_t> children = children_of(process.pid());
    CHECK(children.size() == 2);  // redis-server and the proxy
    process.type("\x03");
    CHECK(process.wait().code == 130);
    for (const pid_t child : children) CHECK(ends_soon(child));

    CHECK(run({"redis", "--redis", "here"}).code == 2);
    const Ended refused = run({"redis", "--redis", "127.0.0.1:" + std::to_string(unused_port())});
    CHECK(refused.code == 1);
    CHECK(lines_of(refused.err).size() == 1);
}

TEST_CASE("Ctrl-C ends the wait for a Redis that accepts and never answers: nothing was measured") {
    const Listener listener;
    Process process({.arguments = {"redis", "--redis", "127.0.0.1:" + std::to_string(listener.port())}});
    const int connection = listener.accept();
    REQUIRE(connection >= 0);
    char first = 0;
    CHECK(::read(connection, &first, 1) == 1);  // it has asked, and waits
    process.signal(SIGINT);
    const Ended ended = process.wait(std::chrono::seconds(20));  // before it would time out
    CHECK(ended.code == 130);
    CHECK(contains(ended.out, "Interrupted before anything was measured."));
    CHECK(ended.err == "");
    ::close(connection);
}

TEST_CASE("a Redis that answers the writing alone does not keep a stop from ending the run") {
    // One that takes what is written and answers no question.
    const Listener listener;
    std::stop_source stop;
    std::thread server([&] {
        const int connection = listener.accept();
        char byte = 0;
        CHECK(::read(connection, &byte, 1) == 1);
        const std::string answers = ":4\r\n:1\r\n";
        CHECK(::write(connection, answers.data(), answers.size()) == std::ssize(answers));
        const int next = listener.accept();
        CHECK(::read(next, &byte, 1) == 1);
        stop.request_stop();
        ::close(listener.accept());  // to delete what was written
        ::close(next);
        ::close(connection);
    });
    RunOptions options = redis_run(1, 0, "127.0.0.1:" + std::to_string(listener.port()));
    options.stop = stop.get_token();
    const Run run = run_demo(redis, options);
    listener.stop();  // should it not have come that far
    server.join();
    CHECK(run.interrupted);
    CHECK(run.ways.empty());
}

TEST_CASE("where nothing was written, nothing is deleted") {
    const Listener listener;
    int connections = 0;
    std::thread server([&] {
        for (int connection = listener.accept(); connection >= 0; connection = listener.accept()) {
            ++connections;
            char byte = 0;
            CHECK(::read(connection, &byte, 1) == 1);
            const std::string refusals = "-NOAUTH No.\r\n-NOAUTH No.\r\n";
            CHECK(::write(connection, refusals.data(), refusals.size()) == std::ssize(refusals));
            while (::read(connection, &byte, 1) > 0) continue;
            ::close(connection);
        }
    });
    const std::string address = "127.0.0.1:" + std::to_string(listener.port());
    CHECK(contains(error_message<Error>([&] { run_demo(redis, redis_run(1, 0, address)); }), "NOAUTH"));
    listener.stop();
    server.join();
    CHECK(connections == 1);
}

}  // namespace
}  // namespace overlap::test
