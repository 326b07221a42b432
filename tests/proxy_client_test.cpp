// Calls in parts, and calls through a forward proxy, in both clients.
#include <doctest/doctest.h>
#include <sys/socket.h>

#include <chrono>
#include <future>
#include <string>
#include <string_view>
#include <utility>

#include "net/http_client.hpp"
#include "support/clients.hpp"
#include "support/listener.hpp"
#include "support/proxy_thread.hpp"
#include "support/scripted_server.hpp"
#include "support/server_thread.hpp"
#include "support/sockets.hpp"
#include "support/text.hpp"
#include "timeline/units.hpp"

namespace overlap::test {
namespace {

using net::Answer;
using net::ClientOptions;
using net::Connection;
using std::chrono::steady_clock;

TEST_SUITE_BEGIN("proxy_client");

ClientOptions through(const ProxyThread& proxy, std::size_t keep_alive = 0) {
    ClientOptions options = keeping(keep_alive);
    options.via = proxy.endpoint();
    return options;
}

TEST_CASE_TEMPLATE("connecting and calling can be told apart", Client, Blocking, Async) {
    ServerThread server;
    Client client(keeping(1));
    const net::Target target = server.target("/json");
    CHECK_FALSE(client.kept(target).is_open());
    Connection connection = client.connect(target);
    REQUIRE(connection.is_open());
    CHECK_FALSE(connection.reused);
    CHECK(client.get(std::move(connection), target).status == 200);
    for (int i = 0; i < 3; ++i) {
        Connection kept = client.kept(target);
        REQUIRE(kept.is_open());
        CHECK(kept.reused);
        CHECK_FALSE(client.kept(target).is_open());  // it is in use
        CHECK(client.get(std::move(kept), target).status == 200);
    }
    CHECK(server.counts().connections == 1);
    CHECK(server.counts().requests == 4);
}

TEST_CASE_TEMPLATE("a connection that could not be opened says why", Client, Blocking, Async) {
    const net::Target nobody = Listener().target();
    Client client(patient());
    Connection connection = client.connect(nobody);
    CHECK_FALSE(connection.is_open());
    CHECK(connection.error == "connection refused");
    CHECK(client.get(std::move(connection), nobody) == no_answer("connection refused"));

    const FullListener full;
    ClientOptions hurried = patient();
    hurried.connect_timeout = std::chrono::milliseconds(30);
    Client other(hurried);
    CHECK(other.connect(full.target()).error == "timed out");
}

TEST_CASE_TEMPLATE("a call's time limit begins when its connection is opened", Client, Blocking, Async) {
    ServerThread server;
    ClientOptions options = patient();
    options.timeout = std::chrono::milliseconds(100);
    Client client(options);
    const net::Target target = server.target("/delay/60");
    const auto begin = steady_clock::now();
    Connection connection = client.connect(target);
    CHECK(client.get(std::move(connection), target) == no_answer("timed out"));
    CHECK((steady_clock::now() - begin).count() >= 100 * ms);
}

TEST_CASE_TEMPLATE("through a proxy, connecting takes a round trip and so does each call", Client, Blocking,
                   Async) {
    constexpr Nanoseconds rtt = 10 * ms;
    ServerThread server;
    ProxyThread proxy(tunnel_to(server.port(), rtt));
    Client client(through(proxy, 1));
    const net::Target target = server.target("/json");
    auto begin = steady_clock::now();
    Connection connection = client.connect(target);
    CHECK((steady_clock::now() - begin).count() >= rtt);
    REQUIRE(connection.is_open());
    begin = steady_clock::now();
    CHECK(client.get(std::move(connection), target).status == 200);
    CHECK((steady_clock::now() - begin).count() >= rtt);
    for (int i = 0; i < 3; ++i) CHECK(client.get(target).status == 200);
    CHECK(server.counts().connections == 1);
    CHECK(proxy.counts().connections == 1);
    CHECK(proxy.counts().turned_away == 0);
}

TEST_CASE_TEMPLATE("bodies of every size come through a proxy", Client, Blocking, Async) {
    ServerThread server;
    ProxyThread proxy(tunnel_to(server.port(), 2 * ms));
    Client client(through(proxy));
    for (const int size : {0, 1, 4096, 102'400}) {
        const Answer answer = client.get(server.target("/bytes/" + std::to_string(size)));
        CHECK(answer.ok());
        CHECK(answer.body.size() == static_cast<std::size_t>(size));
    }
    CHECK(client.get(server.target("/status/404")).error == "HTTP 404");
}

TEST_CASE_TEMPLATE("a proxy that does not play along is told from the server", Client, Blocking, Async) {
    ServerThread server;
    const net::Target target = server.target("/json");
    {
        ProxyThread elsewhere(tunnel_to(1, 0));
        CHECK(Client(through(elsewhere)).get(target) == no_answer("proxy refused: HTTP 403"));
    }
    {
        const Listener nobody;
        nobody.stop();
        ProxyThread proxy(tunnel_to(nobody.port(), 0));
        CHECK(Client(through(proxy)).get(nobody.target()) == no_answer("proxy refused: HTTP 502"));
    }
    ClientOptions options = patient();
    options.via = Listener().target().endpoints.front();
    CHECK(Client(options).get(target) == no_answer("proxy: connection refused"));
    const std::pair<std::string, std::string> answers[] = {
        {"SSH-2.0-OpenSSH\r\n\r\n", "proxy: not an HTTP answer"},
        {"HTTP/1.1 200 OK\r\n\r\nunasked", "proxy: not an HTTP answer"},
        {"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 2\r\n\r\nno",
         "proxy refused: HTTP 407"},
        {"HTTP/1.1 200", "proxy: connection closed"},
    };
    for (const auto& [answer, error] : answers) {
        CAPTURE(answer);
        ScriptedServer proxy(answer_with(answer));
        options.via = proxy.target().endpoints.front();
        CHECK(Client(options).get(target) == no_answer(error));
    }
    CHECK(server.counts().connections == 0);
}

TEST_CASE_TEMPLATE("a proxy that never answers is given up", Client, Blocking, Async) {
    const Listener proxy;
    ClientOptions options = patient();
    options.via = proxy.target().endpoints.front();
    options.connect_timeout = std::chrono::milliseconds(30);
    CHECK(Client(options).get(proxy.target()) == no_answer("timed out"));
}

TEST_CASE_TEMPLATE("a proxy is asked for host and port, port 80 too", Client, Blocking, Async) {
    for (const auto& [authority, asked] :
         {std::pair("example.org", "example.org:80"), std::pair("example.org:8080", "example.org:8080"),
          std::pair("[::1]", "[::1]:80"), std::pair("[::1]:81", "[::1]:81")}) {
        std::promise<std::string> received;
        ScriptedServer proxy([&](int fd) { received.set_value(receive_request(fd)); });
        ClientOptions options = patient();
        options.via = proxy.target().endpoints.front();
        CHECK(Client(options).get({.endpoints = {}, .authority = authority, .target = "/"}).error ==
              "proxy: connection closed");
        const std::string request = received.get_future().get();
        CHECK(request.starts_with("CONNECT " + std::string(asked) + " HTTP/1.1\r\n"));
        CHECK(contains(request, "\r\nHost: " + std::string(asked) + "\r\n"));
    }
}

}  // namespace
}  // namespace overlap::test
