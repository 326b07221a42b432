// The stand-in for Redis, over sockets.
#include <doctest/doctest.h>

#include <random>
#include <string>

#include "net/server_process.hpp"
#include "support/redis.hpp"
#include "support/text.hpp"
#include "support/wire.hpp"

namespace overlap::test {
namespace {

TEST_SUITE_BEGIN("redis_stand_in");

TEST_CASE("commands that come together are answered together, in order") {
    StandInThread server;
    Wire wire(server.port());
    wire.send(net::redis_command({"RPUSH", "a", "x"}) + net::redis_command({"LRANGE", "a", "0", "-1"}) +
              net::redis_command({"PING"}));
    wire.end_of_requests();
    CHECK(wire.read_to_end() == ":1\r\n*1\r\n$1\r\nx\r\n+PONG\r\n");
    CHECK(server.counts().requests == 3);
    CHECK(server.counts().connections == 1);
}

TEST_CASE("a command may come byte by byte") {
    StandInThread server;
    Wire wire(server.port());
    for (const char byte : net::redis_command({"ECHO", "a\r\nb"})) wire.send(std::string(1, byte));
    wire.end_of_requests();
    CHECK(wire.read_to_end() == "$4\r\na\r\nb\r\n");
}

TEST_CASE("what is no command is answered with an error and the end of the connection") {
    StandInThread server;
    for (const std::string& bytes : {"GET / HTTP/1.1\r\n\r\n", "PING\r\n", "*1\r\n$x\r\n"}) {
        Wire wire(server.port());
        wire.send(bytes);
        CHECK(wire.read_to_end() == "-ERR Protocol error: expected an array of strings\r\n");
    }
    Wire large(server.port());
    large.send("*2\r\n$4\r\nECHO\r\n$2000000000\r\n");
    while (large.send(std::string(100'000, 'x'))) {
    }
    CHECK(BlockingRedisClient(server.target()).command({"PING"}).reply == status("PONG"));
}

TEST_CASE("few bytes cannot ask for more memory than the answers take") {
    StandInThread server;
    BlockingRedisClient client(server.target());
    client.command({"SET", "large", std::string(500'000, 'x')});
    Wire wire(server.port());
    std::string many;
    for (int i = 0; i < 2'000; ++i) many += net::redis_command({"GET", "large"});
    wire.send(many);  // a gigabyte, which nobody reads
    CHECK(client.command({"PING"}).reply == status("PONG"));
}

TEST_CASE("no bytes whatsoever end the stand-in") {
    StandInThread server;
    std::mt19937_64 random(2);
    const std::string letters = "*$+-:0123456789\r\n\r\nPING";
    for (int round = 0; round < 200; ++round) {
        Wire wire(server.port());
        std::string bytes;
        for (int i = 0; i < 60; ++i) bytes += letters[random() % letters.size()];
        wire.send(bytes);
        wire.end_of_requests();
        wire.read_to_end();
    }
    CHECK(BlockingRedisClient(server.target()).command({"PING"}).reply == status("PONG"));
}

TEST_CASE("it runs as a child of ours, and is counted") {
    net::StandInProcess child(OVERLAP_BINARY);
    BlockingRedisClient client(net::resolve(net::parse_address(child.address())));
    CHECK(client.command({"PING"}).reply == status("PONG"));
    CHECK(child.counts().requests == 1);
    child.reset_counts();
    CHECK(client.command({"PING"}).reply == status("PONG"));
    CHECK(child.counts().requests == 1);
    CHECK(child.counts().connections == 0);
}

}  // namespace
}  // namespace overlap::test
