// Server-sent events: what they say, whatever the network does to them.
#include <doctest/doctest.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "net/sse.hpp"

namespace overlap::test {
namespace {

using net::SseParser;

TEST_SUITE_BEGIN("sse");

using Events = std::vector<std::string>;

Events read(const std::vector<std::string_view>& pieces) {
    SseParser parser;
    Events events;
    for (const std::string_view piece : pieces) {
        parser.feed(piece);
        while (auto event = parser.next()) events.push_back(*event);
    }
    return events;
}

// The same at every two places where the network may cut the text, and cut into single bytes.
void check_any_split(std::string_view text, const Events& expected) {
    CAPTURE(text);
    for (std::size_t first = 0; first <= text.size(); ++first) {
        for (std::size_t second = first; second <= text.size(); ++second) {
            const Events got =
                read({text.substr(0, first), text.substr(first, second - first), text.substr(second)});
            REQUIRE(got == expected);
        }
    }
    std::vector<std::string_view> bytes;
    for (std::size_t i = 0; i < text.size(); ++i) bytes.push_back(text.substr(i, 1));
    CHECK(read(bytes) == expected);
}

TEST_CASE("events come out of any split of their bytes, in order") {
    check_any_split("data: one\n\ndata: two\n\ndata: [DONE]\n\n", {"one", "two", "[DONE]"});
}

TEST_CASE("lines end with LF, CR LF or CR, also mixed") {
    check_any_split("data: a\r\ndata: b\r\n\r\ndata: c\r\n\r\n", {"a\nb", "c"});
    check_any_split("data: a\rdata: b\r\rdata: c\r\r", {"a\nb", "c"});
    check_any_split("data: a\r\ndata: b\n\rdata: c\r\n\n", {"a\nb", "c"});
}

TEST_CASE("an event that ends with CR comes out before the byte after it") {
    SseParser parser;
    parser.feed("data: a\r\n\r");
    CHECK(parser.next() == "a");
    parser.feed("\n");
    CHECK_FALSE(parser.next().has_value());
}

TEST_CASE("one blank after the colon is no data, a second one is, and it need not be there") {
    check_any_split("data:a\n\ndata: b\n\ndata:  c \n\n", {"a", "b", " c "});
}

TEST_CASE("several data lines are one event, joined by newlines") {
    check_any_split("data: a\ndata:\ndata: b\n\n", {"a\n\nb"});
    check_any_split("data\ndata\n\n", {"\n"});
}

TEST_CASE("an event whose data is empty is an event, one without data is none") {
    check_any_split("data\n\ndata:\n\n", {"", ""});
    check_any_split("\n\n\nevent: ping\n\nid: 1\nretry: 5\n\ndata: a\n\n", {"a"});
}

TEST_CASE("comments and fields that mean nothing here are skipped") {
    check_any_split(": hello\n:\ndata: a\n: in the middle\nevent: x\ndatax: y\nData: z\ndata: b: c\n\n",
                    {"a\nb: c"});
}

TEST_CASE("a byte order mark at the start is skipped, and nowhere else") {
    check_any_split(
        "\xEF\xBB\xBF"
        "data: a\n\n",
        {"a"});
    check_any_split(
        "data: a\n\n\xEF\xBB\xBF"
        "data: b\n\n",
        {"a"});
    check_any_split(
        "\xEF\xBB"
        "data: b\n\ndata: c\n\n",
        {"c"});
}

TEST_CASE("what the end of the stream cuts off does not come out") {
    const std::string text = "data: one\n\ndata: two\n\n";
    for (std::size_t size = 0; size < text.size(); ++size) {
        CHECK(read({std::string_view(text).substr(0, size)}) == (size < 11 ? Events{} : Events{"one"}));
    }
}

TEST_CASE("an event larger than it may be is given up, also one without an end of line") {
    for (const std::string& endless :
         {std::string(200, 'x'), std::string("data: ") + std::string(200, 'x')}) {
        SseParser parser(100);
        parser.feed("data: a\n\n");
        CHECK_FALSE(parser.too_large());
        parser.feed(endless);
        CHECK(parser.too_large());
        parser.feed("\n\ndata: b\n\n");
        CHECK(parser.next() == "a");
        CHECK_FALSE(parser.next().has_value());
    }
    SseParser parser(100);
    for (int i = 0; i < 50; ++i) parser.feed("data: abcd\n");
    CHECK(parser.too_large());
}

TEST_CASE("many events, each within the limit, pass") {
    SseParser parser(100);
    for (int i = 0; i < 1000; ++i) parser.feed("data: " + std::string(80, 'x') + "\n\n");
    CHECK_FALSE(parser.too_large());
    int events = 0;
    while (parser.next()) ++events;
    CHECK(events == 1000);
}

}  // namespace
}  // namespace overlap::test
