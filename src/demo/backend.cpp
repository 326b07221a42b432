#include "demo/backend.hpp"

#include "demo/runner.hpp"
#include "net/server_process.hpp"

namespace overlap {
namespace {

class HttpBackend : public Backend {
  public:
    HttpBackend(const std::string& program, const net::ServerOptions& options)
        : process_(program, net::serve_arguments(options)) {}

    [[nodiscard]] std::string address() const override { return process_.url(); }
    void reset() override { process_.reset_counts(); }
    ServerCounts counts() override { return process_.counts(); }

  private:
    net::ServerProcess process_;
};

}  // namespace

std::unique_ptr<Backend> http_backend(const RunOptions& options) {
    net::ServerOptions serve;
    serve.seed = options.seed;
    serve.jitter = options.settings.get("jitter", 0);
    serve.fail_rate = share_of(options.settings.get("fail-rate", 0));
    serve.max_in_flight = options.settings.get("max-in-flight", 0);
    return std::make_unique<HttpBackend>(options.program, serve);
}

}  // namespace overlap
