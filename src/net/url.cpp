#include "net/url.hpp"

#include <algorithm>
#include <asio/io_context.hpp>
#include <charconv>

#include "timeline/error.hpp"

namespace overlap::net {
namespace {

[[noreturn]] void reject(std::string_view text, const std::string& why) {
    throw UsageError("cannot use the url '" + std::string(text) + "': " + why);
}

std::uint16_t parse_port(std::string_view text, std::string_view url) {
    std::uint16_t port = 0;
    const char* const end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, port);
    if (error != std::errc() || rest != end || port == 0) {
        reject(url, "'" + std::string(text) + "' is not a port, expected 1 to 65535");
    }
    return port;
}

}  // namespace

Url parse_url(std::string_view text) {
    // Blanks and control characters would end the request line early; others have to be encoded (RFC 3986,
    // section 2).
    if (std::any_of(text.begin(), text.end(), [](char c) { return c <= ' ' || c > '~'; })) {
        reject(text, "it holds a blank, a control character or a letter that must be written with %");
    }
    constexpr std::string_view scheme = "http://";
    if (text.starts_with("https://")) {
        reject(text, "https is not supported, as encryption would hide what is shown here; expected http://");
    }
    if (!text.starts_with(scheme)) reject(text, "expected http://host[:port][/path]");
    const std::string_view rest = text.substr(scheme.size(), text.find('#') - scheme.size());
    const std::size_t host_end = std::min(rest.find_first_of("/?"), rest.size());
    std::string_view authority = rest.substr(0, host_end);
    if (authority.find('@') != std::string_view::npos) reject(text, "user and password are not supported");

    Url url;
    if (host_end < rest.size()) url.target = rest.substr(host_end);
    if (url.target.starts_with('?')) url.target.insert(0, 1, '/');
    const bool bracketed = authority.starts_with('[');
    const std::size_t bracket = authority.find(']');
    if (bracketed && bracket == std::string_view::npos) reject(text, "a ']' is missing");
    if (bracketed && bracket + 1 < authority.size() && authority[bracket + 1] != ':') {
        reject(text, "only a :port can follow the ']'");
    }
    const std::size_t colon = authority.find(':', bracketed ? bracket : 0);
    if (colon != std::string_view::npos) url.port = parse_port(authority.substr(colon + 1), text);
    authority = authority.substr(0, colon);
    url.host = bracketed ? authority.substr(1, bracket - 1) : authority;
    if (url.host.empty()) reject(text, "it names no host");
    if (url.host.find_first_of("[]") != std::string::npos) {
        reject(text, "a bracket is no part of a host, expected an IPv6 address in [ and ]");
    }
    return url;
}

Url parse_address(std::string_view text) {
    const std::size_t colon = text.rfind(':');
    std::string_view host = text.substr(0, colon);
    const bool bracketed = host.starts_with('[') && host.ends_with(']');
    if (bracketed) host = host.substr(1, host.size() - 2);
    Url url;
    const char* const end = text.data() + text.size();
    const char* const digits = colon == std::string_view::npos ? end : text.data() + colon + 1;
    const auto [rest, error] = std::from_chars(digits, end, url.port);
    const bool plain = std::all_of(host.begin(), host.end(), [](char c) { return c > ' ' && c <= '~'; }) &&
                       host.find_first_of("/@[]?#") == std::string_view::npos &&
                       (bracketed || host.find(':') == std::string_view::npos);
    if (host.empty() || !plain || error != std::errc() || rest != end || url.port == 0) {
        throw UsageError("cannot use the address '" + std::string(text) +
                         "': expected HOST:PORT like 127.0.0.1:6379");
    }
    url.host = host;
    return url;
}

std::string authority_of(const Url& url) {
    const bool is_ipv6 = url.host.find(':') != std::string::npos;
    return (is_ipv6 ? "[" + url.host + "]" : url.host) + ":" + std::to_string(url.port);
}

Target resolve(const Url& url) {
    using asio::ip::tcp;
    asio::io_context context;
    tcp::resolver resolver(context);
    asio::error_code error;
    const std::string port = std::to_string(url.port);
    const auto results = resolver.resolve(url.host, port, tcp::resolver::numeric_service, error);
    if (error) {
        throw Error("cannot find the host '" + url.host + "': " + error.message() + "; check its name");
    }
    Target target;
    for (const auto& result : results) target.endpoints.push_back(result.endpoint());
    target.authority = authority_of(url);
    if (url.port == 80) target.authority.resize(target.authority.size() - 3);
    target.target = url.target;
    return target;
}

}  // namespace overlap::net
