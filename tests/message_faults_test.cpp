// HTTP messages that are too large, malformed, cut off or garbage.
#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "net/http_message.hpp"
#include "support/message_reader.hpp"

namespace overlap::test {
namespace {

using net::MessageLimits;
using net::MessageParser;
using net::Progress;

TEST_SUITE_BEGIN("message_faults");

// Given up for `expected`, at every place where the network may cut the text in two.
void check_given_up(MessageKind kind, std::string_view text, MessageLimits limits, Progress expected) {
    for (std::size_t cut = 0; cut <= text.size(); ++cut) {
        CAPTURE(cut);
        CHECK(read(kind, {text.substr(0, cut), text.substr(cut)}, true, limits).progress == expected);
    }
}

TEST_CASE("a header over the limit is header_too_large, whatever the split") {
    // Counted: the target or reason, the names and the values.
    const MessageLimits limits{.header = 20, .body = 100};
    const std::string fits = "GET /4567 HTTP/1.1\r\nabcde: 1234567890\r\n\r\n";
    const std::string over = "GET /4567 HTTP/1.1\r\nabcde: 12345678901\r\n\r\n";
    const std::string long_target = "GET /" + std::string(20, 'a') + " HTTP/1.1\r\n\r\n";
    CHECK(read_request(fits, limits).progress == Progress::complete);
    check_given_up(MessageKind::request, over, limits, Progress::header_too_large);
    check_given_up(MessageKind::request, long_target, limits, Progress::header_too_large);
    std::string many = "HTTP/1.1 200 OK\r\n";
    for (int i = 0; i < 10; ++i) many += "a: b\r\n";
    CHECK(read_answer(many, false, limits).progress == Progress::header_too_large);
    const std::string long_reason = "HTTP/1.1 200 " + std::string(21, 'a') + "\r\n\r\n";
    CHECK(read_answer(long_reason, false, limits).progress == Progress::header_too_large);
}

TEST_CASE("the header limit counts the trailers of a chunked body too") {
    const std::string text = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\nX: ";
    const MessageLimits limits{.header = 100, .body = 100};
    CHECK(read_answer(text + std::string(20, 'a') + "\r\n\r\n", false, limits).progress ==
          Progress::complete);
    CHECK(read_answer(text + std::string(200, 'a'), false, limits).progress == Progress::header_too_large);
}

TEST_CASE("endless blank lines or chunk extensions do not get past the header limit") {
    // http_parser does not show these to us; it has a limit of its own.
    const std::string blank(1024 * 1024, '\n');
    CHECK(read_request(blank).progress == Progress::header_too_large);
    const std::string start = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;";
    CHECK(read_answer(start + std::string(1024 * 1024, 'a')).progress == Progress::header_too_large);
}

TEST_CASE("a body over the limit is body_too_large, whatever the split") {
    const MessageLimits limits{.header = 1000, .body = 10};
    struct Case {
        MessageKind kind;
        std::string head;
        std::string fits;
        std::string over;
    };
    const Case cases[] = {
        {MessageKind::request, "POST / HTTP/1.1\r\nContent-Length: ", "10\r\n\r\n1234567890",
         "11\r\n\r\n12345678901"},
        {MessageKind::response, "HTTP/1.1 200 OK\r\nContent-Length: ", "10\r\n\r\n1234567890",
         "11\r\n\r\n12345678901"},
        {MessageKind::request, "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n",
         "8\r\n12345678\r\n2\r\n90\r\n0\r\n\r\n", "8\r\n12345678\r\n3\r\n901\r\n0\r\n\r\n"},
        {MessageKind::response, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
         "8\r\n12345678\r\n2\r\n90\r\n0\r\n\r\n", "8\r\n12345678\r\n3\r\n901\r\n0\r\n\r\n"},
        {MessageKind::response, "HTTP/1.1 200 OK\r\n\r\n", "1234567890", "12345678901"},
    };
    for (const Case& c : cases) {
        CAPTURE(c.head);
        CHECK(read(c.kind, {c.head, c.fits}, true, limits).progress == Progress::complete);
        check_given_up(c.kind, c.head + c.over, limits, Progress::body_too_large);
    }
}

TEST_CASE("a message given up stays given up") {
    MessageParser parser(MessageKind::request, {});
    std::string_view bytes = "no such thing\r\n\r\n";
    REQUIRE(parser.feed(bytes) == Progress::malformed);
    bytes = "GET / HTTP/1.1\r\n\r\n";
    CHECK(parser.feed(bytes) == Progress::malformed);
    CHECK(parser.finish() == Progress::incomplete);
}

TEST_CASE("malformed requests are told from those that are merely incomplete") {
    for (const std::string text :
         {"\x16\x03\x01\x02", "{\"a\": 1}", "GET\r\n\r\n", "GET  HTTP/1.1\r\n\r\n",
          "FETCH / HTTP/1.1\r\n\r\n", "GET / TTP/1.1\r\n\r\n", "GET / HTTP/x.1\r\n\r\n",
          "GET / HTTP/2.0\r\n\r\n", "GET / HTTP/0.9\r\n\r\n", "GET / HTTP/1.1\r\nno colon\r\n\r\n",
          "GET / HTTP/1.1\r\n: x\r\n\r\n", "POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n",
          "POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
          "POST / HTTP/1.1\r\nContent-Length: 99999999999999999999999\r\n\r\n",
          "POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
          "POST / HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
          "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n"}) {
        CAPTURE(text);
        CHECK(read_request(text).progress == Progress::malformed);
    }
    for (const std::string text :
         {"", "\r\n", "G", "GET / HTTP/1.1", "GET / HTTP/1.1\r\n", "GET / HTTP/1.1\r\nHost: a\r\n",
          "POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\nx"}) {
        CAPTURE(text);
        CHECK(read_request(text).progress == Progress::incomplete);
        CHECK(read(MessageKind::request, {text}, true).progress == Progress::incomplete);
    }
}

TEST_CASE("malformed answers are told from those that are merely incomplete") {
    for (const std::string text :
         {"hello", "SSH-2.0-OpenSSH\r\n", "HTTP/1.1 abc OK\r\n\r\n", "HTTP/1.1 9999 OK\r\n\r\n",
          "HTTP/2.0 200 OK\r\n\r\n", "HTTP/1.1 0 OK\r\n\r\n", "HTTP/1.1 99 OK\r\nContent-Length: 0\r\n\r\n",
          "HTTP/1.1 200 OK\r\nno colon\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n",
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nxy\r\n"}) {
        CAPTURE(text);
        CHECK(read_answer(text).progress == Progress::malformed);
        CHECK(read_answer(text, true).progress == Progress::malformed);
    }
}

TEST_CASE("a truncated answer stays incomplete when the connection ends") {
    for (const std::string text :
         {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
          "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"}) {
        CHECK(read_answer(text, true).progress == Progress::complete);
        for (std::size_t cut = 0; cut < text.size(); ++cut) {
            CAPTURE(cut);
            CHECK(read_answer(text.substr(0, cut), true).progress == Progress::incomplete);
        }
    }
}

// Garbage of the kind that gets far: good messages with a few bytes changed, lost, doubled or put in.
std::string damaged(std::mt19937_64& random) {
    static const std::array<std::string, 8> good = {
        "GET /delay?ms=5 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
        "POST /a HTTP/1.1\r\nContent-Length: 5\r\n\r\nhelloGET / HTTP/1.0\r\n\r\n",
        "PUT /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\n0\r\nA: b\r\n\r\n",
        "CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\nwhatever",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: "
        "chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
        "HTTP/1.0 404 Not Found\r\nServer: a\r\n\r\nwithout length",
        "HTTP/1.1 204 No Content\r\nKeep-Alive: 5\r\nConnection: keep-alive\r\n\r\n",
    };
    const auto up_to = [&](std::size_t most) {
        return std::uniform_int_distribution<std::size_t>(0, most)(random);
    };
    std::string text = good[up_to(good.size() - 1)];
    for (std::size_t changes = up_to(4); changes > 0; --changes) {
        const std::size_t at = up_to(text.size() - 1);
        switch (up_to(4)) {
            case 0:
                text[at] = static_cast<char>(random());
                break;
            case 1:
                text.erase(at, 1 + up_to(3));
                break;
            case 2:
                text.insert(at, text.substr(up_to(text.size()), up_to(20)));
                break;
            case 3:
                text.insert(at, std::string(1 + up_to(3), static_cast<char>(random())));
                break;
            default:
                text[at] = "\r\n:;0 9/"[up_to(7)];
                break;
        }
        if (text.empty()) return text;
    }
    return text;
}

TEST_CASE("damaged messages give the same outcome whether they come whole or byte by byte") {
    std::mt19937_64 random(2);
    for (int round = 0; round < 5000; ++round) {
        const std::string text = damaged(random);
        CAPTURE(round);
        CAPTURE(text);
        for (const MessageKind kind : {MessageKind::request, MessageKind::response}) {
            CHECK(read(kind, single_bytes(text), true) == read(kind, {text}, true));
        }
    }
}

TEST_CASE("random garbage never takes more than there is and never gets past the limits") {
    std::mt19937_64 random(1);
    const MessageLimits limits{.header = 30, .body = 8};
    for (int round = 0; round < 5000; ++round) {
        CAPTURE(round);
        const MessageKind kind = round % 2 == 0 ? MessageKind::request : MessageKind::response;
        MessageParser parser(kind, limits);
        for (int piece = 0; piece < 4; ++piece) {
            std::string text = damaged(random);
            if (random() % 4 == 0) {
                for (char& c : text) c = static_cast<char>(random());
            }
            std::string_view bytes = text;
            const Progress progress = parser.feed(bytes);
            CHECK(bytes.size() <= text.size());
            CHECK(text.ends_with(bytes));
            CHECK(parser.body().size() <= limits.body);
            CHECK(parser.target().size() <= limits.header + text.size());
            CHECK_FALSE(parser.method().empty());
            if (random() % 8 == 0) parser.finish();
            if (progress != Progress::incomplete && random() % 2 == 0) parser.reset();
        }
    }
}

}  // namespace
}  // namespace overlap::test
