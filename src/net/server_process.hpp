// The server in a process of its own, so that its file descriptors, CPU time and memory are not its client's.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "net/http_server.hpp"
#include "timeline/run.hpp"

namespace overlap::net {

/// Starts `overlap serve` as a child and talks to it over a socket pair. The child is in a process group of
/// its own, so that Ctrl-C in the terminal leaves it to us, and ends when the pair closes: by our destructor,
/// or by our death.
class ServerProcess {
  public:
    /// `program`: the overlap binary. `options`: those of `overlap serve` (see serve_arguments()). Returns
    /// once the server listens. Throws Error when it cannot be started.
    ServerProcess(const std::string& program, const std::vector<std::string>& options);
    ~ServerProcess();
    ServerProcess(const ServerProcess&) = delete;
    ServerProcess& operator=(const ServerProcess&) = delete;

    /// "http://127.0.0.1:40123"
    [[nodiscard]] const std::string& url() const { return url_; }

    [[nodiscard]] pid_t pid() const { return pid_; }

    /// Sets the counts to zero. Throws Error when the server is gone; so does counts().
    void reset_counts();
    [[nodiscard]] ServerCounts counts();

  private:
    void ask(char question, void* reply, std::size_t size);

    int socket_ = -1;
    pid_t pid_ = -1;
    std::string url_;
};

/// The options as arguments of `overlap serve`.
std::vector<std::string> serve_arguments(const ServerOptions& options);

/// The child's half: tells the parent `server`'s url over the file descriptor `control`, answers its
/// questions, and stops the loop when the parent is gone.
asio::awaitable<void> obey_parent(asio::io_context& loop, Server& server, int control);

}  // namespace overlap::net
