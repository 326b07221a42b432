// How many requests are in flight: what a full server does, and who leaves a place.
#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "net/http_server.hpp"
#include "support/eventually.hpp"
#include "support/in_flight.hpp"
#include "support/log.hpp"
#include "support/server_thread.hpp"
#include "support/sockets.hpp"
#include "support/text.hpp"
#include "support/wire.hpp"

namespace overlap::test {
namespace {

using net::ServerOptions;
using net::WhenFull;

TEST_SUITE_BEGIN("server_limits");

TEST_CASE("peak_in_flight is exactly the number of requests that wait at once") {
    ServerThread server;
    for (const std::int64_t count : {1, 2, 20}) {
        CAPTURE(count);
        std::vector<Wire> wires = hold_in_flight(server, count);
        CHECK(server.counts().peak_in_flight == count);
        wires.clear();
        // The next round must not find them still there.
        CHECK(eventually([&] { return server.counts().hung_up == server.counts().requests; }));
    }
}

TEST_CASE("a full server refuses with 429 and keeps the connection") {
    ServerThread server(limited(2, WhenFull::refuse));
    std::vector<Wire> held = hold_in_flight(server, 2);
    Wire wire(server.port());
    CHECK(wire.ask("/json").status == 429);
    CHECK(wire.ask("/json").status == 429);
    ServerCounts counts = server.counts();
    CHECK(counts.refused == 2);
    CHECK(counts.requests == 4);
    CHECK(counts.peak_in_flight == 2);
    CHECK(counts.connections == 3);
    held.clear();
    CHECK(eventually([&] { return wire.ask("/json").status == 200; }));
    CHECK(server.counts().connections == 3);
}

TEST_CASE("a full server that queues never has more in flight and answers everybody") {
    ServerThread server(limited(2, WhenFull::queue));
    std::vector<Wire> held = hold_in_flight(server, 2);
    std::vector<Wire> waiting;
    for (int i = 0; i < 8; ++i) {
        waiting.emplace_back(server.port());
        waiting.back().get("/delay?ms=" + std::to_string(i % 3));
    }
    CHECK(eventually([&] { return server.counts().requests == 10; }));
    for (const Wire& wire : waiting) CHECK_FALSE(wire.readable());
    held.clear();
    for (Wire& wire : waiting) CHECK(wire.reply().status == 200);
    const ServerCounts counts = server.counts();
    CHECK(counts.peak_in_flight == 2);
    CHECK(counts.refused == 0);
    CHECK(counts.hung_up == 2);
    // And the places are free again.
    for (Wire& wire : waiting) CHECK(wire.ask("/json").status == 200);
}

TEST_CASE("with one place, queued requests are answered in the order in which they came") {
    Log log;
    ServerOptions options = limited(1, WhenFull::queue);
    options.log = log.writer();
    ServerThread server(options);
    std::vector<Wire> held = hold_in_flight(server, 1);
    std::vector<Wire> waiting;
    std::vector<std::string> expected;
    for (int i = 0; i < 5; ++i) {
        waiting.emplace_back(server.port());
        waiting.back().get("/status/" + std::to_string(200 + i));
        expected.push_back("GET /status/" + std::to_string(200 + i));
        CHECK(eventually([&] { return server.counts().requests == 2 + i; }));
    }
    held.clear();
    for (Wire& wire : waiting) wire.reply();
    CHECK(eventually([&] { return log.lines().size() == expected.size() + 1; }));
    std::vector<std::string> answered;
    for (const std::string& line : log.lines()) {
        if (!test::contains(line, "hung up")) answered.push_back(line.substr(0, line.find(' ', 4)));
    }
    CHECK(answered == expected);
}

TEST_CASE("time in the queue does not count as latency") {
    ServerOptions options = limited(1, WhenFull::queue);
    options.latency = 50'000'000;
    ServerThread server(options);
    const auto begin = std::chrono::steady_clock::now();
    std::vector<Wire> waiting;
    for (int i = 0; i < 3; ++i) {
        waiting.emplace_back(server.port());
        waiting.back().get("/json");
    }
    for (Wire& wire : waiting) CHECK(wire.reply().status == 200);
    CHECK(std::chrono::steady_clock::now() - begin >= std::chrono::milliseconds(150));
}

TEST_CASE("a client that leaves while it waits is counted and leaves the flight") {
    ServerThread server(limited(1, WhenFull::refuse));
    std::vector<Wire> held = hold_in_flight(server, 1);
    Wire wire(server.port());
    CHECK(wire.ask("/json").status == 429);
    CHECK(server.counts().hung_up == 0);
    held.clear();
    CHECK(eventually([&] { return server.counts().hung_up == 1; }));
    CHECK(eventually([&] { return wire.ask("/json").status == 200; }));
}

TEST_CASE("a client that resets its connection while it waits is counted as well") {
    ServerThread server;
    std::vector<Wire> held = hold_in_flight(server, 1);
    reset_on_close(held[0].fd());
    held.clear();
    CHECK(eventually([&] { return server.counts().hung_up == 1; }));
}

TEST_CASE("a client that leaves the queue is counted and its turn goes to the next") {
    ServerThread server(limited(1, WhenFull::queue));
    std::vector<Wire> held = hold_in_flight(server, 1);
    std::vector<Wire> leaving = hold_in_flight(server, 3);
    Wire staying(server.port());
    staying.get("/json");
    CHECK(eventually([&] { return server.counts().requests == 5; }));
    leaving.clear();
    CHECK(eventually([&] { return server.counts().hung_up == 3; }));
    CHECK_FALSE(staying.readable());
    held.clear();
    CHECK(staying.reply().status == 200);
    CHECK(server.counts().peak_in_flight == 1);
    CHECK(server.counts().hung_up == 4);
}

TEST_CASE("clients that come and leave at any moment leave no place taken") {
    ServerThread server(limited(2, WhenFull::queue));
    std::mt19937_64 random(6);
    std::vector<Wire> wires;
    for (int i = 0; i < 300; ++i) {
        wires.emplace_back(server.port());
        wires.back().get("/delay?ms=" + std::to_string(random() % 3));
        if (wires.size() > 6)
            wires.erase(wires.begin() + static_cast<std::ptrdiff_t>(random() % wires.size()));
    }
    for (Wire& wire : wires) CHECK(wire.reply().status == 200);
    CHECK(server.counts().peak_in_flight <= 2);
    // Both places: one is held, the other still answers.
    std::vector<Wire> held = hold_in_flight(server, 1);
    CHECK(Wire(server.port()).ask("/json").status == 200);
}

TEST_CASE("a client that leaves in the middle of a drip leaves the flight") {
    ServerThread server(limited(1, WhenFull::refuse));
    {
        Wire wire(server.port());
        wire.get("/drip?numbytes=10000&duration=60");
        CHECK(wire.reply(false).status == 200);
    }
    CHECK(eventually([&] { return Wire(server.port()).ask("/json").status == 200; }));
}

}  // namespace
}  // namespace overlap::test
