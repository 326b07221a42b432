// The server after a lot of everything: it still answers, and nothing of what was is left: no request in
// flight, no descriptor, no memory.
#include <doctest/doctest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "net/server_process.hpp"
#include "net/url.hpp"
#include "support/eventually.hpp"
#include "support/machine_use.hpp"
#include "support/server_thread.hpp"
#include "support/sockets.hpp"
#include "support/wire.hpp"

namespace overlap::test {
namespace {

using net::ServerProcess;

TEST_SUITE_BEGIN("soak");

// `files`: how many descriptors it had before anybody came.
void check_as_before(ServerProcess& server, std::size_t files) {
    {
        Wire wire(port_of(server));
        CHECK(wire.ask("/json").status == 200);
    }
    CHECK(eventually([&] { return open_files(server.pid()) == files; }));
    server.reset_counts();
    CHECK(server.counts().peak_in_flight == 0);  // as many as are in flight now
}

// Sends a request on each, then takes the answers. Gives how many were good.
int ask_all(std::vector<Wire>& wires) {
    for (Wire& wire : wires) wire.get("/json");
    int good = 0;
    for (Wire& wire : wires) good += wire.reply().status == 200 ? 1 : 0;
    return good;
}

TEST_CASE("memory is flat over 100,000 requests on kept connections") {
    constexpr int total = sanitized ? 20'000 : 100'000;
    constexpr int step = total / 10;
    constexpr int warm = 2 * step;
    ServerProcess server(OVERLAP_BINARY, {});
    const std::size_t files = open_files(server.pid());
    std::int64_t after_warm = 0;
    std::int64_t after_all = 0;
    std::string table = "requests   resident memory of the server\n";
    {
        std::vector<Wire> wires;
        for (int i = 0; i < 20; ++i) wires.emplace_back(port_of(server));
        int good = 0;
        for (int asked = 0; asked < total;) {
            good += ask_all(wires);
            asked += static_cast<int>(wires.size());
            if (asked % step != 0) continue;
            after_all = resident_memory(server.pid());
            if (asked == warm) after_warm = after_all;
            const std::string requests = std::to_string(asked);
            table += std::string(8 - requests.size(), ' ') + requests + "   " +
                     std::to_string(after_all / 1024) + " KiB\n";
        }
        CHECK(good == total);
        CHECK(server.counts().requests == total);
        CHECK(server.counts().connections == static_cast<std::int64_t>(wires.size()));
    }
    MESSAGE(table);
    // A leak of 4 bytes a request would show. Sanitizers keep what was freed, so nothing is said of them.
    if (!sanitized) CHECK(after_all - after_warm < 320 * 1024);
    check_as_before(server, files);
}

TEST_CASE("memory is flat over connections that come and go") {
    constexpr int total = sanitized ? 2'000 : 10'000;
    ServerProcess server(OVERLAP_BINARY, {});
    const std::size_t files = open_files(server.pid());
    std::int64_t after_warm = 0;
    int good = 0;
    for (int i = 0; i < total; ++i) {
        Wire wire(port_of(server));
        good += wire.ask("/json").status == 200 ? 1 : 0;
        reset_on_close(wire.fd());  // ports of closed connections rest for a minute otherwise
        if (i == total / 5) after_warm = resident_memory(server.pid());
    }
    CHECK(good == total);
    // 64 bytes a connection; one that leaked would leave thousands.
    if (!sanitized) CHECK(resident_memory(server.pid()) - after_warm < 512 * 1024);
    check_as_before(server, files);
}

TEST_CASE("slow readers do not hold others up") {
    ServerProcess server(OVERLAP_BINARY, {});
    const std::size_t files = open_files(server.pid());
    constexpr std::size_t body = (sanitized ? 512 : 2048) * 1024;
    {
        std::vector<Wire> slow(20);
        for (Wire& wire : slow) {
            const int small = 4096;
            ::setsockopt(wire.fd(), SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
            wire.connect(port_of(server));
            wire.get("/bytes/" + std::to_string(body));
        }
        CHECK(eventually([&] { return server.counts().requests == 20; }));
        Wire quick(port_of(server));
        std::array<char, 16> drops;
        for (int i = 0; i < 200; ++i) {
            CHECK(quick.ask("/json").status == 200);
            for (Wire& wire : slow) ::recv(wire.fd(), drops.data(), drops.size(), 0);
        }
        // They have taken 3,200 bytes each, and all the rest is still to be had.
        for (Wire& wire : slow) {
            reset_on_close(wire.fd());
            wire.end_of_requests();
            CHECK(wire.read_to_end().size() > body - 200 * drops.size());
        }
    }
    check_as_before(server, files);
}

TEST_CASE("half-open connections are given up and leave no descriptor") {
    net::ServerOptions options;
    options.idle_timeout = std::chrono::milliseconds(50);
    ServerThread server(options);
    const std::size_t files = open_files(::getpid());
    constexpr std::size_t count = 150;
    {
        std::vector<Wire> wires;
        for (std::size_t i = 0; i < count; ++i) {
            wires.emplace_back(server.port());
            if (i % 3 == 1) wires.back().send("GET /json HTTP/1.1\r\nHos");
            if (i % 3 == 2) wires.back().end_of_requests();
        }
        CHECK(eventually([&] { return server.counts().connections == count; }));
        for (Wire& wire : wires) CHECK(wire.read_to_end().empty());
        // Both ends are in this process: only ours are left.
        CHECK(eventually([&] { return open_files(::getpid()) == files + count; }));
    }
    CHECK(open_files(::getpid()) == files);
    CHECK(server.counts().requests == 0);
}

TEST_CASE("garbage of many forms is answered once, or not at all, and then forgotten") {
    const std::string head = "POST / HTTP/1.1\r\nHost: a\r\n";
    const std::string chunks = head + "Transfer-Encoding: chunked\r\n\r\n";
    const std::vector<std::string> forms = {
        "\r\n\r\n\r\n",
        std::string(5000, '\0'),
        std::string(5000, '\xff'),
        std::string(200'000, '\n'),
        std::string(200'000, 'A'),
        std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11),  // the beginning of TLS
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",                               // and of HTTP/2
        "SSH-2.0-OpenSSH_9.2\r\n",
        "*1\r\n$4\r\nPING\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
        "GET / HTTP/2.0\r\n\r\n",
        "GET / HTTP/9.9\r\n\r\n",
        "GET /\xe2\x82\xac HTTP/1.1\r\n\r\n",
        "GET /json HTTP/1.1\r\n: no name\r\n\r\n",
        "GET /json HTTP/1.1\nHost: a\r\r\n\n\r\n",
        "GET /json HTTP/1.1\r\nA: " + std::string("a\0b", 3) + "\r\n\r\n",
        "GET /bytes/-1 HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /delay/nan HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /drip?numbytes=99999999999999999999 HTTP/1.1\r\nHost: a\r\n\r\n",
        "CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n",
        head + "Content-Length: 99999999999999999999\r\n\r\n",
        head + "Content-Length: -1\r\n\r\n",
        head + "Content-Length: 1\r\nContent-Length: 2\r\n\r\n",
        head + "Content-Length: 1000000000\r\n\r\nand then nothing",
        head + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        chunks + "ffffffffffffffff\r\n",
        chunks + "fffffffffffffffff\r\n",
        chunks + "-1\r\n",
        chunks + "1\r\nxyz",
        chunks + "1;" + std::string(200'000, 'x'),
    };
    ServerProcess server(OVERLAP_BINARY, {});
    const std::size_t files = open_files(server.pid());
    for (const std::string& form : forms) {
        CAPTURE(form.substr(0, 60));
        Wire wire(port_of(server));
        wire.send(form);
        wire.end_of_requests();
        const std::string answer = wire.read_to_end();
        const bool refused = answer.starts_with("HTTP/1.1 4");
        CHECK((answer.empty() || refused));
        CHECK(answer.find("HTTP/1.1", 1) == std::string::npos);
    }
    check_as_before(server, files);
}

// Asks for `target` on a connection of its own, takes `size` bytes of the answer and leaves.
void leave_after(std::uint16_t port, const std::string& target, std::size_t size, bool reset) {
    Wire wire(port);
    wire.get(target);
    std::string taken(size, '\0');
    CHECK(::recv(wire.fd(), taken.data(), size, MSG_WAITALL) == static_cast<ssize_t>(size));
    if (reset) reset_on_close(wire.fd());
}

TEST_CASE("clients may leave at any byte of an answer, politely or not") {
    ServerProcess server(OVERLAP_BINARY, {});
    const std::size_t files = open_files(server.pid());
    for (const std::string target : {"/json", "/stream/5", "/drip?numbytes=5&duration=0.02", "/delay?ms=1"}) {
        CAPTURE(target);
        Wire whole(port_of(server));
        whole.send("GET " + target + " HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n");
        const std::size_t size = whole.read_to_end().size();
        REQUIRE(size > 100);
        server.reset_counts();
        for (std::size_t taken = 0; taken <= size; ++taken) {
            for (const bool reset : {false, true}) leave_after(port_of(server), target, taken, reset);
        }
        // Some requests may have been reset before the server could read them.
        const ServerCounts counts = server.counts();
        CHECK(counts.connections == static_cast<std::int64_t>(2 * (size + 1)));
        CHECK(counts.requests >= static_cast<std::int64_t>(2 * size));
        CHECK(counts.bad_requests + counts.failed + counts.refused == 0);
    }
    check_as_before(server, files);
}

}  // namespace
}  // namespace overlap::test
