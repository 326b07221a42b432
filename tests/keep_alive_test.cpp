// Connections that both clients keep for later calls.
#include <doctest/doctest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <future>
#include <string>

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
using namespace std::chrono_literals;

TEST_SUITE_BEGIN("keep_alive");

TEST_CASE_TEMPLATE("a kept connection carries the next calls", Client, Blocking, Async) {
    ServerThread server;
    Client client(keeping(1));
    for (const std::string path :
         {"/json", "/status/404", "/stream/3", "/bytes/10000", "/status/204", "/status/503"}) {
        CHECK(client.get(server.target(path)).status != 0);
    }
    CHECK(server.counts().requests == 6);
    CHECK(server.counts().connections == 1);
}

TEST_CASE_TEMPLATE("without keep-alive every call has a connection of its own", Client, Blocking, Async) {
    ServerThread server;
    Client client(patient());
    for (int i = 0; i < 5; ++i) CHECK(client.get(server.target("/json")).ok());
    CHECK(server.counts().connections == 5);
}

TEST_CASE_TEMPLATE("a kept connection goes to no other server", Client, Blocking, Async) {
    ServerThread one;
    ServerThread other;
    Client client(keeping(2));
    for (int i = 0; i < 3; ++i) {
        CHECK(client.get(one.target("/status/200")).ok());
        CHECK(client.get(other.target("/status/201")).status == 201);
    }
    CHECK(one.order().size() == 3);
    CHECK(other.order().size() == 3);
    CHECK(one.counts().connections == 1);
    CHECK(other.counts().connections == 1);
}

TEST_CASE_TEMPLATE("an answer that ends the connection is not followed by another call on it", Client,
                   Blocking, Async) {
    for (const std::string header : {"Connection: close\r\nContent-Length: 2\r\n", ""}) {
        ScriptedServer server(answer_with("HTTP/1.1 200 OK\r\n" + header + "\r\nok"));
        Client client(keeping(1));
        for (int i = 0; i < 3; ++i) CHECK(client.get(server.target()) == Answer{200, "ok", ""});
        CHECK(server.connections() == 3);
    }
}

TEST_CASE_TEMPLATE("a kept connection that the server closed meanwhile is replaced silently", Client,
                   Blocking, Async) {
    for (const bool reset : {false, true}) {
        CAPTURE(reset);
        ScriptedServer server([reset](int fd) {
            if (receive_request(fd).empty()) return;
            send(fd, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
            // Closing with the next request unread resets the connection.
            pollfd next_request{fd, POLLIN, 0};
            if (reset) ::poll(&next_request, 1, 20'000);
        });
        Client client(keeping(1));
        for (int i = 0; i < 2; ++i) CHECK(client.get(server.target()) == Answer{200, "ok", ""});
        CHECK(server.connections() == 2);
    }
}

TEST_CASE_TEMPLATE("a replaced connection is replaced once, not for ever", Client, Blocking, Async) {
    std::atomic<bool> first = true;
    ScriptedServer server([&](int fd) {
        if (!receive_request(fd).empty() && first.exchange(false)) {
            send(fd, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        }
    });
    Client client(keeping(1));
    CHECK(client.get(server.target()) == Answer{200, "ok", ""});
    CHECK(client.get(server.target()) == no_answer("connection closed"));
    CHECK(server.connections() == 2);
}

TEST_CASE_TEMPLATE("a kept connection that breaks off in its answer is not asked again", Client, Blocking,
                   Async) {
    ScriptedServer server([&](int fd) {
        if (receive_request(fd).empty()) return;
        send(fd, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        if (!receive_request(fd).empty()) send(fd, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\no");
    });
    Client client(keeping(1));
    CHECK(client.get(server.target()) == Answer{200, "ok", ""});
    CHECK(client.get(server.target()) == no_answer("connection closed"));
    CHECK(server.connections() == 1);
}

TEST_CASE_TEMPLATE("a call that times out on a kept connection is not tried again", Client, Blocking, Async) {
    ServerThread server;
    ClientOptions options = keeping(1);
    options.timeout = 300ms;
    Client client(options);
    REQUIRE(eventually([&] { return client.get(server.target("/json")).ok(); }));
    const std::int64_t before = server.counts().connections;
    CHECK(client.get(server.target("/delay/60")) == no_answer("timed out"));
    // Connections are accepted in order: with this one, all that came before it have been counted.
    Client another(patient());
    CHECK(another.get(server.target("/json")).ok());
    CHECK(server.counts().connections == before + 1);
}

TEST_CASE_TEMPLATE("what a server sends unasked is no answer to the next call", Client, Blocking, Async) {
    ScriptedServer server([](int fd) {
        if (receive_request(fd).empty()) return;
        const std::string answer = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n";
        send(fd, answer + "goodHTTP/1.1 200 ");
        if (!receive_request(fd).empty()) send(fd, "OK\r\nContent-Length: 3\r\n\r\nbad");
    });
    Client client(keeping(1));
    CHECK(client.get(server.target()) == Answer{200, "good", ""});
    CHECK(client.get(server.target()) == Answer{200, "good", ""});
}

TEST_CASE_TEMPLATE("no more connections are kept than was asked for", Client, Blocking, Async) {
    const Listener listener;
    Client client(keeping(2));
    // Four calls at once, each of which needs a connection: nobody is answered before all have asked.
    auto calls = std::async(std::launch::async, [&] { return client.get_all(listener.target(), 4); });
    std::array<int, 4> fds{};
    for (int& fd : fds) {
        fd = listener.accept();
        CHECK_FALSE(receive_request(fd).empty());
    }
    for (const int fd : fds) send(fd, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    for (const Answer& answer : calls.get()) CHECK(answer == Answer{200, "", ""});
    const auto closed = [&] {
        int count = 0;
        for (const int fd : fds) {
            char byte = 0;
            if (::recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0) ++count;
        }
        return count;
    };
    CHECK(eventually([&] { return closed() >= 2; }));
    CHECK(closed() == 2);
    for (const int fd : fds) ::close(fd);
}

}  // namespace
}  // namespace overlap::test
