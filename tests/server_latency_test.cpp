// What the server is told to do to its answers: latency, jitter, failures, all by its seed.
#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "net/http_server.hpp"
#include "support/server_thread.hpp"
#include "support/wire.hpp"
#include "timeline/timeline.hpp"
#include "timeline/units.hpp"

namespace overlap::test {
namespace {

using net::ServerOptions;
using std::chrono::steady_clock;

TEST_SUITE_BEGIN("server_latency");

TEST_CASE("latency and jitter hold an answer back for as long as the seed says") {
    ServerOptions options;
    options.latency = 2 * ms;
    options.jitter = 10 * ms;
    options.seed = 7;
    for (int again = 0; again < 2; ++again) {
        ServerThread server(options);
        Wire wire(server.port());
        for (std::uint64_t i = 0; i < 10; ++i) {
            std::mt19937_64 random = net::luck_of(7, "/status/200", i);
            const Nanoseconds jitter = std::uniform_int_distribution<Nanoseconds>(0, options.jitter)(random);
            const auto begin = steady_clock::now();
            CHECK(wire.ask("/status/200").status == 200);
            // A busy machine can only make it longer.
            CHECK((steady_clock::now() - begin).count() >= options.latency + jitter);
        }
    }
}

std::vector<int> statuses(std::uint64_t seed) {
    ServerOptions options;
    options.fail_rate = 0.5;
    options.jitter = 1000;
    options.seed = seed;
    ServerThread server(options);
    Wire wire(server.port());
    std::vector<int> all;
    for (int i = 0; i < 64; ++i) all.push_back(wire.ask("/json").status);
    const auto failed = std::count(all.begin(), all.end(), 503);
    CHECK(server.counts().failed == failed);
    CHECK(failed + std::count(all.begin(), all.end(), 200) == 64);
    return all;
}

TEST_CASE("the same seed fails the same requests, another one others") {
    const std::vector<int> first = statuses(1);
    CHECK(first == statuses(1));
    CHECK(first != statuses(2));
    CHECK(std::count(first.begin(), first.end(), 503) > 10);
    CHECK(std::count(first.begin(), first.end(), 503) < 54);
}

TEST_CASE("the same seed gives the same bytes") {
    ServerOptions options;
    options.seed = 3;
    ServerThread one(options);
    ServerThread other(options);
    options.seed = 4;
    ServerThread another(options);
    const std::string bytes = Wire(one.port()).ask("/bytes/1000").body;
    CHECK(bytes.size() == 1000);
    CHECK(Wire(other.port()).ask("/bytes/1000").body == bytes);
    CHECK(Wire(another.port()).ask("/bytes/1000").body != bytes);
}

TEST_CASE("a fail rate of 1 fails every request and keeps the connection") {
    ServerOptions options;
    options.fail_rate = 1;
    ServerThread server(options);
    Wire wire(server.port());
    for (const std::string target : {"/json", "/stream/3", "/nothing", "/drip?numbytes=2&duration=0"}) {
        CHECK(wire.ask(target).status == 503);
    }
    const ServerCounts counts = server.counts();
    CHECK(counts.failed == 4);
    CHECK(counts.bad_requests == 0);
    CHECK(counts.connections == 1);
}

}  // namespace
}  // namespace overlap::test
