#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <asio/bind_cancellation_slot.hpp>
#include <asio/cancellation_signal.hpp>
#include <asio/co_spawn.hpp>
#include <asio/error.hpp>
#include <asio/io_context.hpp>
#include <asio/system_error.hpp>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <exception>
#include <fstream>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <ostream>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "net/http_client.hpp"
#include "net/url.hpp"
#include "support/eventually.hpp"
#include "support/server_thread.hpp"
#include "timeline/error.hpp"

namespace overlap::net {

bool operator==(const Answer& a, const Answer& b) {
    return a.status == b.status && a.body == b.body && a.error == b.error;
}

std::ostream& operator<<(std::ostream& out, const Answer& answer) {
    return out << answer.status << " '" << answer.body.substr(0, 100) << "' (" << answer.error << ")";
}

}  // namespace overlap::net

namespace overlap {
namespace {

TEST_SUITE_BEGIN("client");

using net::Answer;
using net::ClientOptions;
using net::Target;
using test::eventually;
using test::ServerThread;
using namespace std::chrono_literals;

// The two clients, to be used in the same way by the same tests.

class Blocking {
  public:
    explicit Blocking(ClientOptions options = {}) : client_(std::move(options)) {}

    Answer get(const Target& target) { return client_.get(target); }

    // `count` calls at once.
    std::vector<Answer> get_all(const Target& target, std::size_t count) {
        std::vector<std::future<Answer>> calls;
        for (std::size_t i = 0; i < count; ++i) {
            calls.push_back(std::async(std::launch::async, [&] { return client_.get(target); }));
        }
        std::vector<Answer> answers;
        for (auto& call : calls) answers.push_back(call.get());
        return answers;
    }

  private:
    net::BlockingClient client_;
};

class Async {
  public:
    explicit Async(ClientOptions options = {}) : client_(loop_.get_executor(), std::move(options)) {}

    Answer get(const Target& target) { return get_all(target, 1).front(); }

    std::vector<Answer> get_all(const Target& target, std::size_t count) {
        std::vector<Answer> answers(count);
        for (Answer& answer : answers) {
            asio::co_spawn(
                loop_, client_.get(target), [&answer](const std::exception_ptr& error, Answer got) {
                    answer = error ? Answer{.status = 0, .body = {}, .error = "thrown"} : std::move(got);
                });
        }
        loop_.restart();
        loop_.run();
        return answers;
    }

  private:
    asio::io_context loop_{1};
    net::AsyncClient client_;
};

// Servers that misbehave.

sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

// Not a measurement: nothing may hang.
void limit_waiting(int fd, long seconds) {
    const timeval limit{.tv_sec = seconds, .tv_usec = 0};
    ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
}

class Listener {
  public:
    explicit Listener(int backlog = 128) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address = loopback(0);
        REQUIRE(::bind(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
        REQUIRE(::listen(fd_, backlog) == 0);
        limit_waiting(fd_, 60);
        socklen_t size = sizeof address;
        ::getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size);
        port_ = ntohs(address.sin_port);
    }
    ~Listener() { ::close(fd_); }
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;

    [[nodiscard]] std::uint16_t port() const { return port_; }
    [[nodiscard]] Target target(const std::string& path = "/") const {
        return net::resolve({.host = "127.0.0.1", .port = port_, .target = path});
    }

    // -1 after stop().
    [[nodiscard]] int accept() const {
        const int fd = ::accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC);
        if (fd >= 0) limit_waiting(fd, 20);
        return fd;
    }
    void stop() const { ::shutdown(fd_, SHUT_RDWR); }

  private:
    int fd_;
    std::uint16_t port_ = 0;
};

void send(int fd, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t count = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (count <= 0) return;
        bytes.remove_prefix(static_cast<std::size_t>(count));
    }
}

// Empty when the client left instead.
std::string read_request(int fd) {
    std::string request;
    char byte = 0;
    while (!request.ends_with("\r\n\r\n")) {
        if (::recv(fd, &byte, 1, 0) != 1) return {};
        request += byte;
    }
    return request;
}

void wait_until_client_leaves(int fd) {
    char byte = 0;
    while (::recv(fd, &byte, 1, 0) > 0) {
    }
}

// The next close() resets the connection.
void reset_on_close(int fd) {
    const linger at_once{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

// Serves one connection after another with `script`, on a thread of its own, and closes each when `script`
// returns.
class ScriptedServer {
  public:
    using Script = std::function<void(int fd)>;

    explicit ScriptedServer(Script script) : script_(std::move(script)), thread_([this] { serve(); }) {}
    ~ScriptedServer() {
        listener_.stop();
        thread_.join();
    }
    ScriptedServer(const ScriptedServer&) = delete;
    ScriptedServer& operator=(const ScriptedServer&) = delete;

    [[nodiscard]] Target target(const std::string& path = "/") const { return listener_.target(path); }
    [[nodiscard]] int connections() const { return connections_; }

  private:
    void serve() {
        for (int fd = listener_.accept(); fd >= 0; fd = listener_.accept()) {
            ++connections_;
            script_(fd);
            ::close(fd);
        }
    }

    Listener listener_;
    Script script_;
    std::atomic<int> connections_ = 0;
    std::thread thread_;
};

// Reads the request, sends `bytes`, closes.
ScriptedServer::Script answer_with(std::string bytes) {
    return [bytes = std::move(bytes)](int fd) {
        if (!read_request(fd).empty()) send(fd, bytes);
    };
}

// A listener whose queue is full: the kernel drops whoever else wants to connect.
class FullListener {
  public:
    // Backlog 0 leaves room for one (listen(2); Linux queues one more than it is told).
    FullListener() : listener_(0), in_queue_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        const sockaddr_in address = loopback(listener_.port());
        REQUIRE(::connect(in_queue_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    }
    ~FullListener() { ::close(in_queue_); }
    FullListener(const FullListener&) = delete;
    FullListener& operator=(const FullListener&) = delete;

    [[nodiscard]] Target target() const { return listener_.target(); }

    // Whether somebody is trying to connect at this moment.
    [[nodiscard]] bool somebody_connects() const {
        char address[32];
        std::snprintf(address, sizeof address, " 0100007F:%04X 02 ", static_cast<unsigned>(listener_.port()));
        std::ifstream sockets("/proc/net/tcp");  // remote address, then the state; 02 is SYN_SENT
        for (std::string line; std::getline(sockets, line);) {
            if (line.find(address) != std::string::npos) return true;
        }
        return false;
    }

  private:
    Listener listener_;
    int in_queue_;
};

Answer no_answer(std::string error) { return {.status = 0, .body = {}, .error = std::move(error)}; }

// Long enough to be a hang when it is reached.
ClientOptions patient() {
    ClientOptions options;
    options.connect_timeout = options.timeout = 60s;
    return options;
}

ClientOptions keeping(std::size_t connections) {
    ClientOptions options = patient();
    options.keep_alive = connections;
    return options;
}

struct Case {
    std::string name;
    ScriptedServer::Script script;
    Answer expected;
};

const std::string chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

const std::vector<Case>& cases() {
    static const std::vector<Case> all = {
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
             read_request(fd);
             for (const char byte : chunked + "3\r\nabc\r\n0\r\n\r\n") send(fd, {&byte, 1});
         },
         {200, "abc", ""}},
        {"closes before the request", [](int) {}, {}},
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
             read_request(fd);
             reset_on_close(fd);
         },
         no_answer("connection reset")},
        {"resets in the body",
         [](int fd) {
             read_request(fd);
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
             read_request(fd);
             send(fd, chunked);
             const std::string chunk = "64\r\n" + std::string(100, 'x') + "\r\n";
             for (int i = 0; i < 100'000; ++i) send(fd, chunk);
         },
         no_answer("answer too large")},
        {"a header without end",
         [](int fd) {
             read_request(fd);
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
        for (const Case& c : cases()) {
            CAPTURE(c.name);
            CAPTURE(keep_alive);
            ScriptedServer server(c.script);
            Client client(options);
            const Answer answer = client.get(server.target());
            if (c.name == "closes before the request") {
                // Closed or, where the request came first, reset.
                CHECK(answer.status == 0);
                CHECK((answer.error == "connection closed" || answer.error == "connection reset"));
            } else {
                CHECK(answer == c.expected);
                CHECK(answer.ok() == c.expected.error.empty());
            }
            CHECK(server.connections() == 1);
        }
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
                request = read_request(fd);
                send(fd, "HTTP/1.1 204 No Content\r\n\r\n");
            });
            target = server.target("/path?query=1");
            Client client(keeping(keep_alive));
            CHECK(client.get(target).ok());
        }
        CHECK(request.starts_with("GET /path?query=1 HTTP/1.1\r\nHost: " + target.authority + "\r\n"));
        CHECK((request.find("Connection: keep-alive\r\n") != std::string::npos) == (keep_alive > 0));
        CHECK((request.find("Connection: close\r\n") != std::string::npos) == (keep_alive == 0));
    }
}

TEST_CASE_TEMPLATE("a port on which nobody listens is refused", Client, Blocking, Async) {
    Target target;
    {
        const Listener listener;
        target = listener.target();
    }
    Client client(patient());
    CHECK(client.get(target) == no_answer("connection refused"));
    CHECK(client.get(Target{.endpoints = {}, .authority = "nowhere", .target = "/"}).status == 0);
}

TEST_CASE_TEMPLATE("the next address is tried when one refuses", Client, Blocking, Async) {
    ServerThread server;
    Target target = server.target("/status/200");
    const Listener gone;
    gone.stop();  // refuses from now on, and nobody else can have its port
    target.endpoints.insert(target.endpoints.begin(), gone.target().endpoints.front());
    Client client(patient());
    CHECK(client.get(target) == Answer{200, "", ""});
}

TEST_CASE_TEMPLATE("a server that does not answer in time is given up", Client, Blocking, Async) {
    for (const std::string& start :
         {std::string(), std::string("HTTP/1.1 200 OK\r\n"), chunked, chunked + "5\r\nab"}) {
        CAPTURE(start);
        ScriptedServer server([&](int fd) {
            read_request(fd);
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
        read_request(fd);
        send(fd, "HTTP/1.1 200 OK\r\n\r\n");
        // One byte after another, until the client leaves.
        while (::send(fd, "x", 1, MSG_NOSIGNAL) == 1) std::this_thread::sleep_for(1ms);
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
    CHECK(eventually(
        [&] { return Client(options).get(target).ok(); }));  // a busy machine may need several attempts
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
                if (read_request(fd).empty()) return;
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
            if (read_request(fd).empty()) return;
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
        if (!read_request(fd).empty() && first.exchange(false)) {
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
        if (read_request(fd).empty()) return;
        send(fd, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        if (!read_request(fd).empty()) send(fd, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\no");
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
        if (read_request(fd).empty()) return;
        const std::string answer = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n";
        send(fd, answer + "goodHTTP/1.1 200 ");
        if (!read_request(fd).empty()) send(fd, "OK\r\nContent-Length: 3\r\n\r\nbad");
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
        CHECK_FALSE(read_request(fd).empty());
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

// A call under way on a thread of its own.
std::future<Answer> call(net::BlockingClient& client, Target target) {
    return std::async(std::launch::async,
                      [&client, target = std::move(target)] { return client.get(target); });
}

TEST_CASE("a stop ends a blocking call that waits for its answer") {
    ServerThread server;
    std::stop_source stop;
    ClientOptions options = patient();
    options.stop = stop.get_token();
    net::BlockingClient client(options);
    std::vector<std::future<Answer>> calls;
    for (int i = 0; i < 3; ++i) calls.push_back(call(client, server.target("/delay/60")));
    CHECK(eventually([&] { return server.counts().requests == 3; }));
    stop.request_stop();
    for (auto& waiting : calls) CHECK(waiting.get() == no_answer("interrupted"));
    CHECK(eventually([&] { return server.counts().hung_up == 3; }));
}

TEST_CASE("a stop ends a blocking call in the middle of an answer") {
    std::promise<void> started;
    ScriptedServer server([&](int fd) {
        read_request(fd);
        send(fd, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel");
        started.set_value();
        wait_until_client_leaves(fd);
    });
    std::stop_source stop;
    ClientOptions options = patient();
    options.stop = stop.get_token();
    net::BlockingClient client(options);
    auto waiting = call(client, server.target());
    started.get_future().wait();
    stop.request_stop();
    CHECK(waiting.get() == no_answer("interrupted"));
}

TEST_CASE("a stop ends a blocking call that is connecting") {
    const FullListener full;
    std::stop_source stop;
    ClientOptions options = patient();
    options.stop = stop.get_token();
    net::BlockingClient client(options);
    auto waiting = call(client, full.target());
    CHECK(eventually([&] { return full.somebody_connects(); }));
    stop.request_stop();
    CHECK(waiting.get() == no_answer("interrupted"));
}

TEST_CASE("after a stop no blocking call begins") {
    ServerThread server;
    std::stop_source stop;
    ClientOptions options = keeping(1);
    options.stop = stop.get_token();
    net::BlockingClient client(options);
    CHECK(client.get(server.target("/json")).ok());
    stop.request_stop();
    CHECK(client.get(server.target("/json")) == no_answer("interrupted"));
    CHECK(server.counts().requests == 1);
}

TEST_CASE("a stop at any moment ends a blocking call that connects for ever") {
    const FullListener full;
    for (int round = 0; round < 100; ++round) {
        std::stop_source stop;
        ClientOptions options = patient();
        options.stop = stop.get_token();
        net::BlockingClient client(options);
        auto waiting = call(client, full.target());
        for (int pause = round; pause > 0; --pause) std::this_thread::yield();
        stop.request_stop();
        CHECK(waiting.get() == no_answer("interrupted"));
    }
}

TEST_CASE("a stop at the very end of a blocking call ends it or comes too late for it") {
    // For the thread sanitizer: the stop meets the call while it reads its answer or puts its connection
    // away.
    std::mutex mutex;
    std::stop_source stop;
    std::chrono::microseconds pause{};
    ScriptedServer server([&](int fd) {
        if (read_request(fd).empty()) return;
        std::unique_lock lock(mutex);
        std::stop_source own = stop;
        const auto before = pause;
        lock.unlock();
        send(fd, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        const auto moment = std::chrono::steady_clock::now() + before;
        while (std::chrono::steady_clock::now() < moment) {
        }
        own.request_stop();
    });
    const Target target = server.target();
    for (int round = 0; round < 3000; ++round) {
        const std::stop_source fresh;
        {
            const std::lock_guard lock(mutex);
            stop = fresh;
            pause = std::chrono::microseconds(round % 100);
        }
        ClientOptions options = keeping(1);
        options.stop = fresh.get_token();
        net::BlockingClient client(options);
        const Answer answer = client.get(target);
        CHECK((answer == no_answer("interrupted") || answer == Answer{200, "ok", ""}));
    }
}

// A coroutine of the other client that can be cancelled.
class Cancellable {
  public:
    explicit Cancellable(const Target& target, ClientOptions options = patient())
        : client_(loop_.get_executor(), std::move(options)) {
        asio::co_spawn(
            loop_, client_.get(target),
            asio::bind_cancellation_slot(signal_.slot(), [this](std::exception_ptr error, Answer answer) {
                done_ = true;
                error_ = std::move(error);
                answer_ = std::move(answer);
            }));
    }

    // Does what there is to do now.
    void poll() { loop_.poll(); }

    void cancel() {
        signal_.emit(asio::cancellation_type::terminal);
        loop_.run();
        CHECK(done_);
    }

    [[nodiscard]] bool aborted() const {
        if (!error_) return false;
        try {
            std::rethrow_exception(error_);
        } catch (const asio::system_error& error) {
            return error.code() == asio::error::operation_aborted;
        } catch (...) {
            return false;
        }
    }

  private:
    asio::io_context loop_{1};
    net::AsyncClient client_;
    asio::cancellation_signal signal_;
    bool done_ = false;
    std::exception_ptr error_;
    Answer answer_;
};

TEST_CASE("cancelling a coroutine that waits for its answer throws, and the server sees it hang up") {
    ServerThread server;
    const Target target = server.target("/delay/60");
    Cancellable call(target);
    CHECK(eventually([&] {
        call.poll();
        return server.counts().requests == 1;
    }));
    CHECK(server.counts().hung_up == 0);
    call.cancel();
    CHECK(call.aborted());
    CHECK(eventually([&] { return server.counts().hung_up == 1; }));
}

TEST_CASE("cancelling a coroutine in the middle of an answer throws") {
    std::promise<void> left;
    std::atomic<bool> started = false;
    ScriptedServer server([&](int fd) {
        read_request(fd);
        send(fd, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel");
        started = true;
        wait_until_client_leaves(fd);
        left.set_value();
    });
    const Target target = server.target();
    Cancellable call(target);
    CHECK(eventually([&] {
        call.poll();
        return started.load();
    }));
    call.poll();
    call.cancel();
    CHECK(call.aborted());
    // Its socket is closed although the client lives on.
    CHECK(left.get_future().wait_for(20s) == std::future_status::ready);
}

TEST_CASE("cancelling a coroutine that is connecting throws") {
    const FullListener full;
    const Target target = full.target();
    Cancellable call(target);
    CHECK(eventually([&] {
        call.poll();
        return full.somebody_connects();
    }));
    call.cancel();
    CHECK(call.aborted());
}

TEST_CASE("cancelling at any moment throws or comes too late") {
    ServerThread server;
    const Target target = server.target("/status/200");
    for (int round = 0; round < 100; ++round) {
        Cancellable call(target, keeping(1));
        for (int i = 0; i < round; ++i) call.poll();
        call.cancel();
    }
    CHECK(Blocking(patient()).get(target).ok());
}

// Urls.

std::string rejection(const std::string& text) {
    try {
        net::parse_url(text);
    } catch (const UsageError& error) {
        return error.what();
    }
    return {};
}

TEST_CASE("a url is split into host, port and target") {
    struct Good {
        std::string text;
        std::string host;
        std::uint16_t port;
        std::string target;
    };
    const Good urls[] = {
        {"http://a", "a", 80, "/"},
        {"http://a/", "a", 80, "/"},
        {"http://example.org:8080/path/to?x=1&y=2", "example.org", 8080, "/path/to?x=1&y=2"},
        {"http://127.0.0.1:1", "127.0.0.1", 1, "/"},
        {"http://127.0.0.1:65535/", "127.0.0.1", 65535, "/"},
        {"http://a?x=/y", "a", 80, "/?x=/y"},
        {"http://a:81?x", "a", 81, "/?x"},
        {"http://a/b#c", "a", 80, "/b"},
        {"http://a#b/c?d", "a", 80, "/"},
        {"http://a/?b#c?d", "a", 80, "/?b"},
        {"http://a/b:c@d", "a", 80, "/b:c@d"},
        {"http://a/http://b", "a", 80, "/http://b"},
        {"http://[::1]", "::1", 80, "/"},
        {"http://[::1]:8080/x", "::1", 8080, "/x"},
        {"http://[fe80::1:2]/[x]:5", "fe80::1:2", 80, "/[x]:5"},
        {"http://a/%20%00", "a", 80, "/%20%00"},
    };
    for (const Good& expected : urls) {
        CAPTURE(expected.text);
        const net::Url url = net::parse_url(expected.text);
        CHECK(url.host == expected.host);
        CHECK(url.port == expected.port);
        CHECK(url.target == expected.target);
    }
}

TEST_CASE("what is no url is a UsageError that names it") {
    for (const std::string text : {"",
                                   "a",
                                   "/path",
                                   "127.0.0.1:80",
                                   "ftp://a",
                                   "http:/a",
                                   "http:a",
                                   "://a",
                                   "http",
                                   "file:///etc/passwd",
                                   "http://",
                                   "http:///path",
                                   "http://?x",
                                   "http://#x",
                                   "http://:80",
                                   "http://:80/",
                                   "http://a:",
                                   "http://a:/",
                                   "http://a:0",
                                   "http://a:65536",
                                   "http://a:99999999999",
                                   "http://a:-1",
                                   "http://a:+80",
                                   "http://a:8x",
                                   "http://a:x",
                                   "http://a:80:81",
                                   "http://::1/",
                                   "http://[::1",
                                   "http://[::1/x]",
                                   "http://[]",
                                   "http://[]:80/",
                                   "http://[::1]:x",
                                   "http://[::1]:"}) {
        CAPTURE(text);
        const std::string message = rejection(text);
        CHECK(message.find("'" + text + "'") != std::string::npos);
    }
}

TEST_CASE("nothing may stand between the bracket of an address and its port") {
    CHECK_FALSE(rejection("http://[::1]x").empty());
    CHECK_FALSE(rejection("http://[::1]x:80/").empty());
    CHECK_FALSE(rejection("http://[::1]80/").empty());
}

TEST_CASE("https and passwords get a sentence of their own") {
    CHECK(rejection("https://a/").find("https is not supported") != std::string::npos);
    CHECK(rejection("http://me:secret@a/").find("password") != std::string::npos);
    CHECK(rejection("http://me@a").find("user") != std::string::npos);
}

TEST_CASE("blanks and control characters cannot get into a request through a url") {
    for (const char c : {' ', '\t', '\r', '\n', '\x01', '\x1b', '\x7f'}) {
        for (const std::string before : {"http://a/b", "http://a", "", "http://a/b?c", "http://a/b#c"}) {
            CHECK(rejection(before + c + "d").find("control character") != std::string::npos);
        }
    }
    CHECK_THROWS_AS(net::parse_url(std::string("http://a/\0b", 11)), UsageError);
    CHECK_FALSE(rejection("http://a/ HTTP/1.1\r\nEvil: yes\r\n\r\n").empty());
}

TEST_CASE("resolving gives addresses and the Host header") {
    const Target plain = net::resolve(net::parse_url("http://127.0.0.1:8080/x"));
    REQUIRE(plain.endpoints.size() == 1);
    CHECK(plain.endpoints[0].address().to_string() == "127.0.0.1");
    CHECK(plain.endpoints[0].port() == 8080);
    CHECK(plain.authority == "127.0.0.1:8080");
    CHECK(plain.target == "/x");
    CHECK(net::resolve(net::parse_url("http://127.0.0.1:80/")).authority == "127.0.0.1");
    CHECK(net::resolve(net::parse_url("http://[::1]:8080/")).authority == "[::1]:8080");
    CHECK(net::resolve(net::parse_url("http://[::1]/")).authority == "[::1]");
}

TEST_CASE("a host that does not exist is an Error that names it") {
    std::string message;
    try {
        net::resolve(net::parse_url("http://nohost.invalid/"));
    } catch (const Error& error) {
        message = error.what();
    }
    CHECK(message.find("'nohost.invalid'") != std::string::npos);
}

}  // namespace
}  // namespace overlap
