// What the stand-in for Redis answers, beside the real one.
#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <vector>

#include "net/redis_process.hpp"
#include "net/redis_store.hpp"
#include "support/redis.hpp"

namespace overlap::test {
namespace {

using net::RedisReply;
using net::RedisStore;

TEST_SUITE_BEGIN("redis_store");

RedisReply request(const RedisWords& words) {
    std::vector<RedisReply> items;
    for (const std::string& word : words) items.push_back(text(word));
    return array(std::move(items));
}

const std::vector<RedisWords>& conversation() {
    static const std::vector<RedisWords> all{
        {"PING"},
        {"ping", "hello"},
        {"PING", "a", "b"},
        {"ECHO", "x"},
        {"ECHO"},
        {"GET", "a"},
        {"SET", "a", "1"},
        {"GET", "a"},
        {"get", "a", "b"},
        {"SET", "a"},
        {"SET", "a", "1", "NOPE"},
        {"RPUSH", "a", "x"},
        {"LRANGE", "a", "0", "-1"},
        {"LLEN", "a"},
        {"RPUSH", "l", "one"},
        {"RPUSH", "l", "two", "three", ""},
        {"RPUSH", "l"},
        {"LLEN", "l"},
        {"LLEN", "none"},
        {"GET", "l"},
        {"LRANGE", "l", "0", "-1"},
        {"LRANGE", "l", "1", "2"},
        {"LRANGE", "l", "-2", "-1"},
        {"LRANGE", "l", "-100", "100"},
        {"LRANGE", "l", "3", "1"},
        {"LRANGE", "l", "9", "10"},
        {"LRANGE", "l", "0", "-9"},
        {"LRANGE", "none", "0", "-1"},
        {"LRANGE", "l", "x", "1"},
        {"LRANGE", "none", "0", ""},
        {"LRANGE", "l", "0"},
        {"SET", "l", "now a string"},
        {"GET", "l"},
        {"DEL", "l", "a", "none"},
        {"GET", "l"},
        {"DEL"},
        {"DEL", "l"},
        {"NOSUCH"},
        {"NoSuch", "a", "b c"},
        {"NOSUCH", std::string(200, 'x'), "y"},
        {std::string(200, 'z'), "x"},
        {"NOSUCH", "line\r\nbreak"},
        {"AUTH", "secret"},
        {"HELLO", "4"},
        {"SET", "", "empty"},
        {"GET", ""},
    };
    return all;
}

TEST_CASE("the stand-in says word for word what Redis says") {
    const std::optional<std::string> program = installed_redis();
    if (!program) return;
    const net::RedisProcess server(*program);
    BlockingRedisClient redis(at(server.port()));
    RedisStore store;
    for (const RedisWords& words : conversation()) {
        CAPTURE(words.front());
        CHECK(store.answer(request(words)) == redis.command(words).reply);
    }
}

TEST_CASE("lists keep their order, and strings are no lists") {
    RedisStore store;
    CHECK(store.answer(request({"RPUSH", "chat", "hi", "hello"})) == integer(2));
    CHECK(store.answer(request({"RPUSH", "chat", "bye"})) == integer(3));
    CHECK(store.answer(request({"LRANGE", "chat", "0", "-1"})) ==
          array({text("hi"), text("hello"), text("bye")}));
    CHECK(store.answer(request({"GET", "chat"})).text.starts_with("WRONGTYPE"));
    CHECK(store.answer(request({"DEL", "chat"})) == integer(1));
    CHECK(store.answer(request({"LRANGE", "chat", "0", "-1"})) == array({}));
}

TEST_CASE("what is no command is refused") {
    RedisStore store;
    for (const RedisReply& value :
         {text("PING"), array({}), array({integer(1)}), array({array({text("PING")})}), RedisReply{}}) {
        CHECK(store.answer(value) == error("ERR Protocol error: expected an array of strings"));
    }
}

TEST_CASE("it holds no more than it may, and has room again for what was deleted") {
    RedisStore store(1000);
    const std::string large(400, 'x');
    CHECK(store.answer(request({"RPUSH", "a", large})) == integer(1));
    CHECK(store.answer(request({"SET", "b", large})) == status("OK"));
    CHECK(store.answer(request({"RPUSH", "a", large})).text.starts_with("OOM"));
    CHECK(store.answer(request({"SET", "c", large})).text.starts_with("OOM"));
    for (int i = 0; i < 10; ++i) {
        CHECK(store.answer(request({"DEL", "a"})) == integer(1));
        CHECK(store.answer(request({"RPUSH", "a", large})) == integer(1));
    }
}

}  // namespace
}  // namespace overlap::test
