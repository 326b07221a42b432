// Urls: how they are split, what is refused, and what becomes of them.
#include <doctest/doctest.h>

#include <cstdint>
#include <string>

#include "net/url.hpp"
#include "support/error_message.hpp"
#include "support/text.hpp"
#include "timeline/error.hpp"

namespace overlap::test {
namespace {

TEST_SUITE_BEGIN("url");

std::string rejection(const std::string& text) {
    return error_message<UsageError>([&] { net::parse_url(text); });
}

TEST_CASE("a url is split into host, port and target") {
    struct Good {
        std::string text;
        std::string host;
        std::uint16_t port;
        std::string target;
    };
    const Good urls[] = {
        {"http://a", "a", 80, "/"},
        {"http://a/", "a", 80, "/"},
        {"http://example.org:8080/path/to?x=1&y=2", "example.org", 8080, "/path/to?x=1&y=2"},
        {"http://127.0.0.1:1", "127.0.0.1", 1, "/"},
        {"http://127.0.0.1:65535/", "127.0.0.1", 65535, "/"},
        {"http://a?x=/y", "a", 80, "/?x=/y"},
        {"http://a:81?x", "a", 81, "/?x"},
        {"http://a/b#c", "a", 80, "/b"},
        {"http://a#b/c?d", "a", 80, "/"},
        {"http://a/?b#c?d", "a", 80, "/?b"},
        {"http://a/b:c@d", "a", 80, "/b:c@d"},
        {"http://a/http://b", "a", 80, "/http://b"},
        {"http://[::1]", "::1", 80, "/"},
        {"http://[::1]:8080/x", "::1", 8080, "/x"},
        {"http://[fe80::1:2]/[x]:5", "fe80::1:2", 80, "/[x]:5"},
        {"http://a/%20%00", "a", 80, "/%20%00"},
    };
    for (const Good& expected : urls) {
        CAPTURE(expected.text);
        const net::Url url = net::parse_url(expected.text);
        CHECK(url.host == expected.host);
        CHECK(url.port == expected.port);
        CHECK(url.target == expected.target);
    }
}

TEST_CASE("what is no url is a UsageError that names it") {
    for (const std::string text : {"",
                                   "a",
                                   "/path",
                                   "127.0.0.1:80",
                                   "ftp://a",
                                   "http:/a",
                                   "http:a",
                                   "://a",
                                   "http",
                                   "file:///etc/passwd",
                                   "http://",
                                   "http:///path",
                                   "http://?x",
                                   "http://#x",
                                   "http://:80",
                                   "http://:80/",
                                   "http://a:",
                                   "http://a:/",
                                   "http://a:0",
                                   "http://a:65536",
                                   "http://a:99999999999",
                                   "http://a:-1",
                                   "http://a:+80",
                                   "http://a:8x",
                                   "http://a:x",
                                   "http://a:80:81",
                                   "http://::1/",
                                   "http://[::1",
                                   "http://[::1/x]",
                                   "http://[]",
                                   "http://[]:80/",
                                   "http://[::1]:x",
                                   "http://[::1]:"}) {
        CAPTURE(text);
        CHECK(contains(rejection(text), "'" + text + "'"));
    }
}

TEST_CASE("nothing may stand between the bracket of an address and its port") {
    CHECK_FALSE(rejection("http://[::1]x").empty());
    CHECK_FALSE(rejection("http://[::1]x:80/").empty());
    CHECK_FALSE(rejection("http://[::1]80/").empty());
}

TEST_CASE("brackets stand around an IPv6 address and nowhere else in a host") {
    for (const char* text : {"http://[[]", "http://[[::1]/", "http://a]b", "http://a[b]:80/", "http://]"}) {
        CAPTURE(text);
        CHECK(contains(rejection(text), "expected an IPv6 address in [ and ]"));
    }
}

TEST_CASE("https and passwords get a sentence of their own") {
    CHECK(contains(rejection("https://a/"), "https is not supported"));
    CHECK(contains(rejection("http://me:secret@a/"), "password"));
    CHECK(contains(rejection("http://me@a"), "user"));
}

TEST_CASE("blanks and control characters cannot get into a request through a url") {
    for (const char c : {' ', '\t', '\r', '\n', '\x01', '\x1b', '\x7f'}) {
        for (const std::string before : {"http://a/b", "http://a", "", "http://a/b?c", "http://a/b#c"}) {
            CHECK(contains(rejection(before + c + "d"), "control character"));
        }
    }
    CHECK_THROWS_AS(net::parse_url(std::string("http://a/\0b", 11)), UsageError);
    CHECK_FALSE(rejection("http://a/ HTTP/1.1\r\nEvil: yes\r\n\r\n").empty());
}

TEST_CASE("resolving gives addresses and the Host header") {
    const net::Target plain = net::resolve(net::parse_url("http://127.0.0.1:8080/x"));
    REQUIRE(plain.endpoints.size() == 1);
    CHECK(plain.endpoints[0].address().to_string() == "127.0.0.1");
    CHECK(plain.endpoints[0].port() == 8080);
    CHECK(plain.authority == "127.0.0.1:8080");
    CHECK(plain.target == "/x");
    CHECK(net::resolve(net::parse_url("http://127.0.0.1:80/")).authority == "127.0.0.1");
    CHECK(net::resolve(net::parse_url("http://[::1]:8080/")).authority == "[::1]:8080");
    CHECK(net::resolve(net::parse_url("http://[::1]/")).authority == "[::1]");
}

TEST_CASE("a host that does not exist is an Error that names it") {
    const net::Url url = net::parse_url("http://nohost.invalid/");
    CHECK(contains(error_message<Error>([&] { net::resolve(url); }), "'nohost.invalid'"));
}

TEST_CASE("an address is a host and a port, and back") {
    for (const std::string text : {"localhost:1", "127.0.0.1:6379", "[::1]:65535"}) {
        const net::Url url = net::parse_address(text);
        CHECK(net::authority_of(url) == text);
    }
    CHECK(net::parse_address("[::1]:80").host == "::1");
    CHECK(net::parse_address("a:80").port == 80);
    for (const std::string text : {"", "a", ":", ":1", "a:", "a:0", "a:65536", "a:1x", "a:1/", "::1:1",
                                   "[::1]", "[]:1", "a b:1", "a/b:1"}) {
        CAPTURE(text);
        CHECK(contains(error_message<UsageError>([&] { net::parse_address(text); }), "'" + text + "'"));
    }
}

}  // namespace
}  // namespace overlap::test
