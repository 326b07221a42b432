// The server as a process of its own.
#include <doctest/doctest.h>
#include <sys/types.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <string>

#include "net/http_server.hpp"
#include "net/server_process.hpp"
#include "net/url.hpp"
#include "support/eventually.hpp"
#include "support/in_flight.hpp"
#include "support/process.hpp"
#include "support/server_thread.hpp"
#include "support/text.hpp"
#include "support/wire.hpp"
#include "timeline/error.hpp"
#include "timeline/units.hpp"

namespace overlap::test {
namespace {

using net::ServerOptions;
using net::ServerProcess;
using net::WhenFull;
using std::chrono::steady_clock;

TEST_SUITE_BEGIN("server_process");

TEST_CASE("a server process is reachable, counts, and is gone after its destructor") {
    pid_t pid = 0;
    {
        ServerProcess server(OVERLAP_BINARY, {});
        pid = server.pid();
        CHECK_FALSE(is_gone(pid));
        CHECK(server.url().starts_with("http://127.0.0.1:"));
        Wire wire(port_of(server));
        CHECK(wire.ask("/json").status == 200);
        CHECK(wire.ask("/nothing").status == 404);
        ServerCounts expected;
        expected.requests = 2;
        expected.peak_in_flight = expected.connections = expected.bad_requests = 1;
        CHECK(server.counts() == expected);
        server.reset_counts();
        CHECK(server.counts() == ServerCounts{});
        CHECK(wire.ask("/json").status == 200);
        CHECK(server.counts().requests == 1);
    }
    CHECK(is_gone(pid));
}

TEST_CASE("reset_counts() does not forget who is in flight") {
    ServerProcess server(OVERLAP_BINARY, {});
    Wire first(port_of(server));
    Wire second(port_of(server));
    first.get("/delay/60");
    second.get("/delay/60");
    CHECK(eventually([&] { return server.counts().requests == 2; }));
    server.reset_counts();
    CHECK(server.counts().requests == 0);
    CHECK(server.counts().peak_in_flight == 2);
}

TEST_CASE("a server process is given all the options of a server") {
    ServerOptions options = limited(1, WhenFull::refuse);
    options.latency = 3 * ms;
    options.jitter = 2 * ms;
    options.fail_rate = 1;
    options.seed = 9;
    {
        ServerProcess server(OVERLAP_BINARY, net::serve_arguments(options));
        Wire wire(port_of(server));
        const auto begin = steady_clock::now();
        CHECK(wire.ask("/json").status == 503);
        CHECK((steady_clock::now() - begin).count() >= options.latency);
        CHECK(server.counts().failed == 1);
        Wire held(port_of(server));
        held.get("/delay/60");
        CHECK(eventually([&] { return server.counts().requests == 2; }));
        CHECK(wire.ask("/json").status == 429);
    }
    options = limited(1, WhenFull::queue);
    options.seed = 9;
    ServerProcess server(OVERLAP_BINARY, net::serve_arguments(options));
    Wire held(port_of(server));
    held.get("/delay/60");
    CHECK(eventually([&] { return server.counts().requests == 1; }));
    Wire queued(port_of(server));
    queued.get("/bytes/100");
    CHECK(eventually([&] { return server.counts().requests == 2; }));
    held.close();
    const std::string bytes = queued.reply().body;
    CHECK(bytes.size() == 100);
    // The same seed here: the same bytes. /delay drew none.
    ServerThread twin(options);
    CHECK(Wire(twin.port()).ask("/bytes/100").body == bytes);
}

TEST_CASE("a server process that was killed makes counts() throw") {
    ServerProcess server(OVERLAP_BINARY, {});
    CHECK(::kill(server.pid(), SIGKILL) == 0);
    CHECK(eventually([&] {
        try {
            return server.counts().requests > 0;  // not yet
        } catch (const Error& error) {
            return contains(error.what(), "server process");
        }
    }));
    CHECK_THROWS_AS(static_cast<void>(server.counts()), Error);
    CHECK_THROWS_AS(server.reset_counts(), Error);
}

TEST_CASE("a server process ends with clients on it, and does not hold those of another") {
    ServerProcess first(OVERLAP_BINARY, {});
    Wire first_wire(port_of(first));
    first_wire.get("/delay/60");
    pid_t pid = 0;
    {
        ServerProcess second(OVERLAP_BINARY, {});
        pid = second.pid();
        Wire second_wire(port_of(second));
        second_wire.get("/delay/60");
        CHECK(eventually([&] { return second.counts().requests == 1; }));
    }
    CHECK(is_gone(pid));
    CHECK(eventually([&] { return first.counts().requests == 1; }));
}

TEST_CASE("a program that cannot be started is an Error") {
    CHECK_THROWS_AS(ServerProcess("/no/such/program", {}), Error);
    // One that starts but is no server.
    CHECK_THROWS_AS(ServerProcess("/bin/true", {}), Error);
}

}  // namespace
}  // namespace overlap::test
