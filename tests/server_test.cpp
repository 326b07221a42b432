// What the server answers, and how it carries its answers.
#include <doctest/doctest.h>

#include <algorithm>
#include <asio/io_context.hpp>
#include <cstddef>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "net/http_server.hpp"
#include "support/error_message.hpp"
#include "support/eventually.hpp"
#include "support/log.hpp"
#include "support/server_thread.hpp"
#include "support/text.hpp"
#include "support/wire.hpp"
#include "timeline/error.hpp"

namespace overlap::test {
namespace {

using net::ServerOptions;

TEST_SUITE_BEGIN("server");

TEST_CASE("one connection carries several requests") {
    ServerThread server;
    Wire wire(server.port());
    for (int i = 0; i < 5; ++i) {
        const Reply reply = wire.ask("/bytes/" + std::to_string(i * 1000));
        CHECK(reply.status == 200);
        CHECK(reply.body.size() == static_cast<std::size_t>(i) * 1000);
        CHECK(contains(reply.head, "Connection: keep-alive\r\n"));
    }
    const ServerCounts counts = server.counts();
    CHECK(counts.connections == 1);
    CHECK(counts.requests == 5);
    CHECK(counts.peak_in_flight == 1);
}

TEST_CASE("the connection is closed after the answer when the client asks for it") {
    ServerThread server;
    for (const std::string request :
         {"GET /json HTTP/1.1\r\nConnection: close\r\n\r\n", "GET /json HTTP/1.0\r\n\r\n"}) {
        Wire wire(server.port());
        wire.send(request);
        const Reply reply = wire.reply();
        CHECK(reply.status == 200);
        CHECK(contains(reply.head, "Connection: close\r\n"));
        CHECK(wire.read_to_end().empty());
    }
    Wire wire(server.port());
    wire.send("GET /json HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    CHECK(wire.reply().status == 200);
    CHECK(wire.ask("/json").status == 200);
}

TEST_CASE("pipelined requests are answered in order") {
    ServerThread server;
    Wire wire(server.port());
    std::string requests;
    for (const std::string target :
         {"/delay?ms=20", "/status/404", "/stream/2", "/bytes/5000", "/status/204", "/json"}) {
        requests += "GET " + target + " HTTP/1.1\r\n\r\n";
    }
    wire.send(requests);
    CHECK(wire.reply().body == "{\"delayed\": true}\n");
    CHECK(wire.reply().status == 404);
    CHECK(wire.reply().body == "{\"id\": 0}\n{\"id\": 1}\n");
    CHECK(wire.reply().body.size() == 5000);
    CHECK(wire.reply().status == 204);
    CHECK(wire.reply().body.starts_with("{\"conversation\""));
    CHECK(server.order() == std::vector<std::string>{"/delay?ms=20", "/status/404", "/stream/2",
                                                     "/bytes/5000", "/status/204", "/json"});
    CHECK(server.counts().peak_in_flight == 1);
    CHECK(server.counts().connections == 1);
}

TEST_CASE("many pipelined requests, cut anywhere, are all answered") {
    ServerThread server;
    Wire wire(server.port());
    std::string requests;
    for (int i = 0; i < 300; ++i) requests += "GET /status/" + std::to_string(200 + i) + " HTTP/1.1\r\n\r\n";
    std::mt19937_64 random(4);
    for (std::string_view rest = requests; !rest.empty();) {
        const std::size_t size = std::min<std::size_t>(rest.size(), 1 + random() % 3000);
        wire.send(rest.substr(0, size));
        rest.remove_prefix(size);
    }
    for (int i = 0; i < 300; ++i) CHECK(wire.reply().status == 200 + i);
}

TEST_CASE("HEAD gives the header of GET and no body") {
    ServerThread server;
    for (const std::string target :
         {"/json", "/stream/3", "/bytes/100", "/drip?numbytes=5&duration=0.01", "/nothing"}) {
        CAPTURE(target);
        Wire wire(server.port());
        wire.get(target, "HEAD");
        const Reply head = wire.reply(false);
        // What comes next is the next answer: no body came before it.
        const Reply get = wire.ask(target);
        CHECK(head.status == get.status);
        // Apart from the date.
        CHECK(head.head.substr(head.head.find("Connection:")) ==
              get.head.substr(get.head.find("Connection:")));
        CHECK_FALSE(get.body.empty());
    }
}

TEST_CASE("/stream comes in chunks") {
    ServerThread server;
    Wire wire(server.port());
    const Reply reply = wire.ask("/stream/3");
    CHECK(reply.status == 200);
    CHECK(contains(reply.head, "Transfer-Encoding: chunked\r\n"));
    CHECK(reply.body == "{\"id\": 0}\n{\"id\": 1}\n{\"id\": 2}\n");
    CHECK(wire.ask("/stream/0").body.empty());
    CHECK(wire.ask("/stream/100").status == 200);
    CHECK(server.counts().connections == 1);
}

TEST_CASE("a client of HTTP/1.0 is sent no chunks") {
    // RFC 9112, section 6.1: it would not know them.
    ServerThread server;
    Wire wire(server.port());
    wire.send("GET /stream/2 HTTP/1.0\r\n\r\n");
    const std::string all = wire.read_to_end();
    CHECK_FALSE(contains(all, "Transfer-Encoding"));
    CHECK(all.ends_with("\r\n\r\n{\"id\": 0}\n{\"id\": 1}\n"));
}

TEST_CASE("/drip arrives in parts") {
    ServerThread server;
    Wire wire(server.port());
    // The second byte is half a minute away: only if the parts go out on their own does the first one come.
    wire.get("/drip?numbytes=2&duration=60");
    CHECK(eventually([&] { return wire.readable(); }));
    CHECK(contains(wire.reply(false).head, "Content-Length: 2\r\n"));
    CHECK(eventually([&] { return wire.readable(); }));
}

TEST_CASE("/drip gives as many bytes as it said, and the connection goes on") {
    ServerThread server;
    Wire wire(server.port());
    CHECK(wire.ask("/drip?numbytes=7&duration=0.02&delay=0.01").body == "*******");
    CHECK(wire.ask("/drip?numbytes=500&duration=0").body == std::string(500, '*'));
    CHECK(wire.ask("/drip?numbytes=1&duration=0.01&code=500").status == 500);
    CHECK(wire.ask("/json").status == 200);
    CHECK(server.counts().failed == 1);
}

TEST_CASE("a request for a protocol change is answered as if it had not asked") {
    ServerThread server;
    Wire wire(server.port());
    wire.send(
        "GET /json HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\nGET /status/201 HTTP/1.1\r\n\r\n");
    CHECK(wire.reply().status == 200);
    CHECK(wire.reply().status == 201);
}

TEST_CASE("an answered request is no longer in flight") {
    ServerThread server;
    Wire first(server.port());
    Wire second(server.port());
    for (int i = 0; i < 50; ++i) {
        CHECK(first.ask("/delay?ms=0.1").status == 200);
        CHECK(second.ask("/stream/2").status == 200);
    }
    CHECK(server.counts().peak_in_flight == 1);
}

TEST_CASE("order() holds the first ten thousand targets as they were read") {
    ServerThread server;
    Wire wire(server.port());
    std::vector<std::string> expected;
    for (int round = 0; round < 101; ++round) {
        std::string requests;
        for (int i = 0; i < 100; ++i) {
            const std::string target = "/status/204?" + std::to_string(round) + "." + std::to_string(i);
            requests += "HEAD " + target + " HTTP/1.1\r\n\r\n";
            if (expected.size() < 10'000) expected.push_back(target);
        }
        wire.send(requests);
        for (int i = 0; i < 100; ++i) wire.reply(false);
    }
    CHECK(server.order() == expected);
    CHECK(server.counts().requests == 10'100);
}

TEST_CASE("every answered request makes one line of the log") {
    Log log;
    ServerOptions options;
    options.log = log.writer();
    ServerThread server(options);
    Wire(server.port()).ask("/json");
    Wire(server.port()).ask("/status/503");
    REQUIRE(eventually([&] { return log.lines().size() == 2; }));
    const std::vector<std::string> lines = log.lines();
    CHECK(lines[0].starts_with("GET /json 200 "));
    CHECK(lines[0].ends_with(", connection 1"));
    CHECK(lines[1].starts_with("GET /status/503 503 "));
    CHECK(lines[1].ends_with(", connection 2"));
}

TEST_CASE("an address in use is an Error that names it") {
    const ServerThread server;
    asio::io_context loop;
    ServerOptions options;
    options.port = server.port();
    const std::string message = error_message<Error>([&] { const net::Server second(loop, options); });
    CHECK(contains(message, "127.0.0.1:" + std::to_string(server.port())));
    CHECK(contains(message, "--port"));
}

TEST_CASE("a host that is no address is a UsageError that names it") {
    asio::io_context loop;
    for (const std::string host : {"localhost", "127.0.0.256", "", "127.0.0.1:80", "[::1]"}) {
        CAPTURE(host);
        ServerOptions options;
        options.host = host;
        const std::string message =
            error_message<UsageError>([&] { const net::Server server(loop, options); });
        CHECK(contains(message, "'" + host + "'"));
    }
}

TEST_CASE("the url of an IPv6 address has brackets") {
    ServerOptions options;
    options.host = "::1";
    try {
        const ServerThread server(options);
        CHECK(server.url() == "http://[::1]:" + std::to_string(server.port()));
        CHECK(server.target("/json").authority == "[::1]:" + std::to_string(server.port()));
    } catch (const Error&) {
        MESSAGE("no IPv6 on this machine");
    }
}

}  // namespace
}  // namespace overlap::test
