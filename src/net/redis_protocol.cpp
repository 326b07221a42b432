#include "net/redis_protocol.hpp"

#include <new>

namespace overlap::net {

using Kind = RedisReply::Kind;

// hiredis's redisReplyObjectFunctions. A value is made in its place: in the array it belongs to, or in
// RedisParser::value_. Arrays grow as their items come, so that "*1000000000" alone takes no memory.
struct RedisParser::Build {
    static RedisReply* add(const redisReadTask* task, Kind kind, std::size_t size) {
        auto& parser = *static_cast<RedisParser*>(task->privdata);
        parser.size_ += sizeof(RedisReply) + size;
        if (parser.size_ > parser.most_) return nullptr;  // hiredis gives up
        RedisReply* value = &parser.value_;
        if (task->parent == nullptr) {
            parser.value_ = {};
        } else {
            value = &static_cast<RedisReply*>(task->parent->obj)->items.emplace_back();
        }
        value->kind = kind;
        return value;
    }
    static void* string(const redisReadTask* task, char* text, std::size_t size) {
        const Kind kind = task->type == REDIS_REPLY_ERROR    ? Kind::error
                          : task->type == REDIS_REPLY_STATUS ? Kind::status
                                                             : Kind::string;
        RedisReply* const value = add(task, kind, size);
        if (value != nullptr) value->text.assign(text, size);
        return value;
    }
    static void* array(const redisReadTask* task, auto) { return add(task, Kind::array, 0); }
    static void* integer(const redisReadTask* task, long long number) {
        RedisReply* const value = add(task, Kind::integer, 0);
        if (value != nullptr) value->integer = number;
        return value;
    }
    static void* nil(const redisReadTask* task) { return add(task, Kind::nil, 0); }
    static void free(void*) {}

    static redisReplyObjectFunctions* functions() {
        static redisReplyObjectFunctions all{.createString = string,
                                             .createArray = array,
                                             .createInteger = integer,
                                             .createNil = nil,
                                             .freeObject = free};
        return &all;
    }
};

RedisParser::RedisParser(std::size_t most) : RedisParser(redisReaderCreate(), most) { own_.reset(reader_); }

RedisParser::RedisParser(redisReader* reader, std::size_t most) : reader_(reader), most_(most) {
    if (reader_ == nullptr) throw std::bad_alloc();
    reader_->fn = Build::functions();
    reader_->privdata = this;
}

void RedisParser::feed(std::string_view bytes) { redisReaderFeed(reader_, bytes.data(), bytes.size()); }

RedisProgress RedisParser::next(RedisReply& into) {
    void* complete = nullptr;
    const bool good = redisReaderGetReply(reader_, &complete) == REDIS_OK;
    if (size_ > most_) return RedisProgress::too_large;
    if (!good) return RedisProgress::malformed;
    if (complete == nullptr) {
        // A long string is in the buffer until it is whole.
        return reader_->len - reader_->pos > most_ ? RedisProgress::too_large : RedisProgress::incomplete;
    }
    into = std::move(value_);
    size_ = 0;
    return RedisProgress::complete;
}

bool RedisParser::idle() const { return reader_->len == reader_->pos && reader_->ridx == -1; }

std::string redis_command(const std::vector<std::string>& words) {
    std::vector<const char*> texts;
    std::vector<std::size_t> sizes;
    for (const std::string& word : words) {
        texts.push_back(word.data());
        sizes.push_back(word.size());
    }
    char* bytes = nullptr;
    const int size =
        redisFormatCommandArgv(&bytes, static_cast<int>(words.size()), texts.data(), sizes.data());
    if (size < 0) throw std::bad_alloc();
    std::string wire(bytes, static_cast<std::size_t>(size));
    redisFreeCommand(bytes);
    return wire;
}

void append_wire(std::string& wire, const RedisReply& value) {
    switch (value.kind) {
        case Kind::nil:
            wire += "$-1\r\n";
            return;
        case Kind::status:
        case Kind::error:
            wire += value.kind == Kind::status ? '+' : '-';
            wire += value.text;
            wire += "\r\n";
            return;
        case Kind::string:
            wire += '$' + std::to_string(value.text.size()) + "\r\n";
            wire += value.text;
            wire += "\r\n";
            return;
        case Kind::integer:
            wire += ':' + std::to_string(value.integer) + "\r\n";
            return;
        case Kind::array:
            wire += '*' + std::to_string(value.items.size()) + "\r\n";
            for (const RedisReply& item : value.items) append_wire(wire, item);
            return;
    }
}

std::string describe_redis_error(const std::string& text) {
    if (text.starts_with("WRONGTYPE")) return "WRONGTYPE: the key holds another kind of value";
    if (text.starts_with("NOAUTH")) return "NOAUTH: Redis wants a password";
    if (text.starts_with("ERR ")) return "Redis: " + text.substr(4, 60);
    return "Redis: " + text.substr(0, 60);
}

}  // namespace overlap::net
