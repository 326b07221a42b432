// The delaying proxy of src/net on a thread of the test.
#pragma once

#include <asio/io_context.hpp>
#include <cstdint>
#include <string>
#include <thread>

#include "net/delay_proxy.hpp"

namespace overlap::test {

class ProxyThread {
  public:
    explicit ProxyThread(net::ProxyOptions options);
    ~ProxyThread();
    ProxyThread(const ProxyThread&) = delete;
    ProxyThread& operator=(const ProxyThread&) = delete;

    [[nodiscard]] std::uint16_t port() const { return endpoint_.port(); }
    [[nodiscard]] const asio::ip::tcp::endpoint& endpoint() const { return endpoint_; }

    /// Read on the proxy's own thread.
    net::ProxyCounts counts();

  private:
    asio::io_context loop_{1};
    net::DelayProxy proxy_;
    asio::ip::tcp::endpoint endpoint_;
    std::thread thread_;
};

/// A proxy to that port of this machine, `rtt` away.
net::ProxyOptions distant(std::uint16_t port, Nanoseconds rtt);

/// The same as a forward proxy.
net::ProxyOptions tunnel_to(std::uint16_t port, Nanoseconds rtt);

}  // namespace overlap::test
