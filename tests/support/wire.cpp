#include "support/wire.hpp"

#include <doctest/doctest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

#include "support/sockets.hpp"
#include "support/text.hpp"

namespace overlap::test {

Wire::Wire() : fd_(new_socket()) { limit_waiting(fd_, 20); }

Wire::Wire(std::uint16_t port) : Wire() { connect(port); }

Wire::Wire(Wire&& other) noexcept : fd_(std::exchange(other.fd_, -1)), unread_(std::move(other.unread_)) {}

Wire& Wire::operator=(Wire&& other) noexcept {
    std::swap(fd_, other.fd_);
    std::swap(unread_, other.unread_);
    return *this;
}

Wire::~Wire() { close(); }

void Wire::connect(std::uint16_t port) { test::connect(fd_, port); }

void Wire::close() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
}

void Wire::end_of_requests() { ::shutdown(fd_, SHUT_WR); }

bool Wire::send(std::string_view bytes) { return test::send(fd_, bytes); }

bool Wire::get(const std::string& target, const std::string& method) {
    return send(method + " " + target + " HTTP/1.1\r\nHost: test\r\n\r\n");
}

Reply Wire::reply(bool has_body) {
    Reply reply;
    while (!contains(unread_, "\r\n\r\n")) {
        if (!more()) return reply;
    }
    take(unread_.find("\r\n\r\n") + 4, reply.head);
    if (has_body && !take_body(reply)) return {};
    reply.status = std::stoi(reply.head.substr(reply.head.find(' ') + 1, 3));
    return reply;
}

Reply Wire::ask(const std::string& target) {
    get(target);
    return reply();
}

std::string Wire::read_to_end() {
    while (more()) {
    }
    return std::exchange(unread_, {});
}

bool Wire::readable() const {
    pollfd entry{fd_, POLLIN, 0};
    return !unread_.empty() || ::poll(&entry, 1, 0) > 0;
}

bool Wire::more() {
    std::array<char, 4096> buffer;
    const ssize_t count = ::recv(fd_, buffer.data(), buffer.size(), 0);
    if (count < 0 && errno == EAGAIN) FAIL("nothing came for 20 s");
    if (count <= 0) return false;
    unread_.append(buffer.data(), static_cast<std::size_t>(count));
    return true;
}

bool Wire::take(std::size_t size, std::string& into) {
    while (unread_.size() < size) {
        if (!more()) return false;
    }
    into += unread_.substr(0, size);
    unread_.erase(0, size);
    return true;
}

bool Wire::take_line(std::string& line) {
    while (!contains(unread_, "\r\n")) {
        if (!more()) return false;
    }
    line = unread_.substr(0, unread_.find("\r\n"));
    unread_.erase(0, line.size() + 2);
    return true;
}

bool Wire::take_body(Reply& reply) {
    const std::string length = "\r\nContent-Length: ";
    const std::size_t at = reply.head.find(length);
    if (at != std::string::npos) return take(std::stoul(reply.head.substr(at + length.size())), reply.body);
    if (!contains(reply.head, "\r\nTransfer-Encoding: chunked\r\n")) return true;
    for (std::size_t size = 1; size > 0;) {
        std::string line;
        if (!take_line(line)) return false;
        size = std::stoul(line, nullptr, 16);
        if (!take(size, reply.body) || !take_line(line) || !line.empty()) return false;
    }
    return true;
}

}  // namespace overlap::test
