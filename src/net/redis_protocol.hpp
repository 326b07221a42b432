// What Redis and its clients say to each other (RESP), read and written by hiredis
// (https://github.com/redis/hiredis). No I/O: bytes in, values out.
#pragma once

#include <hiredis/hiredis.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace overlap::net {

/// A value of Redis.
struct RedisReply {
    enum class Kind : std::uint8_t { nil, status, string, integer, array, error };

    Kind kind = Kind::nil;
    std::string text = {};  ///< of a status, a string or an error
    std::int64_t integer = 0;
    std::vector<RedisReply> items = {};  ///< of an array

    friend bool operator==(const RedisReply&, const RedisReply&) = default;
};

/// How far a value has come.
enum class RedisProgress : std::uint8_t { incomplete, complete, malformed, too_large };

/// Reads one value after another. hiredis takes the bytes apart and builds our values directly. It stays
/// where it is: hiredis holds a pointer to it.
class RedisParser {
  public:
    /// `most`: bytes above which a value is given up.
    explicit RedisParser(std::size_t most);
    /// With the reader of somebody else, who feeds it and must outlive us.
    RedisParser(redisReader* reader, std::size_t most);
    RedisParser(const RedisParser&) = delete;
    RedisParser& operator=(const RedisParser&) = delete;

    void feed(std::string_view bytes);

    /// Gives the next value if it is complete. Once a value is malformed or too large, nothing more can be
    /// read.
    RedisProgress next(RedisReply& into);

    /// Whether nothing has come since the last whole value.
    [[nodiscard]] bool idle() const;

  private:
    struct Build;  ///< what hiredis calls to make values
    struct Free {
        void operator()(redisReader* reader) const { redisReaderFree(reader); }
    };

    std::unique_ptr<redisReader, Free> own_;
    redisReader* reader_;
    std::size_t most_;
    std::size_t size_ = 0;  ///< of the value under way, as far as it has been built
    RedisReply value_;
};

/// A command as it goes over the wire: redis_command({"GET", "key"}).
std::string redis_command(const std::vector<std::string>& words);

/// A value as it goes over the wire.
void append_wire(std::string& wire, const RedisReply& value);

/// What Redis complains of, in a few words: "WRONGTYPE: the key holds another kind of value".
std::string describe_redis_error(const std::string& text);

}  // namespace overlap::net
