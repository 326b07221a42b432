// HTTP messages that are good: what they say, whatever the network does to them.
#include <doctest/doctest.h>

#include <cstddef>
#include <string>
#include <string_view>

#include "net/http_message.hpp"
#include "support/message_reader.hpp"

namespace overlap::test {
namespace {

using net::MessageLimits;
using net::MessageParser;
using net::Progress;

TEST_SUITE_BEGIN("message");

// The same at every place where the network may cut the text in two, and cut into single bytes.
void check_any_split(MessageKind kind, std::string_view text, const Read& expected) {
    for (std::size_t cut = 0; cut <= text.size(); ++cut) {
        CAPTURE(cut);
        const Read got = read(kind, {text.substr(0, cut), text.substr(cut)});
        CHECK(got == expected);
        if (got != expected) break;  // the others would say the same
    }
    CHECK(read(kind, single_bytes(text)) == expected);
}

TEST_CASE("a request is put together from any split of its bytes") {
    check_any_split(MessageKind::request, "GET /delay?ms=5 HTTP/1.1\r\nHost: a\r\nX-Empty:\r\n\r\n",
                    request("GET", "/delay?ms=5"));
    check_any_split(MessageKind::request, "HEAD http://a:8080/json HTTP/1.1\r\nHost: a:8080\r\n\r\n",
                    request("HEAD", "http://a:8080/json"));
}

TEST_CASE("the body of a request is taken off the connection with it") {
    check_any_split(MessageKind::request, "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello",
                    request("POST", "/a"));
    check_any_split(MessageKind::request,
                    "PUT /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
                    request("PUT", "/a"));
}

TEST_CASE("the body of a POST is kept, that of other requests is dropped, and none outlives its message") {
    MessageParser parser(MessageKind::request, {});
    const std::string rest = " /a HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello";
    for (const std::string method : {"POST", "PUT", "POST", "GET"}) {
        const std::string text = method + rest;
        for (const std::string_view byte : single_bytes(text)) {
            std::string_view bytes = byte;
            parser.feed(bytes);
        }
        CHECK(parser.body() == (method == "POST" ? "hello" : ""));
        parser.reset();
        CHECK(parser.body().empty());
    }
}

TEST_CASE("an answer with a length is put together from any split of its bytes") {
    check_any_split(MessageKind::response, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
                    answer(200, "hello"));
    check_any_split(MessageKind::response, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
                    answer(404, ""));
    check_any_split(MessageKind::response, "HTTP/1.1 204 No Content\r\nServer: a\r\n\r\n", answer(204, ""));
}

TEST_CASE("a chunked answer is put together from any split of its bytes") {
    check_any_split(MessageKind::response,
                    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                    "4\r\nwiki\r\nA;name=value\r\npedia in\r\n\r\n0\r\nX-Trailer: yes\r\n\r\n",
                    answer(200, "wikipedia in\r\n"));
    check_any_split(MessageKind::response, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                    answer(200, ""));
}

TEST_CASE("a body may hold any byte") {
    std::string body;
    for (int byte = 0; byte < 256; ++byte) body += static_cast<char>(byte);
    check_any_split(MessageKind::response, "HTTP/1.1 200 OK\r\nContent-Length: 256\r\n\r\n" + body,
                    answer(200, body));
}

TEST_CASE("what follows a message stays for the next one") {
    const std::string next = "GET /2 HTTP/1.1\r\nHost: a\r\n\r\nGET /3";
    check_any_split(MessageKind::request, "GET /1 HTTP/1.1\r\nHost: a\r\n\r\n" + next,
                    request("GET", "/1", next));
    check_any_split(MessageKind::response, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 ",
                    answer(200, "ok", "HTTP/1.1 "));
    check_any_split(MessageKind::response,
                    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n\r\n",
                    answer(200, "x", "\r\n"));
}

TEST_CASE("pipelined requests come out one by one, in order") {
    std::string text;
    for (int i = 0; i < 5; ++i) text += "GET /" + std::to_string(i) + " HTTP/1.1\r\nHost: a\r\n\r\n";
    MessageParser parser(MessageKind::request, {});
    std::string_view bytes = text;
    for (int i = 0; i < 5; ++i) {
        REQUIRE(parser.feed(bytes) == Progress::complete);
        CHECK(parser.target() == "/" + std::to_string(i));
        parser.reset();
    }
    CHECK(bytes.empty());
    CHECK(parser.feed(bytes) == Progress::incomplete);
}

TEST_CASE("a complete message takes no more bytes before reset()") {
    MessageParser parser(MessageKind::request, {});
    const std::string text = "GET /1 HTTP/1.1\r\nHost: a\r\n\r\n";
    std::string_view bytes = text;
    REQUIRE(parser.feed(bytes) == Progress::complete);
    bytes = text;
    CHECK(parser.feed(bytes) == Progress::complete);
    CHECK(bytes == text);
    CHECK(parser.target() == "/1");
}

TEST_CASE("interim answers are skipped, whatever the split") {
    check_any_split(MessageKind::response,
                    "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
                    "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
                    answer(200, "ok"));
    CHECK(read_answer("HTTP/1.1 100 Continue\r\n\r\n").progress == Progress::incomplete);
    CHECK(read_answer("HTTP/1.1 100 Continue\r\n\r\n", true).progress == Progress::incomplete);
}

TEST_CASE("the header limit holds for each of several interim answers") {
    const MessageLimits limits{.header = 40, .body = 100};
    const std::string interim = "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n";
    const std::string final_answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    CHECK(read_answer(interim + interim + interim + final_answer, false, limits) == answer(200, "ok"));
}

TEST_CASE("a switch of protocols that nobody asked for does not swallow the answer after it") {
    check_any_split(MessageKind::response,
                    "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\r\n"
                    "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
                    answer(200, "ok"));
}

TEST_CASE("answers 204 and 304 end with their header, even if it gives a length") {
    // RFC 9112, section 6.3: "regardless of the header fields present". 304 gives the length that 200 would
    // have.
    check_any_split(MessageKind::response, "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n",
                    answer(304, ""));
    check_any_split(MessageKind::response, "HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n",
                    answer(204, ""));
}

TEST_CASE("an answer without a length is completed by the end of the connection") {
    Read expected = answer(200, "some text");
    expected.keep_alive = false;
    const std::string text = "HTTP/1.1 200 OK\r\nServer: a\r\n\r\nsome text";
    CHECK(read_answer(text).progress == Progress::incomplete);
    CHECK(read_answer(text, true) == expected);
    CHECK(read(MessageKind::response, {text.substr(0, 30), text.substr(30)}, true).body == "some text");
    CHECK(read_answer("HTTP/1.0 200 OK\r\n\r\n", true).progress == Progress::complete);
}

TEST_CASE("whether the connection can carry another message depends on version, header and length") {
    const auto request_keeps = [](const std::string& text) { return read_request(text).keep_alive; };
    CHECK(request_keeps("GET / HTTP/1.1\r\n\r\n"));
    CHECK(request_keeps("GET / HTTP/1.1\r\nConnection: keep-alive\r\n\r\n"));
    CHECK_FALSE(request_keeps("GET / HTTP/1.1\r\nConnection: close\r\n\r\n"));
    CHECK_FALSE(request_keeps("GET / HTTP/1.1\r\nConnection: Close, Foo\r\n\r\n"));
    CHECK_FALSE(request_keeps("GET / HTTP/1.0\r\n\r\n"));
    CHECK(request_keeps("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"));

    const auto answer_keeps = [](const std::string& text) {
        const Read got = read_answer(text, true);
        CHECK(got.progress == Progress::complete);
        return got.keep_alive;
    };
    CHECK(answer_keeps("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
    CHECK(answer_keeps("HTTP/1.1 204 No Content\r\n\r\n"));
    CHECK(answer_keeps("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n"));
    CHECK_FALSE(answer_keeps("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n"));
    CHECK_FALSE(answer_keeps("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"));
    CHECK_FALSE(answer_keeps("HTTP/1.1 200 OK\r\nConnection: keep-alive\r\n\r\n"));
}

TEST_CASE("reset() starts afresh after any outcome") {
    const MessageLimits limits{.header = 50, .body = 10};
    const std::string good = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    const std::string before[] = {
        "",
        good,
        good.substr(0, 10),
        good.substr(0, good.size() - 1),
        "HTTP/1.1 503 Busy\r\nConnection: close\r\nContent-Length: 4\r\n\r\nbusy",
        "garbage",
        "HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n01234567890123456789",
        "HTTP/1.1 200 OK\r\nLong: " + std::string(50, 'a') + "\r\n\r\n",
    };
    for (const std::string& text : before) {
        CAPTURE(text);
        MessageParser parser(MessageKind::response, limits);
        std::string_view bytes = text;
        parser.feed(bytes);
        CHECK(parser.started() == (!text.empty() && text != "garbage"));
        parser.reset();
        CHECK_FALSE(parser.started());
        CHECK(parser.body().empty());
        bytes = good;
        const Progress progress = parser.feed(bytes);
        CHECK(outcome(parser, MessageKind::response, progress, bytes) == answer(200, "ok"));
    }
}

TEST_CASE("no bytes change nothing: they are not the end of the connection") {
    MessageParser parser(MessageKind::response, {});
    std::string_view none;
    CHECK(parser.feed(none) == Progress::incomplete);
    std::string_view bytes = "HTTP/1.1 200 OK\r\n\r\nbody";
    CHECK(parser.feed(bytes) == Progress::incomplete);
    CHECK(parser.feed(none) == Progress::incomplete);
    CHECK(parser.finish() == Progress::complete);
}

}  // namespace
}  // namespace overlap::test
