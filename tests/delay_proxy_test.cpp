// The proxy that adds distance: what goes in comes out, only later.
#include <doctest/doctest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstddef>
#include <future>
#include <random>
#include <string>

#include "net/delay_proxy.hpp"
#include "net/url.hpp"
#include "support/eventually.hpp"
#include "support/listener.hpp"
#include "support/proxy_thread.hpp"
#include "support/scripted_server.hpp"
#include "support/server_thread.hpp"
#include "support/sockets.hpp"
#include "support/text.hpp"
#include "support/wire.hpp"
#include "timeline/error.hpp"
#include "timeline/units.hpp"

namespace overlap::test {
namespace {

using net::DelayProxy;
using net::ProxyOptions;
using std::chrono::steady_clock;

TEST_SUITE_BEGIN("delay_proxy");

constexpr Nanoseconds very_far = 60'000 * ms;

std::string random_bytes(std::size_t size) {
    std::mt19937_64 random(size);
    std::string bytes(size, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random());
    return bytes;
}

// Everything up to the end of the connection; `error`: what ended it, 0 for a proper end.
std::string receive_all(int fd, int& error) {
    std::string all;
    char buffer[4096];
    for (;;) {
        const ssize_t count = ::recv(fd, buffer, sizeof buffer, 0);
        if (count <= 0) {
            error = count == 0 ? 0 : errno;
            return all;
        }
        all.append(buffer, static_cast<std::size_t>(count));
    }
}

// Sends back what comes, then ends.
void echo(int fd) {
    char buffer[4096];
    for (ssize_t count = 0; (count = ::recv(fd, buffer, sizeof buffer, 0)) > 0;) {
        if (!send(fd, {buffer, static_cast<std::size_t>(count)})) return;
    }
}

TEST_CASE("bytes of every value and in every number arrive unchanged, in order, in both directions") {
    ScriptedServer server(echo);
    ProxyOptions options = distant(server.target().endpoints.front().port(), 2 * ms);
    options.window = 64 * 1024;  // less than some of the texts
    ProxyThread proxy(options);
    std::int64_t total = 0;
    for (const std::size_t size :
         {0ul, 1ul, 2ul, 100ul, 4095ul, 4096ul, 4097ul, 8192ul, 70'000ul, 1'000'000ul}) {
        CAPTURE(size);
        const std::string bytes = random_bytes(size);
        Wire wire(proxy.port());
        auto sent = std::async(std::launch::async, [&] {
            const bool all = wire.send(bytes);
            wire.end_of_requests();
            return all;
        });
        int error = 0;
        CHECK((receive_all(wire.fd(), error) == bytes));
        CHECK(error == 0);
        CHECK(sent.get());
        total += static_cast<std::int64_t>(size);
    }
    CHECK(proxy.counts().connections == 10);
    CHECK(proxy.counts().bytes_there == total);
    CHECK(proxy.counts().bytes_back == total);
}

TEST_CASE("no reply comes before a round trip, the first after connecting not before two") {
    for (const Nanoseconds rtt : {4 * ms, 20 * ms}) {
        CAPTURE(rtt);
        ServerThread server;
        ProxyThread proxy(distant(server.port(), rtt));
        auto begin = steady_clock::now();
        Wire wire(proxy.port());
        CHECK(wire.ask("/json").status == 200);
        CHECK((steady_clock::now() - begin).count() >= 2 * rtt);
        for (int i = 0; i < 3; ++i) {
            begin = steady_clock::now();
            CHECK(wire.ask("/json").status == 200);
            CHECK((steady_clock::now() - begin).count() >= rtt);
        }
    }
}

TEST_CASE("what the server says unasked comes two round trips after connecting at the earliest") {
    ScriptedServer server([](int fd) { send(fd, "welcome"); });
    ProxyThread proxy(distant(server.target().endpoints.front().port(), 10 * ms));
    const auto begin = steady_clock::now();
    Wire wire(proxy.port());
    CHECK(wire.read_to_end() == "welcome");
    CHECK((steady_clock::now() - begin).count() >= 20 * ms);
}

TEST_CASE("no time is added where none is asked for") {
    ServerThread server;
    ProxyThread proxy(distant(server.port(), 0));
    Wire wire(proxy.port());
    CHECK(wire.ask("/bytes/10000").body.size() == 10'000);
}

TEST_CASE("pieces overlap on their way: the first does not have to arrive before the second leaves") {
    const Listener listener;
    ProxyThread proxy(distant(listener.port(), 2'000 * ms));
    Wire wire(proxy.port());
    const int fd = listener.accept();  // half a round trip later; what is sent now arrives at 1.5
    std::int64_t held = 0;
    for (int i = 0; i < 3; ++i) {
        CHECK(wire.send("piece"));
        CHECK(eventually([&] { return proxy.counts().peak_held > held; }));
        held = proxy.counts().peak_held;
    }
    CHECK(held > 3 * 5);  // small pieces count for what they take
    CHECK(proxy.counts().bytes_there == 0);
    ::close(fd);
}

TEST_CASE("an end is passed on in its direction only, whichever side says it first") {
    ScriptedServer server([](int fd) {
        int error = 0;
        const std::string request = receive_all(fd, error);
        send(fd, "got " + request);
    });
    ProxyThread proxy(distant(server.target().endpoints.front().port(), 2 * ms));
    Wire wire(proxy.port());
    wire.send("all");
    wire.end_of_requests();
    CHECK(wire.read_to_end() == "got all");

    const Listener listener;
    ProxyThread other(distant(listener.port(), 2 * ms));
    Wire client(other.port());
    const int fd = listener.accept();
    ::shutdown(fd, SHUT_WR);
    CHECK(client.read_to_end().empty());
    CHECK(client.send("still here"));
    client.end_of_requests();
    int error = 0;
    CHECK(receive_all(fd, error) == "still here");
    CHECK(error == 0);
    ::close(fd);
}

TEST_CASE("a reset is passed on, in both directions, behind what was sent before it") {
    const Listener listener;
    ProxyThread proxy(distant(listener.port(), 2 * ms));
    int error = 0;
    {
        Wire wire(proxy.port());
        const int fd = listener.accept();
        wire.send("x");
        char byte = 0;
        CHECK(::recv(fd, &byte, 1, 0) == 1);
        reset_on_close(wire.fd());
        wire.close();
        CHECK(receive_all(fd, error).empty());
        CHECK(error == ECONNRESET);
        ::close(fd);
    }
    Wire wire(proxy.port());
    const int fd = listener.accept();
    wire.send("x");
    char byte = 0;
    CHECK(::recv(fd, &byte, 1, 0) == 1);
    reset_on_close(fd);
    ::close(fd);
    CHECK(receive_all(wire.fd(), error).empty());
    CHECK(error == ECONNRESET);
}

TEST_CASE("a client that goes on sending to a server that has left is told so") {
    const Listener listener;
    ProxyThread proxy(distant(listener.port(), 2 * ms));
    Wire wire(proxy.port());
    ::close(listener.accept());
    CHECK(eventually([&] { return !wire.send("anybody there?"); }));
}

TEST_CASE("a server that cannot be reached is a reset, after a round trip") {
    ProxyThread proxy(distant(unused_port(), 10 * ms));
    const auto begin = steady_clock::now();
    Wire wire(proxy.port());
    int error = 0;
    CHECK(receive_all(wire.fd(), error).empty());
    CHECK(error == ECONNRESET);
    CHECK((steady_clock::now() - begin).count() >= 10 * ms);
    CHECK(proxy.counts().unreachable == 1);
}

TEST_CASE("a slow reader holds the sender back, and the proxy holds no more than its window") {
    const Listener listener;
    ProxyOptions options = distant(listener.port(), 2 * ms);
    options.window = 32 * 1024;
    ProxyThread proxy(options);
    const std::string bytes = random_bytes(20'000'000);  // more than the kernel takes between the ends
    Wire wire(proxy.port());
    auto sent = std::async(std::launch::async, [&] {
        const bool all = wire.send(bytes);
        wire.end_of_requests();
        return all;
    });
    const int fd = listener.accept();
    // It stops once everything between the ends is full.
    std::int64_t before = -1;
    CHECK(eventually([&] {
        const std::int64_t now = proxy.counts().bytes_there;
        return std::exchange(before, now) == now && now > 0;
    }));
    CHECK(proxy.counts().bytes_there < 20'000'000);
    CHECK(sent.wait_for(std::chrono::seconds(0)) == std::future_status::timeout);
    int error = 0;
    CHECK((receive_all(fd, error) == bytes));
    CHECK(sent.get());
    CHECK(proxy.counts().peak_held <= 32 * 1024);
    ::close(fd);
}

TEST_CASE("connections that never send are passed on too, and none is left when they have gone") {
    ServerThread server;
    ProxyThread proxy(distant(server.port(), 2 * ms));
    {
        const Wire wires[] = {Wire(proxy.port()), Wire(proxy.port()), Wire(proxy.port())};
        CHECK(eventually([&] { return server.counts().connections == 3; }));
        CHECK(proxy.counts().open == 3);
    }
    CHECK(eventually([&] { return proxy.counts().open == 0; }));
    CHECK(proxy.counts().peak_open == 3);
}

TEST_CASE("a proxy that ends in the middle ends its connections") {
    const Listener listener;
    Wire wire;
    {
        ProxyThread proxy(distant(listener.port(), very_far));
        wire.connect(proxy.port());
        wire.send("never to arrive");
        CHECK(eventually([&] { return proxy.counts().connections == 1; }));
    }
    int error = 0;
    CHECK(receive_all(wire.fd(), error).empty());
}

TEST_CASE("an address that cannot be listened on, and a host that cannot be found, are errors") {
    asio::io_context loop;
    ProxyOptions options = distant(1, 0);
    options.host = "nowhere";
    CHECK_THROWS_AS(DelayProxy(loop, options), UsageError);
    options = distant(1, 0);
    options.to.host = "nohost.invalid";
    CHECK_THROWS_AS(DelayProxy(loop, options), Error);
    const Listener taken;
    options = distant(1, 0);
    options.port = taken.port();
    CHECK_THROWS_AS(DelayProxy(loop, options), Error);
}

}  // namespace
}  // namespace overlap::test
