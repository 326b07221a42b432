// Servers that misbehave.
#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <thread>

#include "net/url.hpp"
#include "support/listener.hpp"

namespace overlap::test {

/// The header of a request, as it came. Empty when the client left instead.
std::string receive_request(int fd);

/// Reads and drops what comes, to the end of the connection.
void wait_until_client_leaves(int fd);

/// Serves one connection after another with `script`, on a thread of its own, and closes each when `script`
/// returns.
class ScriptedServer {
  public:
    using Script = std::function<void(int fd)>;

    explicit ScriptedServer(Script script);
    ~ScriptedServer();
    ScriptedServer(const ScriptedServer&) = delete;
    ScriptedServer& operator=(const ScriptedServer&) = delete;

    [[nodiscard]] net::Target target(const std::string& path = "/") const { return listener_.target(path); }

    /// How many connections it has accepted.
    [[nodiscard]] int connections() const { return connections_; }

  private:
    void serve();

    Listener listener_;
    Script script_;
    std::atomic<int> connections_ = 0;
    std::thread thread_;
};

/// The header of an answer whose body comes in chunks.
inline const std::string chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

/// Reads the request, sends `bytes`, closes.
ScriptedServer::Script answer_with(std::string bytes);

}  // namespace overlap::test
