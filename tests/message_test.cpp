#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <ostream>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "net/http_message.hpp"

TEST_SUITE_BEGIN("message");

namespace overlap::net {
namespace {

using Kind = MessageParser::Kind;

// What a parser made of its input, to be compared as a whole.
struct Read {
    Progress progress = Progress::incomplete;
    int status = 0;
    std::string method;
    std::string target;
    std::string body;
    bool keep_alive = false;
    std::string rest;  // not taken: it belongs to the next message

    friend bool operator==(const Read&, const Read&) = default;
};

Read outcome(MessageParser& parser, Kind kind, Progress progress, std::string_view rest) {
    Read read;
    read.progress = progress;
    if (progress != Progress::complete) return read;
    if (kind == Kind::request) {
        read.method = parser.method();
        read.target = parser.target();
    } else {
        read.status = parser.status();
        read.body = parser.body();
    }
    read.keep_alive = parser.keep_alive();
    read.rest = rest;
    return read;
}

// Feeds `pieces` one after another, as they might come from a socket. `closed`: then the connection ends.
Read read(Kind kind, const std::vector<std::string_view>& pieces, bool closed = false,
          MessageLimits limits = {}) {
    MessageParser parser(kind, limits);
    Progress progress = Progress::incomplete;
    std::string rest;
    for (std::string_view piece : pieces) {
        if (progress == Progress::incomplete) progress = parser.feed(piece);
        // A client drops what is left of its buffer while the message is incomplete, so nothing may be.
        if (progress == Progress::incomplete) CHECK(piece.empty());
        rest += piece;
    }
    if (closed && progress == Progress::incomplete) progress = parser.finish();
    return outcome(parser, kind, progress, rest);
}

Read read_request(std::string_view text, MessageLimits limits = {}) {
    return read(Kind::request, {text}, false, limits);
}

Read read_answer(std::string_view text, bool closed = false, MessageLimits limits = {}) {
    return read(Kind::response, {text}, closed, limits);
}

std::ostream& operator<<(std::ostream& out, const Read& r) {
    return out << "progress " << static_cast<int>(r.progress) << ", status " << r.status << ", " << r.method
               << " " << r.target << ", body '" << r.body << "', keep alive " << r.keep_alive << ", rest '"
               << r.rest << "'";
}

// The same at every place where the network may cut the text in two, and cut into single bytes.
void check_any_split(Kind kind, std::string_view text, const Read& expected) {
    for (std::size_t cut = 0; cut <= text.size(); ++cut) {
        CAPTURE(cut);
        const Read got = read(kind, {text.substr(0, cut), text.substr(cut)});
        CHECK(got == expected);
        if (got != expected) break;  // the others would say the same
    }
    std::vector<std::string_view> bytes;
    for (std::size_t i = 0; i < text.size(); ++i) bytes.push_back(text.substr(i, 1));
    CHECK(read(kind, bytes) == expected);
}

Read request(std::string method, std::string target, std::string rest = "") {
    Read expected;
    expected.progress = Progress::complete;
    expected.method = std::move(method);
    expected.target = std::move(target);
    expected.keep_alive = true;
    expected.rest = std::move(rest);
    return expected;
}

Read answer(int status, std::string body, std::string rest = "") {
    Read expected;
    expected.progress = Progress::complete;
    expected.status = status;
    expected.body = std::move(body);
    expected.keep_alive = true;
    expected.rest = std::move(rest);
    return expected;
}

TEST_CASE("a request is put together from any split of its bytes") {
    check_any_split(Kind::request, "GET /delay?ms=5 HTTP/1.1\r\nHost: a\r\nX-Empty:\r\n\r\n",
                    request("GET", "/delay?ms=5"));
    check_any_split(Kind::request, "HEAD http://a:8080/json HTTP/1.1\r\nHost: a:8080\r\n\r\n",
                    request("HEAD", "http://a:8080/json"));
}

TEST_CASE("the body of a request is taken off the connection with it") {
    check_any_split(Kind::request, "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello",
                    request("POST", "/a"));
    check_any_split(Kind::request,
                    "PUT /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
                    request("PUT", "/a"));
}

TEST_CASE("an answer with a length is put together from any split of its bytes") {
    check_any_split(Kind::response, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
                    answer(200, "hello"));
    check_any_split(Kind::response, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", answer(404, ""));
    check_any_split(Kind::response, "HTTP/1.1 204 No Content\r\nServer: a\r\n\r\n", answer(204, ""));
}

TEST_CASE("a chunked answer is put together from any split of its bytes") {
    check_any_split(Kind::response,
                    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                    "4\r\nwiki\r\nA;name=value\r\npedia in\r\n\r\n0\r\nX-Trailer: yes\r\n\r\n",
                    answer(200, "wikipedia in\r\n"));
    check_any_split(Kind::response, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                    answer(200, ""));
}

TEST_CASE("a body may hold any byte") {
    std::string body;
    for (int byte = 0; byte < 256; ++byte) body += static_cast<char>(byte);
    check_any_split(Kind::response, "HTTP/1.1 200 OK\r\nContent-Length: 256\r\n\r\n" + body,
                    answer(200, body));
}

TEST_CASE("what follows a message stays for the next one") {
    const std::string next = "GET /2 HTTP/1.1\r\nHost: a\r\n\r\nGET /3";
    check_any_split(Kind::request, "GET /1 HTTP/1.1\r\nHost: a\r\n\r\n" + next, request("GET", "/1", next));
    check_any_split(Kind::response, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 ",
                    answer(200, "ok", "HTTP/1.1 "));
    check_any_split(Kind::response,
                    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n\r\n",
                    answer(200, "x", "\r\n"));
}

TEST_CASE("pipelined requests come out one by one, in order") {
    std::string text;
    for (int i = 0; i < 5; ++i) text += "GET /" + std::to_string(i) + " HTTP/1.1\r\nHost: a\r\n\r\n";
    MessageParser parser(Kind::request, {});
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
    MessageParser parser(Kind::request, {});
    const std::string text = "GET /1 HTTP/1.1\r\nHost: a\r\n\r\n";
    std::string_view bytes = text;
    REQUIRE(parser.feed(bytes) == Progress::complete);
    bytes = text;
    CHECK(parser.feed(bytes) == Progress::complete);
    CHECK(bytes == text);
    CHECK(parser.target() == "/1");
}

TEST_CASE("a header over the limit is header_too_large, whatever the split") {
    // Counted: the target or reason, the names and the values.
    const MessageLimits limits{.header = 20, .body = 100};
    const std::string fits = "GET /4567 HTTP/1.1\r\nabcde: 1234567890\r\n\r\n";
    const std::string over = "GET /4567 HTTP/1.1\r\nabcde: 12345678901\r\n\r\n";
    const std::string long_target = "GET /" + std::string(20, 'a') + " HTTP/1.1\r\n\r\n";
    CHECK(read_request(fits, limits).progress == Progress::complete);
    for (const std::string& text : {over, long_target}) {
        for (std::size_t cut = 0; cut <= text.size(); ++cut) {
            CAPTURE(cut);
            const std::string_view whole = text;
            const Read got = read(Kind::request, {whole.substr(0, cut), whole.substr(cut)}, false, limits);
            CHECK(got.progress == Progress::header_too_large);
        }
    }
    const std::string many =
        "HTTP/1.1 200 OK\r\na: b\r\na: b\r\na: b\r\na: b\r\na: b\r\na: b\r\na: b\r\na: b\r\na: b\r\n";
    CHECK(read_answer(many + "a: b\r\n", false, limits).progress == Progress::header_too_large);
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
        Kind kind;
        std::string head;
        std::string fits;
        std::string over;
    };
    const Case cases[] = {
        {Kind::request, "POST / HTTP/1.1\r\nContent-Length: ", "10\r\n\r\n1234567890",
         "11\r\n\r\n12345678901"},
        {Kind::response, "HTTP/1.1 200 OK\r\nContent-Length: ", "10\r\n\r\n1234567890",
         "11\r\n\r\n12345678901"},
        {Kind::request, "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n",
         "8\r\n12345678\r\n2\r\n90\r\n0\r\n\r\n", "8\r\n12345678\r\n3\r\n901\r\n0\r\n\r\n"},
        {Kind::response, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
         "8\r\n12345678\r\n2\r\n90\r\n0\r\n\r\n", "8\r\n12345678\r\n3\r\n901\r\n0\r\n\r\n"},
        {Kind::response, "HTTP/1.1 200 OK\r\n\r\n", "1234567890", "12345678901"},
    };
    for (const Case& c : cases) {
        CAPTURE(c.head);
        CHECK(read(c.kind, {c.head, c.fits}, true, limits).progress == Progress::complete);
        const std::string text = c.head + c.over;
        for (std::size_t cut = 0; cut <= text.size(); ++cut) {
            CAPTURE(cut);
            const std::string_view whole = text;
            const Read got = read(c.kind, {whole.substr(0, cut), whole.substr(cut)}, true, limits);
            CHECK(got.progress == Progress::body_too_large);
        }
    }
}

TEST_CASE("a message given up stays given up") {
    MessageParser parser(Kind::request, {});
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
          "GET / HTTP/1.1\r\nno colon\r\n\r\n", "GET / HTTP/1.1\r\n: x\r\n\r\n",
          "POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n", "POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
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
        CHECK(read(Kind::request, {text}, true).progress == Progress::incomplete);
    }
}

TEST_CASE("malformed answers are told from those that are merely incomplete") {
    for (const std::string text :
         {"hello", "SSH-2.0-OpenSSH\r\n", "HTTP/1.1 abc OK\r\n\r\n", "HTTP/1.1 9999 OK\r\n\r\n",
          "HTTP/1.1 200 OK\r\nno colon\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n",
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nxy\r\n"}) {
        CAPTURE(text);
        CHECK(read_answer(text).progress == Progress::malformed);
        CHECK(read_answer(text, true).progress == Progress::malformed);
    }
}

TEST_CASE("interim answers are skipped, whatever the split") {
    check_any_split(Kind::response,
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
    check_any_split(Kind::response,
                    "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\r\n"
                    "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
                    answer(200, "ok"));
}

TEST_CASE("answers 204 and 304 end with their header, even if it gives a length") {
    // RFC 9112, section 6.3: "regardless of the header fields present". 304 gives the length that 200 would
    // have.
    check_any_split(Kind::response, "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n",
                    answer(304, ""));
    check_any_split(Kind::response, "HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n", answer(204, ""));
}

TEST_CASE("an answer without a length is completed by the end of the connection") {
    Read expected = answer(200, "some text");
    expected.keep_alive = false;
    const std::string text = "HTTP/1.1 200 OK\r\nServer: a\r\n\r\nsome text";
    CHECK(read_answer(text).progress == Progress::incomplete);
    CHECK(read_answer(text, true) == expected);
    CHECK(read(Kind::response, {text.substr(0, 30), text.substr(30)}, true).body == "some text");
    CHECK(read_answer("HTTP/1.0 200 OK\r\n\r\n", true).progress == Progress::complete);
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
        MessageParser parser(Kind::response, limits);
        std::string_view bytes = text;
        parser.feed(bytes);
        CHECK(parser.started() == (!text.empty() && text != "garbage"));
        parser.reset();
        CHECK_FALSE(parser.started());
        CHECK(parser.body().empty());
        bytes = good;
        const Progress progress = parser.feed(bytes);
        CHECK(outcome(parser, Kind::response, progress, bytes) == answer(200, "ok"));
    }
}

TEST_CASE("no bytes change nothing: they are not the end of the connection") {
    MessageParser parser(Kind::response, {});
    std::string_view none;
    CHECK(parser.feed(none) == Progress::incomplete);
    std::string_view bytes = "HTTP/1.1 200 OK\r\n\r\nbody";
    CHECK(parser.feed(bytes) == Progress::incomplete);
    CHECK(parser.feed(none) == Progress::incomplete);
    CHECK(parser.finish() == Progress::complete);
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
        const std::string_view whole = text;
        CAPTURE(round);
        CAPTURE(text);
        std::vector<std::string_view> bytes;
        for (std::size_t i = 0; i < whole.size(); ++i) bytes.push_back(whole.substr(i, 1));
        for (const Kind kind : {Kind::request, Kind::response}) {
            CHECK(read(kind, bytes, true) == read(kind, {whole}, true));
        }
    }
}

TEST_CASE("random garbage never takes more than there is and never gets past the limits") {
    std::mt19937_64 random(1);
    const MessageLimits limits{.header = 30, .body = 8};
    for (int round = 0; round < 5000; ++round) {
        CAPTURE(round);
        const Kind kind = round % 2 == 0 ? Kind::request : Kind::response;
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
}  // namespace overlap::net
