#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <unistd.h>

#include <algorithm>
#include <asio/io_context.hpp>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <mutex>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "net/http_server.hpp"
#include "net/server_process.hpp"
#include "net/url.hpp"
#include "support/eventually.hpp"
#include "support/server_thread.hpp"
#include "timeline/error.hpp"

namespace overlap {
namespace {

TEST_SUITE_BEGIN("server");

using net::ServerOptions;
using net::ServerProcess;
using net::WhenFull;
using std::chrono::steady_clock;
using test::eventually;
using test::ServerThread;

constexpr Nanoseconds ms = 1'000'000;

struct Reply {
    int status = 0;  ///< 0: the connection ended before a whole answer
    std::string head;
    std::string body;
};

// One connection, with nothing between the test and its bytes.
class Wire {
  public:
    // Without connect(): for a test that needs the socket before it may have another.
    Wire() : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        // Not a measurement: nothing may hang.
        const timeval limit{.tv_sec = 20, .tv_usec = 0};
        ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
        ::setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    }
    explicit Wire(std::uint16_t port) : Wire() { connect(port); }
    Wire(Wire&& other) noexcept : fd_(std::exchange(other.fd_, -1)), unread_(std::move(other.unread_)) {}
    Wire& operator=(Wire&& other) noexcept {
        std::swap(fd_, other.fd_);
        std::swap(unread_, other.unread_);
        return *this;
    }
    ~Wire() { close(); }

    void connect(std::uint16_t port) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        REQUIRE(::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    }

    [[nodiscard]] int fd() const { return fd_; }

    void close() {
        if (fd_ >= 0) ::close(fd_);
        fd_ = -1;
    }

    void end_of_requests() { ::shutdown(fd_, SHUT_WR); }

    // Gives false when the server is gone.
    bool send(std::string_view bytes) {
        while (!bytes.empty()) {
            const ssize_t count = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (count < 0) return false;
            bytes.remove_prefix(static_cast<std::size_t>(count));
        }
        return true;
    }

    bool get(const std::string& target, const std::string& method = "GET") {
        return send(method + " " + target + " HTTP/1.1\r\nHost: test\r\n\r\n");
    }

    // The next answer. `has_body`: false for that to a HEAD.
    Reply reply(bool has_body = true) {
        Reply reply;
        while (unread_.find("\r\n\r\n") == std::string::npos) {
            if (!more()) return reply;
        }
        const std::size_t end = unread_.find("\r\n\r\n") + 4;
        reply.head = unread_.substr(0, end);
        unread_.erase(0, end);
        if (has_body && !take_body(reply)) return {};
        reply.status = std::stoi(reply.head.substr(reply.head.find(' ') + 1, 3));
        return reply;
    }

    Reply ask(const std::string& target) {
        get(target);
        return reply();
    }

    // The server closed the connection, or reset it. Gives what came before that.
    std::string read_to_end() {
        while (more()) {
        }
        return std::exchange(unread_, {});
    }

    // Whether there is something to read now: bytes or the end.
    [[nodiscard]] bool readable() const {
        pollfd entry{fd_, POLLIN, 0};
        return !unread_.empty() || ::poll(&entry, 1, 0) > 0;
    }

  private:
    bool more() {
        char buffer[4096];
        const ssize_t count = ::recv(fd_, buffer, sizeof buffer, 0);
        if (count < 0 && errno == EAGAIN) FAIL("nothing came for 20 s");
        if (count <= 0) return false;
        unread_.append(buffer, static_cast<std::size_t>(count));
        return true;
    }

    bool take(std::size_t size, std::string& into) {
        while (unread_.size() < size) {
            if (!more()) return false;
        }
        into += unread_.substr(0, size);
        unread_.erase(0, size);
        return true;
    }

    bool take_line(std::string& line) {
        while (unread_.find("\r\n") == std::string::npos) {
            if (!more()) return false;
        }
        line = unread_.substr(0, unread_.find("\r\n"));
        unread_.erase(0, line.size() + 2);
        return true;
    }

    bool take_body(Reply& reply) {
        const std::string length = "\r\nContent-Length: ";
        const std::size_t at = reply.head.find(length);
        if (at != std::string::npos)
            return take(std::stoul(reply.head.substr(at + length.size())), reply.body);
        if (reply.head.find("\r\nTransfer-Encoding: chunked\r\n") == std::string::npos) return true;
        for (std::size_t size = 1; size > 0;) {
            std::string line;
            if (!take_line(line)) return false;
            size = std::stoul(line, nullptr, 16);
            if (!take(size, reply.body) || !take_line(line) || !line.empty()) return false;
        }
        return true;
    }

    int fd_;
    std::string unread_;
};

ServerOptions limited(std::int64_t most, WhenFull when_full) {
    ServerOptions options;
    options.max_in_flight = most;
    options.when_full = when_full;
    return options;
}

// Answers that never come within a test: what holds them up is over when the test closes the connection.
std::vector<Wire> hold_in_flight(ServerThread& server, std::int64_t count) {
    std::vector<Wire> wires;
    const std::int64_t before = server.counts().requests;
    for (std::int64_t i = 0; i < count; ++i) {
        wires.emplace_back(server.port());
        wires.back().get("/delay/60");
    }
    CHECK(eventually([&] { return server.counts().requests == before + count; }));
    return wires;
}

TEST_CASE("one connection carries several requests") {
    ServerThread server;
    Wire wire(server.port());
    for (int i = 0; i < 5; ++i) {
        const Reply reply = wire.ask("/bytes/" + std::to_string(i * 1000));
        CHECK(reply.status == 200);
        CHECK(reply.body.size() == static_cast<std::size_t>(i) * 1000);
        CHECK(reply.head.find("Connection: keep-alive\r\n") != std::string::npos);
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
        CHECK(reply.head.find("Connection: close\r\n") != std::string::npos);
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
    CHECK(reply.head.find("Transfer-Encoding: chunked\r\n") != std::string::npos);
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
    CHECK(all.find("Transfer-Encoding") == std::string::npos);
    CHECK(all.ends_with("\r\n\r\n{\"id\": 0}\n{\"id\": 1}\n"));
}

TEST_CASE("/drip arrives in parts") {
    ServerThread server;
    Wire wire(server.port());
    // The second byte is half a minute away: only if the parts go out on their own does the first one come.
    wire.get("/drip?numbytes=2&duration=60");
    CHECK(eventually([&] { return wire.readable(); }));
    CHECK(wire.reply(false).head.find("Content-Length: 2\r\n") != std::string::npos);
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
        CHECK((reply.head.find("Connection: close\r\n") != std::string::npos) == c.closes);
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

TEST_CASE("an idle connection is closed, before its first request and after an answer") {
    ServerOptions options;
    options.idle_timeout = std::chrono::milliseconds(50);
    ServerThread server(options);
    Wire silent(server.port());
    CHECK(silent.read_to_end().empty());
    // On a busy machine the connection may be closed before the request is out.
    CHECK(eventually([&] {
        Wire wire(server.port());
        return wire.ask("/json").status == 200 && wire.read_to_end().empty();
    }));
}

TEST_CASE("half a request does not keep a connection for ever") {
    ServerOptions options;
    options.idle_timeout = std::chrono::milliseconds(50);
    ServerThread server(options);
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
    ServerOptions options;
    options.idle_timeout = std::chrono::milliseconds(50);
    ServerThread server(options);
    CHECK(eventually([&] {
        Wire wire(server.port());
        wire.send("garbage\r\n\r\n");
        return wire.reply().status == 400 && eventually([&] { return !wire.send("x"); });
    }));
}

TEST_CASE("waiting for a slow answer is not idling") {
    ServerOptions options;
    options.idle_timeout = std::chrono::milliseconds(50);
    ServerThread server(options);
    for (const std::string target : {"/delay?ms=300", "/drip?numbytes=2&duration=0.6"}) {
        CHECK(eventually([&] {
            Wire wire(server.port());
            return wire.ask(target).status == 200;
        }));
    }
}

TEST_CASE("a client that takes nothing of its answer does not keep its connection for ever") {
    std::atomic<int> ended = 0;
    ServerOptions options;
    options.idle_timeout = std::chrono::milliseconds(50);
    options.log = [&](const std::string&) { ++ended; };
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

TEST_CASE("peak_in_flight is exactly the number of requests that wait at once") {
    ServerThread server;
    for (const std::int64_t count : {1, 2, 20}) {
        CAPTURE(count);
        std::vector<Wire> wires = hold_in_flight(server, count);
        CHECK(server.counts().peak_in_flight == count);
        wires.clear();
        // The next round must not find them still there.
        CHECK(eventually([&] { return server.counts().hung_up == server.counts().requests; }));
    }
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

TEST_CASE("latency and jitter hold an answer back for as long as the seed says") {
    ServerOptions options;
    options.latency = 2 * ms;
    options.jitter = 10 * ms;
    options.seed = 7;
    // The server draws the jitter of one request after another.
    for (int again = 0; again < 2; ++again) {
        ServerThread server(options);
        Wire wire(server.port());
        std::mt19937_64 random(7);
        for (int i = 0; i < 10; ++i) {
            const Nanoseconds jitter = std::uniform_int_distribution<Nanoseconds>(0, options.jitter)(random);
            const auto begin = steady_clock::now();
            CHECK(wire.ask("/status/200").status == 200);
            // A busy machine can only make it longer.
            CHECK((steady_clock::now() - begin).count() >= options.latency + jitter);
        }
    }
}

std::vector<int> statuses(std::uint64_t seed) {
    ServerOptions options;
    options.fail_rate = 0.5;
    options.jitter = 1000;
    options.seed = seed;
    ServerThread server(options);
    Wire wire(server.port());
    std::vector<int> all;
    for (int i = 0; i < 64; ++i) all.push_back(wire.ask("/json").status);
    const auto failed = std::count(all.begin(), all.end(), 503);
    CHECK(server.counts().failed == failed);
    CHECK(failed + std::count(all.begin(), all.end(), 200) == 64);
    return all;
}

TEST_CASE("the same seed fails the same requests, another one others") {
    const std::vector<int> first = statuses(1);
    CHECK(first == statuses(1));
    CHECK(first != statuses(2));
    CHECK(std::count(first.begin(), first.end(), 503) > 10);
    CHECK(std::count(first.begin(), first.end(), 503) < 54);
}

TEST_CASE("the same seed gives the same bytes") {
    ServerOptions options;
    options.seed = 3;
    ServerThread one(options);
    ServerThread other(options);
    options.seed = 4;
    ServerThread another(options);
    const std::string bytes = Wire(one.port()).ask("/bytes/1000").body;
    CHECK(bytes.size() == 1000);
    CHECK(Wire(other.port()).ask("/bytes/1000").body == bytes);
    CHECK(Wire(another.port()).ask("/bytes/1000").body != bytes);
}

TEST_CASE("a fail rate of 1 fails every request and keeps the connection") {
    ServerOptions options;
    options.fail_rate = 1;
    ServerThread server(options);
    Wire wire(server.port());
    for (const std::string target : {"/json", "/stream/3", "/nothing", "/drip?numbytes=2&duration=0"}) {
        CHECK(wire.ask(target).status == 503);
    }
    const ServerCounts counts = server.counts();
    CHECK(counts.failed == 4);
    CHECK(counts.bad_requests == 0);
    CHECK(counts.connections == 1);
}

TEST_CASE("a full server refuses with 429 and keeps the connection") {
    ServerThread server(limited(2, WhenFull::refuse));
    std::vector<Wire> held = hold_in_flight(server, 2);
    Wire wire(server.port());
    CHECK(wire.ask("/json").status == 429);
    CHECK(wire.ask("/json").status == 429);
    ServerCounts counts = server.counts();
    CHECK(counts.refused == 2);
    CHECK(counts.requests == 4);
    CHECK(counts.peak_in_flight == 2);
    CHECK(counts.connections == 3);
    held.clear();
    CHECK(eventually([&] { return wire.ask("/json").status == 200; }));
    CHECK(server.counts().connections == 3);
}

TEST_CASE("a full server that queues never has more in flight and answers everybody") {
    ServerThread server(limited(2, WhenFull::queue));
    std::vector<Wire> held = hold_in_flight(server, 2);
    std::vector<Wire> waiting;
    for (int i = 0; i < 8; ++i) {
        waiting.emplace_back(server.port());
        waiting.back().get("/delay?ms=" + std::to_string(i % 3));
    }
    CHECK(eventually([&] { return server.counts().requests == 10; }));
    for (const Wire& wire : waiting) CHECK_FALSE(wire.readable());
    held.clear();
    for (Wire& wire : waiting) CHECK(wire.reply().status == 200);
    const ServerCounts counts = server.counts();
    CHECK(counts.peak_in_flight == 2);
    CHECK(counts.refused == 0);
    CHECK(counts.hung_up == 2);
    // And the places are free again.
    for (Wire& wire : waiting) CHECK(wire.ask("/json").status == 200);
}

TEST_CASE("with one place, queued requests are answered in the order in which they came") {
    std::mutex mutex;
    std::vector<std::string> answered;
    ServerOptions options = limited(1, WhenFull::queue);
    options.log = [&](const std::string& line) {
        const std::lock_guard lock(mutex);
        answered.push_back(line.substr(0, line.find(' ', 4)));
    };
    ServerThread server(options);
    std::vector<Wire> held = hold_in_flight(server, 1);
    std::vector<Wire> waiting;
    std::vector<std::string> expected;
    for (int i = 0; i < 5; ++i) {
        waiting.emplace_back(server.port());
        waiting.back().get("/status/" + std::to_string(200 + i));
        expected.push_back("GET /status/" + std::to_string(200 + i));
        CHECK(eventually([&] { return server.counts().requests == 2 + i; }));
    }
    held.clear();
    for (Wire& wire : waiting) wire.reply();
    CHECK(eventually([&] {
        const std::lock_guard lock(mutex);
        return answered.size() == expected.size();
    }));
    const std::lock_guard lock(mutex);
    CHECK(answered == expected);
}

TEST_CASE("a client that leaves while it waits is counted and leaves the flight") {
    ServerThread server(limited(1, WhenFull::refuse));
    std::vector<Wire> held = hold_in_flight(server, 1);
    Wire wire(server.port());
    CHECK(wire.ask("/json").status == 429);
    CHECK(server.counts().hung_up == 0);
    held.clear();
    CHECK(eventually([&] { return server.counts().hung_up == 1; }));
    CHECK(eventually([&] { return wire.ask("/json").status == 200; }));
}

TEST_CASE("a client that resets its connection while it waits is counted as well") {
    ServerThread server;
    std::vector<Wire> held = hold_in_flight(server, 1);
    const linger at_once{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(held[0].fd(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    held.clear();
    CHECK(eventually([&] { return server.counts().hung_up == 1; }));
}

TEST_CASE("a client that leaves the queue is counted and its turn goes to the next") {
    ServerThread server(limited(1, WhenFull::queue));
    std::vector<Wire> held = hold_in_flight(server, 1);
    std::vector<Wire> leaving = hold_in_flight(server, 3);
    Wire staying(server.port());
    staying.get("/json");
    CHECK(eventually([&] { return server.counts().requests == 5; }));
    leaving.clear();
    CHECK(eventually([&] { return server.counts().hung_up == 3; }));
    CHECK_FALSE(staying.readable());
    held.clear();
    CHECK(staying.reply().status == 200);
    CHECK(server.counts().peak_in_flight == 1);
    CHECK(server.counts().hung_up == 4);
}

TEST_CASE("clients that come and leave at any moment leave no place taken") {
    ServerThread server(limited(2, WhenFull::queue));
    std::mt19937_64 random(6);
    std::vector<Wire> wires;
    for (int i = 0; i < 300; ++i) {
        wires.emplace_back(server.port());
        wires.back().get("/delay?ms=" + std::to_string(random() % 3));
        if (wires.size() > 6)
            wires.erase(wires.begin() + static_cast<std::ptrdiff_t>(random() % wires.size()));
    }
    for (Wire& wire : wires) CHECK(wire.reply().status == 200);
    CHECK(server.counts().peak_in_flight <= 2);
    // Both places: one is held, the other still answers.
    std::vector<Wire> held = hold_in_flight(server, 1);
    CHECK(Wire(server.port()).ask("/json").status == 200);
}

TEST_CASE("a client that leaves in the middle of a drip leaves the flight") {
    ServerThread server(limited(1, WhenFull::refuse));
    {
        Wire wire(server.port());
        wire.get("/drip?numbytes=10000&duration=60");
        CHECK(wire.reply(false).status == 200);
    }
    CHECK(eventually([&] { return Wire(server.port()).ask("/json").status == 200; }));
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
    std::mutex mutex;
    std::vector<std::string> lines;
    ServerOptions options;
    options.log = [&](const std::string& line) {
        const std::lock_guard lock(mutex);
        lines.push_back(line);
    };
    ServerThread server(options);
    Wire(server.port()).ask("/json");
    Wire(server.port()).ask("/status/503");
    CHECK(eventually([&] {
        const std::lock_guard lock(mutex);
        return lines.size() == 2;
    }));
    const std::lock_guard lock(mutex);
    CHECK(lines[0].starts_with("GET /json 200 "));
    CHECK(lines[0].ends_with(", connection 1"));
    CHECK(lines[1].starts_with("GET /status/503 503 "));
    CHECK(lines[1].ends_with(", connection 2"));
}

TEST_CASE("an address in use is an Error that names it") {
    ServerThread server;
    asio::io_context loop;
    ServerOptions options;
    options.port = server.port();
    std::string message;
    try {
        const net::Server second(loop, options);
    } catch (const Error& error) {
        message = error.what();
    }
    CHECK(message.find("127.0.0.1:" + std::to_string(server.port())) != std::string::npos);
    CHECK(message.find("--port") != std::string::npos);
}

TEST_CASE("a host that is no address is a UsageError that names it") {
    asio::io_context loop;
    for (const std::string host : {"localhost", "127.0.0.256", "", "127.0.0.1:80", "[::1]"}) {
        CAPTURE(host);
        ServerOptions options;
        options.host = host;
        std::string message;
        try {
            const net::Server server(loop, options);
        } catch (const UsageError& error) {
            message = error.what();
        }
        CHECK(message.find("'" + host + "'") != std::string::npos);
    }
}

TEST_CASE("the url of an IPv6 address has brackets") {
    ServerOptions options;
    options.host = "::1";
    try {
        ServerThread server(options);
        CHECK(server.url() == "http://[::1]:" + std::to_string(server.port()));
        CHECK(server.target("/json").authority == "[::1]:" + std::to_string(server.port()));
    } catch (const Error&) {
        MESSAGE("no IPv6 on this machine");
    }
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

// Leaves this process no file descriptor to open, and gives them back at its end.
class NoMoreFiles {
  public:
    NoMoreFiles() {
        ::getrlimit(RLIMIT_NOFILE, &before_);
        // New descriptors are the lowest that are free, so a limit there lets nobody open any.
        const int lowest_free = ::dup(STDERR_FILENO);
        ::close(lowest_free);
        rlimit none = before_;
        none.rlim_cur = static_cast<rlim_t>(lowest_free);
        ::setrlimit(RLIMIT_NOFILE, &none);
    }
    ~NoMoreFiles() { ::setrlimit(RLIMIT_NOFILE, &before_); }
    NoMoreFiles(const NoMoreFiles&) = delete;
    NoMoreFiles& operator=(const NoMoreFiles&) = delete;

  private:
    rlimit before_{};
};

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

bool is_gone(pid_t pid) { return ::kill(pid, 0) == -1 && errno == ESRCH; }

std::uint16_t port_of(const ServerProcess& server) { return net::parse_url(server.url()).port; }

TEST_CASE("a server process is reachable, counts, and is gone after its destructor") {
    pid_t pid = 0;
    {
        ServerProcess server(OVERLAP_BINARY, {});
        pid = server.pid();
        CHECK_FALSE(is_gone(pid));
        CHECK(server.url().starts_with("http://127.0.0.1:"));
        Wire wire(port_of(server));
        CHECK(wire.ask("/json").status == 200);
        CHECK(wire.ask("/nothing").status == 404);
        ServerCounts expected;
        expected.requests = 2;
        expected.peak_in_flight = expected.connections = expected.bad_requests = 1;
        CHECK(server.counts() == expected);
        server.reset_counts();
        CHECK(server.counts() == ServerCounts{});
        CHECK(wire.ask("/json").status == 200);
        CHECK(server.counts().requests == 1);
    }
    CHECK(is_gone(pid));
}

TEST_CASE("reset_counts() does not forget who is in flight") {
    ServerProcess server(OVERLAP_BINARY, {});
    Wire first(port_of(server));
    Wire second(port_of(server));
    first.get("/delay/60");
    second.get("/delay/60");
    CHECK(eventually([&] { return server.counts().requests == 2; }));
    server.reset_counts();
    CHECK(server.counts().requests == 0);
    CHECK(server.counts().peak_in_flight == 2);
}

TEST_CASE("a server process is given all the options of a server") {
    ServerOptions options = limited(1, WhenFull::refuse);
    options.latency = 3 * ms;
    options.jitter = 2 * ms;
    options.fail_rate = 1;
    options.seed = 9;
    {
        ServerProcess server(OVERLAP_BINARY, net::serve_arguments(options));
        Wire wire(port_of(server));
        const auto begin = steady_clock::now();
        CHECK(wire.ask("/json").status == 503);
        CHECK((steady_clock::now() - begin).count() >= options.latency);
        CHECK(server.counts().failed == 1);
        Wire held(port_of(server));
        held.get("/delay/60");
        CHECK(eventually([&] { return server.counts().requests == 2; }));
        CHECK(wire.ask("/json").status == 429);
    }
    options = limited(1, WhenFull::queue);
    options.seed = 9;
    ServerProcess server(OVERLAP_BINARY, net::serve_arguments(options));
    Wire held(port_of(server));
    held.get("/delay/60");
    CHECK(eventually([&] { return server.counts().requests == 1; }));
    Wire queued(port_of(server));
    queued.get("/bytes/100");
    CHECK(eventually([&] { return server.counts().requests == 2; }));
    held.close();
    const std::string bytes = queued.reply().body;
    CHECK(bytes.size() == 100);
    // The same seed here: the same bytes. /delay drew none.
    ServerThread twin(options);
    CHECK(Wire(twin.port()).ask("/bytes/100").body == bytes);
}

TEST_CASE("a server process that was killed makes counts() throw") {
    ServerProcess server(OVERLAP_BINARY, {});
    CHECK(::kill(server.pid(), SIGKILL) == 0);
    CHECK(eventually([&] {
        try {
            return server.counts().requests > 0;  // not yet
        } catch (const Error& error) {
            return std::string_view(error.what()).find("server process") != std::string_view::npos;
        }
    }));
    CHECK_THROWS_AS(static_cast<void>(server.counts()), Error);
    CHECK_THROWS_AS(server.reset_counts(), Error);
}

TEST_CASE("a server process ends with clients on it, and does not hold those of another") {
    ServerProcess first(OVERLAP_BINARY, {});
    Wire first_wire(port_of(first));
    first_wire.get("/delay/60");
    pid_t pid = 0;
    {
        ServerProcess second(OVERLAP_BINARY, {});
        pid = second.pid();
        Wire second_wire(port_of(second));
        second_wire.get("/delay/60");
        CHECK(eventually([&] { return second.counts().requests == 1; }));
    }
    CHECK(is_gone(pid));
    CHECK(eventually([&] { return first.counts().requests == 1; }));
}

TEST_CASE("a program that cannot be started is an Error") {
    CHECK_THROWS_AS(ServerProcess("/no/such/program", {}), Error);
    // One that starts but is no server.
    CHECK_THROWS_AS(ServerProcess("/bin/true", {}), Error);
}

}  // namespace
}  // namespace overlap
