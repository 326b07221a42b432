// Values of Redis, as bytes and back.
#include <doctest/doctest.h>

#include <random>
#include <string>
#include <vector>

#include "net/redis_protocol.hpp"
#include "support/redis.hpp"

namespace overlap::test {
namespace {

using net::RedisParser;
using net::RedisProgress;
using net::RedisReply;

TEST_SUITE_BEGIN("redis_protocol");

constexpr std::size_t much = 1024 * 1024;

struct WireCase {
    std::string wire;
    RedisReply value;
};

const std::vector<WireCase>& wire_cases() {
    static const std::vector<WireCase> all{
        {"+OK\r\n", status("OK")},
        {"-ERR no\r\n", error("ERR no")},
        {":-12\r\n", integer(-12)},
        {"$-1\r\n", {}},
        {"$0\r\n\r\n", text("")},
        {std::string("$5\r\na\r\n\0b\r\n", 11), text(std::string("a\r\n\0b", 5))},
        {"*0\r\n", array({})},
        {"*3\r\n$1\r\na\r\n*2\r\n:1\r\n$-1\r\n+x\r\n",
         array({text("a"), array({integer(1), {}}), status("x")})},
    };
    return all;
}

TEST_CASE("every kind of value is read, whole or byte by byte, and written the same") {
    for (const WireCase& value : wire_cases()) {
        CAPTURE(value.wire);
        RedisReply got;
        RedisParser whole(much);
        whole.feed(value.wire);
        CHECK(whole.next(got) == RedisProgress::complete);
        CHECK(got == value.value);
        CHECK(whole.idle());
        CHECK(whole.next(got) == RedisProgress::incomplete);

        RedisParser parser(much);
        for (std::size_t i = 0; i < value.wire.size(); ++i) {
            CHECK(parser.next(got) == RedisProgress::incomplete);
            CHECK(parser.idle() == (i == 0));
            parser.feed(value.wire.substr(i, 1));
        }
        CHECK(parser.next(got) == RedisProgress::complete);
        CHECK(got == value.value);

        std::string wire;
        net::append_wire(wire, value.value);
        CHECK(wire == value.wire);
    }
}

TEST_CASE("values that come together are read one after the other") {
    RedisParser parser(much);
    std::string wire;
    for (const WireCase& value : wire_cases()) wire += value.wire;
    parser.feed(wire + "$9\r\nhal");
    RedisReply got;
    for (const WireCase& value : wire_cases()) {
        CHECK(parser.next(got) == RedisProgress::complete);
        CHECK(got == value.value);
    }
    CHECK(parser.next(got) == RedisProgress::incomplete);
    CHECK_FALSE(parser.idle());
}

TEST_CASE("a command is an array of strings, whatever they hold") {
    CHECK(net::redis_command({"GET", "a b"}) == "*2\r\n$3\r\nGET\r\n$3\r\na b\r\n");
    CHECK(net::redis_command({"SET", "", "\r\n"}) == "*3\r\n$3\r\nSET\r\n$0\r\n\r\n$2\r\n\r\n\r\n");
}

TEST_CASE("what is no value is malformed") {
    for (const std::string& wire :
         {"HTTP/1.1 200 OK\r\n", "hello\r\n", ":12x\r\n", "*x\r\n", "$-2\r\n", "\r\n", "*-2\r\n"}) {
        CAPTURE(wire);
        RedisParser parser(much);
        parser.feed(wire);
        RedisReply got;
        CHECK(parser.next(got) == RedisProgress::malformed);
        parser.feed("+OK\r\n");
        CHECK(parser.next(got) == RedisProgress::malformed);
    }
    // hiredis goes seven arrays deep.
    std::string deep;
    for (int i = 0; i < 20; ++i) deep += "*1\r\n";
    RedisParser parser(much);
    parser.feed(deep);
    RedisReply got;
    CHECK(parser.next(got) == RedisProgress::malformed);
}

TEST_CASE("a value above the limit is given up, in one string or in many small ones") {
    RedisReply got;
    RedisParser strings(1000);
    strings.feed("$2000\r\n" + std::string(900, 'x'));
    CHECK(strings.next(got) == RedisProgress::incomplete);
    strings.feed(std::string(200, 'x'));
    CHECK(strings.next(got) == RedisProgress::too_large);

    RedisParser items(1000);
    items.feed("*1000\r\n");
    RedisProgress progress = items.next(got);
    for (int i = 0; i < 100 && progress == RedisProgress::incomplete; ++i) {
        items.feed(":1\r\n");
        progress = items.next(got);
    }
    CHECK(progress == RedisProgress::too_large);

    // The size of one value is not that of the next.
    RedisParser many(1000);
    for (int i = 0; i < 100; ++i) {
        many.feed("$100\r\n" + std::string(100, 'x') + "\r\n");
        CHECK(many.next(got) == RedisProgress::complete);
    }
}

TEST_CASE("an array that is announced takes no memory before its items come") {
    RedisParser parser(much);
    parser.feed("*2000000000\r\n:1\r\n");
    RedisReply got;
    CHECK(parser.next(got) == RedisProgress::incomplete);
}

TEST_CASE("no bytes whatsoever break the parser") {
    std::mt19937_64 random(1);
    const std::string letters = "*$+-:0123456789\r\n\r\n\r\nax";
    for (int round = 0; round < 20'000; ++round) {
        RedisParser parser(10'000);
        RedisReply got;
        RedisProgress progress = RedisProgress::incomplete;
        for (int piece = 0; piece < 4; ++piece) {
            std::string bytes;
            for (std::uint64_t i = random() % 20; i > 0; --i) bytes += letters[random() % letters.size()];
            parser.feed(bytes);
            while ((progress = parser.next(got)) == RedisProgress::complete) {
            }
            if (progress != RedisProgress::incomplete) break;
        }
    }
}

TEST_CASE("errors of Redis are said in a few words") {
    CHECK(net::describe_redis_error("WRONGTYPE Operation against a key holding the wrong kind of value") ==
          "WRONGTYPE: the key holds another kind of value");
    CHECK(net::describe_redis_error("NOAUTH Authentication required.") == "NOAUTH: Redis wants a password");
    CHECK(net::describe_redis_error("ERR unknown command 'X'") == "Redis: unknown command 'X'");
    CHECK(net::describe_redis_error("LOADING wait") == "Redis: LOADING wait");
}

}  // namespace
}  // namespace overlap::test
