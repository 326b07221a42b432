#include "demo/backend.hpp"

#include <optional>

#include "demo/runner.hpp"
#include "net/server_process.hpp"

namespace overlap {
namespace {

class HttpBackend : public Backend {
  public:
    HttpBackend(const std::string& program, const net::ServerOptions& options, Nanoseconds rtt)
        : process_(program, net::serve_arguments(options)) {
        if (rtt == 0) return;
        const net::ProxyOptions proxy{.to = net::parse_url(process_.url()), .rtt = rtt, .tunnel = true};
        proxy_.emplace(program, net::proxy_arguments(proxy));
    }

    [[nodiscard]] std::string address() const override { return process_.url(); }
    [[nodiscard]] std::string proxy() const override { return proxy_ ? proxy_->address() : ""; }
    void reset() override { process_.reset_counts(); }
    std::optional<ServerCounts> counts() override { return process_.counts(); }

  private:
    net::ServerProcess process_;
    std::optional<net::ProxyProcess> proxy_;
};

}  // namespace

std::unique_ptr<Backend> http_backend(const RunOptions& options) {
    net::ServerOptions serve;
    serve.seed = options.seed;
    serve.jitter = options.settings.get("jitter", 0);
    serve.fail_rate = share_of(options.settings.get("fail-rate", 0));
    serve.max_in_flight = options.settings.get("max-in-flight", 0);
    return std::make_unique<HttpBackend>(options.program, serve, options.settings.get("rtt", 0));
}

std::unique_ptr<Backend> no_backend(const RunOptions&) { return nullptr; }

}  // namespace overlap
