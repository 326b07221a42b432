// Ports of this machine: one that listens, one that is full, one that nobody listens on.
#pragma once

#include <cstdint>
#include <string>

#include "net/url.hpp"

namespace overlap::test {

/// A listening socket. Whoever connects waits until accept() takes it.
class Listener {
  public:
    explicit Listener(int backlog = 128);
    ~Listener();
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;

    [[nodiscard]] std::uint16_t port() const { return port_; }
    [[nodiscard]] net::Target target(const std::string& path = "/") const;

    /// The next connection; -1 after stop().
    [[nodiscard]] int accept() const;

    /// From now on it refuses, and nobody else can have its port.
    void stop() const;

  private:
    int fd_;
    std::uint16_t port_ = 0;
};

/// A listener whose queue is full: the kernel drops whoever else wants to connect.
class FullListener {
  public:
    FullListener();
    ~FullListener();
    FullListener(const FullListener&) = delete;
    FullListener& operator=(const FullListener&) = delete;

    [[nodiscard]] net::Target target() const { return listener_.target(); }

    /// Whether somebody is trying to connect at this moment.
    [[nodiscard]] bool somebody_connects() const;

  private:
    Listener listener_;
    int in_queue_;
};

/// A port that nobody listens on.
std::uint16_t unused_port();

/// The url of a server that is not there.
std::string url_without_server();

}  // namespace overlap::test
