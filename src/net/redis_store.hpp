// What the built-in stand-in for Redis knows: lists and strings, and Redis's own words where something is
// wrong. No I/O: a command in, its reply out.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include "net/redis_protocol.hpp"

namespace overlap::net {

class RedisStore {
  public:
    /// `most`: bytes of keys and values it holds at most.
    explicit RedisStore(std::size_t most = 64 * 1024 * 1024) : most_(most) {}

    /// Answers PING, ECHO, GET, SET (without options), DEL, RPUSH, LLEN and LRANGE as Redis 7 does. Others
    /// are unknown, and AUTH and HELLO tell that there is neither a password nor RESP3. `request`: as it came
    /// from the wire.
    RedisReply answer(const RedisReply& request);

  private:
    using Words = std::vector<std::string>;
    using List = std::vector<std::string>;
    using Value = std::variant<std::string, List>;

    RedisReply get(const Words& words) const;
    RedisReply set(const Words& words);
    RedisReply del(const Words& words);
    RedisReply rpush(const Words& words);
    RedisReply llen(const Words& words) const;
    RedisReply lrange(const Words& words) const;
    [[nodiscard]] bool full(const Words& words) const;

    std::map<std::string, Value> values_;
    std::size_t size_ = 0;
    std::size_t most_;
};

}  // namespace overlap::net
