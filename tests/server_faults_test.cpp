// What the server does with bad requests, with clients that hang, and when it runs out of files.
#include <doctest/doctest.h>
#include <sys/socket.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "net/http_server.hpp"
#include "support/eventually.hpp"
#include "support/in_flight.hpp"
#include "support/no_more_files.hpp"
#include "support/server_thread.hpp"
#include "support/text.hpp"
#include "support/wire.hpp"

namespace overlap::test {
namespace {

using net::ServerOptions;
using net::WhenFull;

TEST_SUITE_BEGIN("server_faults");

TEST_CASE("bad requests are answered and counted") {
    ServerOptions options;
    options.limits.body = 100;
    ServerThread server(options);
    const std::string body(200, 'x');
    struct Case {
        std::string request;
        int status;
        bool closes;  // where the request ends is not known
    };
    const Case cases[] = {
        {"no such thing\r\n\r\n", 400, true},
        {"GET /status/999 HTTP/1.1\r\n\r\n", 400, false},
        {"GET /nothing HTTP/1.1\r\n\r\n", 404, false},
        {"DELETE /json HTTP/1.1\r\n\r\n", 405, false},
        {"POST /json HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello", 405, false},
        {"POST /json HTTP/1.1\r\nContent-Length: 200\r\n\r\n" + body, 413, true},
        {"POST /json HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nc8\r\n" + body + "\r\n0\r\n\r\n", 413,
         true},
        {"GET /json HTTP/1.1\r\nLong: " + std::string(9000, 'x') + "\r\n\r\n", 431, true},
        {"GET /" + std::string(9000, 'x') + " HTTP/1.1\r\n\r\n", 431, true},
    };
    std::int64_t bad = 0;
    for (const Case& c : cases) {
        CAPTURE(c.request.substr(0, 60));
        Wire wire(server.port());
        wire.send(c.request);
        const Reply reply = wire.reply();
        CHECK(reply.status == c.status);
        CHECK_FALSE(reply.body.empty());
        CHECK(contains(reply.head, "Connection: close\r\n") == c.closes);
        CHECK(server.counts().bad_requests == ++bad);
        if (c.closes) {
            CHECK(wire.read_to_end().empty());
        } else {
            CHECK(wire.ask("/json").status == 200);
        }
    }
    const ServerCounts counts = server.counts();
    CHECK(counts.connections == bad);
    CHECK(counts.requests == bad + 4);
    CHECK(counts.refused + counts.failed + counts.hung_up == 0);
}

TEST_CASE("an answer that comes before the request has ended still reaches the client") {
    // Closing at once would reset the connection and might take the answer from the client's hands.
    ServerOptions options;
    options.limits.body = 100;
    ServerThread server(options);
    Wire wire(server.port());
    const std::string body(500'000, 'x');
    wire.send("POST / HTTP/1.1\r\nContent-Length: 500000\r\n\r\n");
    CHECK(wire.send(body));
    CHECK(wire.reply().status == 413);
}

TEST_CASE("garbage does not stop the server") {
    ServerThread server;
    std::mt19937_64 random(5);
    const std::string good = "GET /json HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc";
    for (int round = 0; round < 200; ++round) {
        std::string text = good;
        if (round % 2 == 0) {
            text.assign(random() % 4000, '\0');
            for (char& c : text) c = static_cast<char>(random());
        } else {
            text[random() % text.size()] = static_cast<char>(random());
            text.resize(random() % text.size());
        }
        Wire wire(server.port());
        wire.send(text);
        if (round % 3 == 0) continue;  // leaves without a word
        wire.end_of_requests();
        wire.read_to_end();
    }
    Wire wire(server.port());
    CHECK(wire.ask("/json").status == 200);
    CHECK(eventually([&] { return server.counts().connections == 201; }));
}

TEST_CASE("a server that is destroyed with clients on it leaves nothing behind") {
    // For the sanitizers: coroutines in every state.
    ServerThread server(limited(2, WhenFull::queue));
    std::vector<Wire> held = hold_in_flight(server, 4);
    Wire idle(server.port());
    Wire half(server.port());
    half.send("GET /js");
    Wire dripping(server.port());
    CHECK(eventually([&] { return server.counts().connections == 7; }));
}

// Gives a connection up that idles for 50 ms.
ServerOptions impatient() {
    ServerOptions options;
    options.idle_timeout = std::chrono::milliseconds(50);
    return options;
}

TEST_CASE("an idle connection is closed, before its first request and after an answer") {
    ServerThread server(impatient());
    Wire silent(server.port());
    CHECK(silent.read_to_end().empty());
    // On a busy machine the connection may be closed before the request is out.
    CHECK(eventually([&] {
        Wire wire(server.port());
        return wire.ask("/json").status == 200 && wire.read_to_end().empty();
    }));
}

TEST_CASE("half a request does not keep a connection for ever") {
    ServerThread server(impatient());
    Wire half(server.port());
    half.send("GET /json HTTP/1.1\r\nHos");
    CHECK(half.read_to_end().empty());

    // Nor does one that goes on and on, a few bytes at a time.
    Wire slow(server.port());
    slow.send("GET /json HTTP/1.1\r\nX: ");
    CHECK(eventually([&] { return !slow.send("x") || slow.readable(); }));
    CHECK(slow.read_to_end().empty());
}

TEST_CASE("a bad request whose sender stays does not keep its connection for ever") {
    ServerThread server(impatient());
    CHECK(eventually([&] {
        Wire wire(server.port());
        wire.send("garbage\r\n\r\n");
        return wire.reply().status == 400 && eventually([&] { return !wire.send("x"); });
    }));
}

TEST_CASE("waiting for a slow answer is not idling") {
    ServerThread server(impatient());
    for (const std::string target : {"/delay?ms=300", "/drip?numbytes=2&duration=0.6"}) {
        CHECK(eventually([&] {
            Wire wire(server.port());
            return wire.ask(target).status == 200;
        }));
    }
}

TEST_CASE("a client that takes nothing of its answer does not keep its connection for ever") {
    std::atomic<int> ended = 0;
    ServerOptions options = impatient();
    options.log = [&](const net::Served&) { ++ended; };
    ServerThread server(options);
    // 10 MiB do not fit into the buffers between the two, so writing them can only end by being given up.
    CHECK(eventually([&] {
        Wire wire;
        const int small = 4096;
        ::setsockopt(wire.fd(), SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
        wire.connect(server.port());
        wire.get("/bytes/10485760");
        return eventually([&] { return server.counts().requests > 0; }) &&
               eventually([&] { return ended > 0; });
    }));
}

TEST_CASE("the server goes on accepting after it ran out of file descriptors") {
    ServerThread server;
    Wire open(server.port());
    CHECK(open.ask("/json").status == 200);
    Wire wire;
    {
        const NoMoreFiles no_more_files;
        wire.connect(server.port());
        wire.get("/json");
        // What it has goes on; what it cannot take waits.
        for (int i = 0; i < 10; ++i) CHECK(open.ask("/json").status == 200);
        CHECK(server.counts().connections == 1);
    }
    CHECK(wire.reply().status == 200);
    CHECK(server.counts().connections == 2);
}

}  // namespace
}  // namespace overlap::test
