// The proxy as a forward proxy: CONNECT, and what becomes of it.
#include <doctest/doctest.h>

#include <chrono>
#include <string>

#include "net/delay_proxy.hpp"
#include "support/eventually.hpp"
#include "support/listener.hpp"
#include "support/proxy_thread.hpp"
#include "support/server_thread.hpp"
#include "support/wire.hpp"
#include "timeline/units.hpp"

namespace overlap::test {
namespace {

using std::chrono::steady_clock;

TEST_SUITE_BEGIN("proxy_tunnel");

std::string connect_request(const std::string& authority) {
    return "CONNECT " + authority + " HTTP/1.1\r\nHost: " + authority + "\r\n\r\n";
}

std::string authority(std::uint16_t port) { return "127.0.0.1:" + std::to_string(port); }

constexpr std::string_view established = "HTTP/1.1 200 OK\r\n\r\n";

// The answer to a CONNECT that opens a tunnel has no body, and no length either.
Reply ask_for_tunnel(Wire& wire, const std::string& to) {
    wire.send(connect_request(to));
    return wire.reply(false);
}

TEST_CASE("a tunnel is open after one round trip, and each reply takes one more") {
    constexpr Nanoseconds rtt = 10 * ms;
    ServerThread server;
    ProxyThread proxy(tunnel_to(server.port(), rtt));
    auto begin = steady_clock::now();
    Wire wire(proxy.port());
    const Reply reply = ask_for_tunnel(wire, authority(server.port()));
    CHECK((steady_clock::now() - begin).count() >= rtt);
    CHECK(reply.status == 200);
    CHECK(reply.head == established);
    for (int i = 0; i < 3; ++i) {
        begin = steady_clock::now();
        CHECK(wire.ask("/json").status == 200);
        CHECK((steady_clock::now() - begin).count() >= rtt);
    }
    CHECK(server.counts().connections == 1);
    CHECK(server.counts().requests == 3);
}

TEST_CASE("what is sent right behind the CONNECT goes to the server") {
    ServerThread server;
    ProxyThread proxy(tunnel_to(server.port(), 2 * ms));
    Wire wire(proxy.port());
    wire.send(connect_request(authority(server.port())) + "GET /json HTTP/1.1\r\nHost: x\r\n\r\n");
    CHECK(wire.reply(false).status == 200);
    CHECK(wire.reply().status == 200);
}

TEST_CASE("a CONNECT that comes byte by byte is understood") {
    ServerThread server;
    ProxyThread proxy(tunnel_to(server.port(), 2 * ms));
    Wire wire(proxy.port());
    for (const char byte : connect_request(authority(server.port()))) CHECK(wire.send({&byte, 1}));
    CHECK(wire.reply(false).status == 200);
}

TEST_CASE("what is no CONNECT to the one server is turned away, a round trip later") {
    constexpr Nanoseconds rtt = 4 * ms;
    ServerThread server;
    ProxyThread proxy(tunnel_to(server.port(), rtt));
    struct Case {
        std::string request;
        int status;
    };
    const std::string there = authority(server.port());
    const Case cases[] = {
        {connect_request("127.0.0.1:1"), 403},
        {connect_request("localhost:" + std::to_string(server.port())), 403},
        {connect_request("127.0.0.1"), 403},
        {"GET / HTTP/1.1\r\nHost: " + there + "\r\n\r\n", 405},
        {"GET http://" + there + "/ HTTP/1.1\r\nHost: " + there + "\r\n\r\n", 405},
        {"\x16\x03\x01\x02\x03 nonsense\r\n\r\n", 400},
        {"CONNECT " + std::string(20'000, 'x') + " HTTP/1.1\r\n\r\n", 400},
    };
    for (const Case& expected : cases) {
        CAPTURE(expected.request.substr(0, 60));
        const auto begin = steady_clock::now();
        Wire wire(proxy.port());
        wire.send(expected.request);
        CHECK(wire.reply().status == expected.status);
        CHECK(wire.read_to_end().empty());
        CHECK((steady_clock::now() - begin).count() >= rtt);
    }
    CHECK(proxy.counts().turned_away == static_cast<std::int64_t>(std::size(cases)));
    CHECK(server.counts().connections == 0);
}

TEST_CASE("a client that leaves without asking is no more than counted") {
    ServerThread server;
    ProxyThread proxy(tunnel_to(server.port(), 2 * ms));
    Wire(proxy.port()).send("CONN");
    CHECK(eventually([&] { return proxy.counts().turned_away == 1; }));
    CHECK(server.counts().connections == 0);
}

TEST_CASE("a server that cannot be reached is answered with 502") {
    const std::uint16_t port = unused_port();
    ProxyThread proxy(tunnel_to(port, 2 * ms));
    Wire wire(proxy.port());
    wire.send(connect_request(authority(port)));
    CHECK(wire.reply().status == 502);
    CHECK(proxy.counts().unreachable == 1);
    CHECK(proxy.counts().turned_away == 0);
}

}  // namespace
}  // namespace overlap::test
