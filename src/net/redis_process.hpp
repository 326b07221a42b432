// The installed redis-server as a child of ours, for one run: nothing it holds is kept.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace overlap::net {

/// The program of that name on the PATH, as execvp(3) would find it.
std::optional<std::string> find_program(const std::string& name);

/// Starts redis-server on a free port of 127.0.0.1, without a configuration file, and writes nothing to disk.
/// It is in a process group of its own, so that Ctrl-C in the terminal leaves it to us, and ends with us: by
/// our destructor, or by our death.
class RedisProcess {
  public:
    /// `program`: redis-server with its path. `options`: further ones for it. Returns once it answers. Throws
    /// Error when it cannot be started. Its end follows that of the thread that calls this.
    explicit RedisProcess(const std::string& program, const std::vector<std::string>& options = {});
    ~RedisProcess();
    RedisProcess(const RedisProcess&) = delete;
    RedisProcess& operator=(const RedisProcess&) = delete;

    [[nodiscard]] std::uint16_t port() const { return port_; }

    /// "127.0.0.1:40123"
    [[nodiscard]] std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

    [[nodiscard]] pid_t pid() const { return pid_; }

  private:
    pid_t pid_ = -1;
    std::uint16_t port_ = 0;
};

}  // namespace overlap::net
