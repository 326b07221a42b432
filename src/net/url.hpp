// http:// addresses, as text and resolved.
#pragma once

#include <asio/ip/tcp.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace overlap::net {

struct Url {
    std::string host;  ///< a name or an address; IPv6 without its brackets
    std::uint16_t port = 80;
    std::string target = "/";  ///< path and query, as the request line has them
};

/// Reads "http://host[:port][/path][?query]"; a fragment is dropped. Throws UsageError, with a sentence of
/// its own for https:// and for user:password@.
Url parse_url(std::string_view text);

/// Reads "host:port", as Redis and proxies are named. Throws UsageError.
Url parse_address(std::string_view text);

/// "host:port", the opposite.
std::string authority_of(const Url& url);

/// A url whose host has been looked up: all that a client needs to call it.
struct Target {
    std::vector<asio::ip::tcp::endpoint> endpoints;  ///< to be tried in this order
    std::string authority;                           ///< the Host header
    std::string target;
};

/// Looks the host up; blocks while it does. Throws Error.
Target resolve(const Url& url);

}  // namespace overlap::net
