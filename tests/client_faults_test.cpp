// What both clients do with a server that refuses, hangs or breaks off.
#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <string>
#include <thread>

#include "net/http_client.hpp"
#include "net/url.hpp"
#include "support/clients.hpp"
#include "support/eventually.hpp"
#include "support/listener.hpp"
#include "support/scripted_server.hpp"
#include "support/server_thread.hpp"
#include "support/sockets.hpp"

namespace overlap::test {
namespace {

using net::Answer;
using net::ClientOptions;
using net::Target;
using namespace std::chrono_literals;

TEST_SUITE_BEGIN("client_faults");

TEST_CASE_TEMPLATE("a port on which nobody listens is refused", Client, Blocking, Async) {
    Client client(patient());
    const Target target = net::resolve(net::parse_url(url_without_server()));
    CHECK(client.get(target) == no_answer("connection refused"));
    CHECK(client.get(Target{.endpoints = {}, .authority = "nowhere", .target = "/"}).status == 0);
}

TEST_CASE_TEMPLATE("a server that does not answer in time is given up", Client, Blocking, Async) {
    for (const std::string& start :
         {std::string(), std::string("HTTP/1.1 200 OK\r\n"), chunked, chunked + "5\r\nab"}) {
        CAPTURE(start);
        ScriptedServer server([&](int fd) {
            receive_request(fd);
            send(fd, start);
            wait_until_client_leaves(fd);
        });
        ClientOptions options;
        options.timeout = 30ms;
        Client client(options);
        CHECK(client.get(server.target()) == no_answer("timed out"));
    }
}

TEST_CASE_TEMPLATE("a server that goes on sending does not put off the timeout", Client, Blocking, Async) {
    ScriptedServer server([](int fd) {
        receive_request(fd);
        send(fd, "HTTP/1.1 200 OK\r\n\r\n");
        while (send(fd, "x")) std::this_thread::sleep_for(1ms);
    });
    ClientOptions options;
    options.timeout = 30ms;
    Client client(options);
    CHECK(client.get(server.target()) == no_answer("timed out"));
}

TEST_CASE_TEMPLATE("a server that cannot be connected to in time is given up", Client, Blocking, Async) {
    const FullListener full;
    ClientOptions options = patient();
    options.connect_timeout = 50ms;
    CHECK(Client(options).get(full.target()) == no_answer("timed out"));
    // The timeout of the whole call counts connecting too.
    options = patient();
    options.timeout = 50ms;
    CHECK(Client(options).get(full.target()) == no_answer("timed out"));
}

TEST_CASE_TEMPLATE("the timeout for connecting ends with connecting", Client, Blocking, Async) {
    ServerThread server;
    ClientOptions options = patient();
    options.connect_timeout = 100ms;
    const Target target = server.target("/delay?ms=300");
    // A busy machine may need several attempts.
    CHECK(eventually([&] { return Client(options).get(target).ok(); }));
}

TEST_CASE_TEMPLATE("an answer cut off at any byte neither hangs nor passes for a whole one", Client, Blocking,
                   Async) {
    struct Whole {
        std::string text;
        std::string body;
    };
    const Whole answers[] = {
        {"HTTP/1.1 200 OK\r\nServer: a\r\nContent-Length: 5\r\n\r\nhello", "hello"},
        {chunked + "3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nA: b\r\n\r\n", "abcde"},
        {"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", "ok"},
    };
    for (const bool reset : {false, true}) {
        for (const Whole& whole : answers) {
            std::atomic<std::size_t> cut = 0;
            ScriptedServer server([&](int fd) {
                if (receive_request(fd).empty()) return;
                send(fd, whole.text.substr(0, cut));
                if (reset) reset_on_close(fd);
            });
            const Target target = server.target();
            for (; cut < whole.text.size(); ++cut) {
                CAPTURE(cut);
                Client client(patient());
                CHECK(client.get(target) == no_answer(reset ? "connection reset" : "connection closed"));
            }
            if (!reset) CHECK(Client(patient()).get(target) == Answer{200, whole.body, ""});
        }
    }
}

}  // namespace
}  // namespace overlap::test
