// What both clients ask and how they understand what comes back.
#include <doctest/doctest.h>

#include <cstddef>
#include <string>
#include <vector>

#include "net/http_client.hpp"
#include "net/url.hpp"
#include "support/clients.hpp"
#include "support/listener.hpp"
#include "support/scripted_server.hpp"
#include "support/server_thread.hpp"
#include "support/sockets.hpp"
#include "support/text.hpp"

namespace overlap::test {
namespace {

using net::Answer;
using net::ClientOptions;
using net::Target;

TEST_SUITE_BEGIN("client");

struct ClientCase {
    std::string name;
    ScriptedServer::Script script;
    Answer expected;
};

const std::vector<ClientCase>& client_cases() {
    static const std::vector<ClientCase> all = {
        {"a body with a length",
         answer_with("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"),
         {200, "hello", ""}},
        {"a body in chunks",
         answer_with(chunked + "3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nA: b\r\n\r\n"),
         {200, "abcde", ""}},
        {"a body up to the end", answer_with("HTTP/1.1 200 OK\r\n\r\nhello"), {200, "hello", ""}},
        {"HTTP/1.0", answer_with("HTTP/1.0 200 OK\r\n\r\nhello"), {200, "hello", ""}},
        {"no body", answer_with("HTTP/1.1 204 No Content\r\n\r\n"), {204, "", ""}},
        {"a body larger than the buffer",
         answer_with("HTTP/1.1 200 OK\r\nContent-Length: 900\r\nX: " + std::string(5000, 'x') + "\r\n\r\n" +
                     std::string(900, 'y')),
         {200, std::string(900, 'y'), ""}},
        {"an interim answer first",
         answer_with(
             "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"),
         {200, "ok", ""}},
        {"a redirection is an answer like another",
         answer_with("HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n"),
         {302, "", ""}},
        {"not modified, with the length of what is not sent",
         answer_with("HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n"),
         {304, "", ""}},
        {"not found",
         answer_with("HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\ngone"),
         {404, "gone", "HTTP 404"}},
        {"busy", answer_with("HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n"), {503, "", "HTTP 503"}},
        {"one byte at a time",
         [](int fd) {
             receive_request(fd);
             for (const char byte : chunked + "3\r\nabc\r\n0\r\n\r\n") send(fd, {&byte, 1});
         },
         {200, "abc", ""}},
        {"closes before the answer", answer_with(""), no_answer("connection closed")},
        {"closes in the header", answer_with("HTTP/1.1 200 OK\r\nContent-"), no_answer("connection closed")},
        {"closes in the body", answer_with("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel"),
         no_answer("connection closed")},
        {"closes in a chunk", answer_with(chunked + "5\r\nhel"), no_answer("connection closed")},
        {"closes between chunks", answer_with(chunked + "3\r\nhel\r\n"), no_answer("connection closed")},
        {"closes after an interim answer", answer_with("HTTP/1.1 100 Go\r\n\r\n"),
         no_answer("connection closed")},
        {"resets before the answer",
         [](int fd) {
             receive_request(fd);
             reset_on_close(fd);
         },
         no_answer("connection reset")},
        {"resets in the body",
         [](int fd) {
             receive_request(fd);
             send(fd, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel");
             reset_on_close(fd);
         },
         no_answer("connection reset")},
        {"garbage", answer_with("hello\r\n\r\n"), no_answer("not an HTTP answer")},
        {"another protocol", answer_with("SSH-2.0-OpenSSH_9.2\r\n"), no_answer("not an HTTP answer")},
        {"a bad length", answer_with("HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n"),
         no_answer("not an HTTP answer")},
        {"a bad chunk", answer_with(chunked + "x\r\n"), no_answer("not an HTTP answer")},
        {"a body over the limit",
         answer_with("HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n" + std::string(1001, 'x')),
         no_answer("answer too large")},
        {"chunks over the limit, without end",
         [](int fd) {
             receive_request(fd);
             send(fd, chunked);
             const std::string chunk = "64\r\n" + std::string(100, 'x') + "\r\n";
             for (int i = 0; i < 100'000; ++i) send(fd, chunk);
         },
         no_answer("answer too large")},
        {"a header without end",
         [](int fd) {
             receive_request(fd);
             send(fd, "HTTP/1.1 200 OK\r\n");
             for (int i = 0; i < 100'000; ++i) send(fd, "Name: value\r\n");
         },
         no_answer("answer too large")},
    };
    return all;
}

TEST_CASE_TEMPLATE("what a server sends becomes the same answer in both clients", Client, Blocking, Async) {
    for (const std::size_t keep_alive : {0U, 1U}) {
        ClientOptions options = keeping(keep_alive);
        options.limits = {.header = 8000, .body = 1000};
        for (const ClientCase& c : client_cases()) {
            CAPTURE(c.name);
            CAPTURE(keep_alive);
            ScriptedServer server(c.script);
            Client client(options);
            const Answer answer = client.get(server.target());
            CHECK(answer == c.expected);
            CHECK(answer.ok() == c.expected.error.empty());
            CHECK(server.connections() == 1);
        }
        // One that closes before it has read the request; reset where the request came first.
        ScriptedServer hasty([](int) {});
        const Answer answer = Client(options).get(hasty.target());
        CHECK((answer == no_answer("connection closed") || answer == no_answer("connection reset")));
        CHECK(hasty.connections() == 1);
    }
}

TEST_CASE_TEMPLATE("our own server is understood", Client, Blocking, Async) {
    ServerThread server;
    Client client(patient());
    const Answer json = client.get(server.target("/json"));
    CHECK(json.ok());
    CHECK(json.status == 200);
    CHECK(json.body.starts_with("{\"conversation\""));
    CHECK(client.get(server.target("/stream/2")) == Answer{200, "{\"id\": 0}\n{\"id\": 1}\n", ""});
    CHECK(client.get(server.target("/bytes/1000000")).body.size() == 1'000'000);
    CHECK(client.get(server.target("/drip?numbytes=4&duration=0.01")) == Answer{200, "****", ""});
    CHECK(client.get(server.target("/delay?ms=5")).ok());
    CHECK(client.get(server.target("/status/404")) == Answer{404, "", "HTTP 404"});
    CHECK(client.get(server.target("/status/503")) == Answer{503, "", "HTTP 503"});
    CHECK(client.get(server.target("/status/204")) == Answer{204, "", ""});
    CHECK(client.get(server.target("/status/304")) == Answer{304, "", ""});
}

TEST_CASE_TEMPLATE("a request names its target, its host and what is to become of the connection", Client,
                   Blocking, Async) {
    for (const std::size_t keep_alive : {0U, 1U}) {
        std::string request;
        Target target;
        {
            ScriptedServer server([&](int fd) {
                request = receive_request(fd);
                send(fd, "HTTP/1.1 204 No Content\r\n\r\n");
            });
            target = server.target("/path?query=1");
            Client client(keeping(keep_alive));
            CHECK(client.get(target).ok());
        }
        CHECK(request.starts_with("GET /path?query=1 HTTP/1.1\r\nHost: " + target.authority + "\r\n"));
        CHECK(contains(request, "Connection: keep-alive\r\n") == (keep_alive > 0));
        CHECK(contains(request, "Connection: close\r\n") == (keep_alive == 0));
    }
}

TEST_CASE_TEMPLATE("the next address is tried when one refuses", Client, Blocking, Async) {
    ServerThread server;
    Target target = server.target("/status/200");
    const Listener gone;
    gone.stop();
    target.endpoints.insert(target.endpoints.begin(), gone.target().endpoints.front());
    Client client(patient());
    CHECK(client.get(target) == Answer{200, "", ""});
}

TEST_CASE_TEMPLATE("many calls at once each get their own answer", Client, Blocking, Async) {
    ServerThread server;
    Client client(keeping(4));
    for (int round = 0; round < 5; ++round) {
        for (const Answer& answer : client.get_all(server.target("/delay?ms=1"), 16)) {
            CHECK(answer == Answer{200, "{\"delayed\": true}\n", ""});
        }
    }
    CHECK(server.counts().requests == 80);
    CHECK(server.counts().peak_in_flight <= 16);
}

}  // namespace
}  // namespace overlap::test
