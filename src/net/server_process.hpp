// `overlap serve` and `overlap proxy` as child processes.
#pragma once

#include <string>
#include <vector>

#include "net/child_process.hpp"
#include "net/delay_proxy.hpp"
#include "net/http_server.hpp"
#include "timeline/run.hpp"

namespace overlap::net {

class ServerProcess : public ChildProcess {
  public:
    /// `options`: those of `overlap serve` (see serve_arguments()). For the rest see ChildProcess.
    ServerProcess(const std::string& program, const std::vector<std::string>& options)
        : ChildProcess(program, "serve", options) {}

    /// "http://127.0.0.1:40123"
    [[nodiscard]] const std::string& url() const { return address(); }

    /// Throws Error when the server is gone.
    [[nodiscard]] ServerCounts counts() { return ask_counts<ServerCounts>(); }
};

class StandInProcess : public ChildProcess {
  public:
    /// The stand-in for Redis (see redis_stand_in.hpp). Its address() is like "127.0.0.1:40123".
    explicit StandInProcess(const std::string& program) : ChildProcess(program, "serve", {"--redis"}) {}

    /// Throws Error when the stand-in is gone.
    [[nodiscard]] ServerCounts counts() { return ask_counts<ServerCounts>(); }
};

class ProxyProcess : public ChildProcess {
  public:
    /// `options`: those of `overlap proxy` (see proxy_arguments()). Its address() is like "127.0.0.1:40123".
    ProxyProcess(const std::string& program, const std::vector<std::string>& options)
        : ChildProcess(program, "proxy", options) {}

    /// Throws Error when the proxy is gone.
    [[nodiscard]] ProxyCounts counts() { return ask_counts<ProxyCounts>(); }
};

/// The options as arguments of `overlap serve`.
std::vector<std::string> serve_arguments(const ServerOptions& options);

/// The options as arguments of `overlap proxy`.
std::vector<std::string> proxy_arguments(const ProxyOptions& options);

}  // namespace overlap::net
