// The server of src/net on a thread of the test, so that a test can look at both ends.
#pragma once

#include <asio/io_context.hpp>
#include <string>
#include <thread>
#include <vector>

#include "net/http_server.hpp"
#include "net/server_process.hpp"
#include "net/url.hpp"

namespace overlap::test {

/// Where a server process of ours listens.
inline std::uint16_t port_of(const net::ServerProcess& server) { return net::parse_url(server.url()).port; }

class ServerThread {
  public:
    explicit ServerThread(net::ServerOptions options = {});
    ~ServerThread();
    ServerThread(const ServerThread&) = delete;
    ServerThread& operator=(const ServerThread&) = delete;

    [[nodiscard]] std::string url(const std::string& path = "") const { return url_ + path; }
    [[nodiscard]] net::Target target(const std::string& path) const {
        return net::resolve(net::parse_url(url(path)));
    }
    [[nodiscard]] std::uint16_t port() const { return port_; }

    /// Read on the server's own thread.
    ServerCounts counts();
    std::vector<std::string> order();

  private:
    asio::io_context loop_{1};
    net::Server server_;
    std::string url_;
    std::uint16_t port_;
    std::thread thread_;
};

}  // namespace overlap::test
