// `overlap proxy`, as a command and as a child process.
#include <doctest/doctest.h>

#include <chrono>
#include <csignal>
#include <string>
#include <vector>

#include "net/server_process.hpp"
#include "net/url.hpp"
#include "support/cli.hpp"
#include "support/listener.hpp"
#include "support/process.hpp"
#include "support/proxy_thread.hpp"
#include "support/server_thread.hpp"
#include "support/serving.hpp"
#include "support/text.hpp"
#include "support/wire.hpp"
#include "timeline/error.hpp"
#include "timeline/units.hpp"

namespace overlap::test {
namespace {

using std::chrono::steady_clock;

TEST_SUITE_BEGIN("cli_proxy");

std::string to(std::uint16_t port) { return "127.0.0.1:" + std::to_string(port); }

TEST_CASE("proxy prints its address, passes on, and stops on a signal with a summary") {
    ServerThread server;
    for (const int number : {SIGINT, SIGTERM}) {
        Serving proxy({"--to", to(server.port()), "--rtt", "5ms"}, "proxy");
        CHECK(proxy.url.starts_with("127.0.0.1:"));
        {
            const auto begin = steady_clock::now();
            Wire wire(net::parse_address(proxy.url).port);
            CHECK(wire.ask("/json").status == 200);
            CHECK((steady_clock::now() - begin).count() >= 10 * ms);
        }
        proxy.process.signal(number);
        const Ended ended = proxy.process.wait();
        check_done(ended);
        const std::vector<std::string> lines = lines_of(ended.out);
        REQUIRE(lines.size() == 2);
        CHECK(contains(lines[1], "1 connections"));
    }
}

TEST_CASE("proxy --tunnel answers CONNECT and nothing else") {
    ServerThread server;
    const Serving proxy({"--to", to(server.port()), "--rtt", "0ms", "--tunnel"}, "proxy");
    const std::uint16_t port = net::parse_address(proxy.url).port;
    CHECK(Wire(port).ask("/json").status == 405);
    Wire wire(port);
    wire.send("CONNECT " + to(server.port()) + " HTTP/1.1\r\n\r\n");
    CHECK(wire.reply(false).status == 200);
    CHECK(wire.ask("/json").status == 200);
}

TEST_CASE("proxy listens where it was told to, and says when it cannot") {
    const std::string port = std::to_string(unused_port());
    const Serving proxy({"--to", "127.0.0.1:1", "--port", port}, "proxy");
    CHECK(proxy.url == "127.0.0.1:" + port);
    check_refused(run({"proxy", "--to", "127.0.0.1:1", "--port", port}), 1, {port, "in use"});
    check_refused(run({"proxy", "--to", "nohost.invalid:1"}), 1, {"nohost.invalid"});
    check_refused(run({"proxy", "--to", "127.0.0.1:1", "--rtt", "61s"}), 2, {"--rtt", "61s", "60s"});
}

TEST_CASE("a proxy process is given all options, counts, and is gone after its destructor") {
    ServerThread server;
    pid_t pid = 0;
    {
        net::ProxyProcess proxy(OVERLAP_BINARY, net::proxy_arguments(tunnel_to(server.port(), 5 * ms)));
        pid = proxy.pid();
        const std::uint16_t port = net::parse_address(proxy.address()).port;
        CHECK(Wire(port).ask("/json").status == 405);
        CHECK(proxy.counts().turned_away == 1);
        proxy.reset_counts();
        const auto begin = steady_clock::now();
        Wire wire(port);
        wire.send("CONNECT " + to(server.port()) + " HTTP/1.1\r\n\r\n");
        CHECK(wire.reply(false).status == 200);
        CHECK((steady_clock::now() - begin).count() >= 5 * ms);
        CHECK(proxy.counts().turned_away == 0);
        CHECK(proxy.counts().connections == 1);
    }
    CHECK_FALSE(is_alive(pid));
    CHECK_THROWS_AS(net::ProxyProcess("/bin/true", {}), Error);
}

}  // namespace
}  // namespace overlap::test
