// What a user may give to --url: refused with a reason, or taken apart and put together again.
#include <string>

#include "fuzz/input.hpp"
#include "net/url.hpp"
#include "timeline/error.hpp"

namespace overlap::test {
namespace {

using net::Url;

std::string text_of(const Url& url) {
    const bool is_ipv6 = url.host.find(':') != std::string::npos;
    const std::string host = is_ipv6 ? "[" + url.host + "]" : url.host;
    return "http://" + host + ":" + std::to_string(url.port) + url.target;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(reinterpret_cast<const char*>(data), size);
    try {
        const Url url = net::parse_url(text);
        must(!url.host.empty() && url.port != 0, "a url names a host and a port");
        must(url.target.starts_with('/'), "a target is a path");
        for (const char c : url.host + url.target) must(c > ' ' && c <= '~', "a request line is not cut");
        const Url again = net::parse_url(text_of(url));
        must(again.host == url.host && again.port == url.port && again.target == url.target,
             "a url is read as it is written");
    } catch (const UsageError& error) {
        // Up to the first zero byte, at which an argument would end anyway.
        must(std::string(error.what()).find(text.c_str()) != std::string::npos, "an error names the url");
    }
    return 0;
}

}  // namespace overlap::test
