#include "net/server_process.hpp"

namespace overlap::net {

std::vector<std::string> serve_arguments(const ServerOptions& options) {
    std::vector<std::string> arguments{"--host",      options.host,
                                       "--port",      std::to_string(options.port),
                                       "--latency",   std::to_string(options.latency) + "ns",
                                       "--jitter",    std::to_string(options.jitter) + "ns",
                                       "--fail-rate", std::to_string(options.fail_rate),
                                       "--seed",      std::to_string(options.seed)};
    if (options.max_in_flight > 0) {
        arguments.insert(arguments.end(),
                         {"--max-in-flight", std::to_string(options.max_in_flight), "--when-full",
                          options.when_full == WhenFull::refuse ? "refuse" : "queue"});
    }
    return arguments;
}

std::vector<std::string> proxy_arguments(const ProxyOptions& options) {
    std::vector<std::string> arguments{
        "--to",   authority_of(options.to),     "--host", options.host,
        "--port", std::to_string(options.port), "--rtt",  std::to_string(options.rtt) + "ns"};
    if (options.tunnel) arguments.emplace_back("--tunnel");
    return arguments;
}

}  // namespace overlap::net
