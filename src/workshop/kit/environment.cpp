#include "workshop/kit/environment.hpp"

#include <cstdlib>
#include <stdexcept>

namespace workshop {
namespace {

std::string variable(const char* name) {
    const char* const value = std::getenv(name);
    if (value == nullptr || *value == '\0')
        throw std::runtime_error(std::string(name) + " is not set: run this with 'overlap exercise check'");
    return value;
}

}  // namespace

overlap::net::Target server_target(const std::string& path) {
    struct Server {
        std::string address = variable("OVERLAP_URL");
        overlap::net::Target target = overlap::net::resolve(overlap::net::parse_url(address));
    };
    static const Server server;
    if (!path.starts_with('/')) throw std::runtime_error("'" + path + "' is no path: it begins with '/'");
    overlap::net::Target target = server.target;
    target.target = overlap::net::parse_url("http://" + target.authority + path).target;
    return target;
}

overlap::net::Target redis_target() {
    return overlap::net::resolve(overlap::net::parse_address(variable("OVERLAP_REDIS")));
}

}  // namespace workshop
