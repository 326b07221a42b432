#include "support/listener.hpp"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <fstream>

#include "support/sockets.hpp"
#include "support/text.hpp"

namespace overlap::test {

Listener::Listener(int backlog) : fd_(new_socket()) {
    sockaddr_in address = loopback(0);
    REQUIRE(::bind(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    REQUIRE(::listen(fd_, backlog) == 0);
    limit_waiting(fd_, 60);
    socklen_t size = sizeof address;
    ::getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
}

Listener::~Listener() { ::close(fd_); }

net::Target Listener::target(const std::string& path) const {
    return net::resolve({.host = "127.0.0.1", .port = port_, .target = path});
}

int Listener::accept() const {
    const int fd = ::accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd >= 0) limit_waiting(fd, 20);
    return fd;
}

void Listener::stop() const { ::shutdown(fd_, SHUT_RDWR); }

// Backlog 0 leaves room for one (listen(2); Linux queues one more than it is told).
FullListener::FullListener() : listener_(0), in_queue_(new_socket()) { connect(in_queue_, listener_.port()); }

FullListener::~FullListener() { ::close(in_queue_); }

bool FullListener::somebody_connects() const {
    // In /proc/net/tcp: the remote address, then the state; 02 is SYN_SENT.
    std::array<char, 32> entry{};
    std::snprintf(entry.data(), entry.size(), " 0100007F:%04X 02 ", static_cast<unsigned>(listener_.port()));
    std::ifstream sockets("/proc/net/tcp");
    for (std::string line; std::getline(sockets, line);) {
        if (contains(line, entry.data())) return true;
    }
    return false;
}

std::uint16_t unused_port() { return Listener().port(); }

std::string url_without_server() { return "http://127.0.0.1:" + std::to_string(unused_port()) + "/"; }

}  // namespace overlap::test
