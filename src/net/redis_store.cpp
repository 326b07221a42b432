#include "net/redis_store.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

namespace overlap::net {
namespace {

using Kind = RedisReply::Kind;
using Words = std::vector<std::string>;

RedisReply error(std::string text) { return {.kind = Kind::error, .text = std::move(text)}; }
RedisReply status(std::string text) { return {.kind = Kind::status, .text = std::move(text)}; }
RedisReply text(std::string text) { return {.kind = Kind::string, .text = std::move(text)}; }
RedisReply integer(std::size_t number) {
    return {.kind = Kind::integer, .integer = static_cast<std::int64_t>(number)};
}
RedisReply wrong_type() { return error("WRONGTYPE Operation against a key holding the wrong kind of value"); }

std::string lower(std::string word) {
    std::transform(word.begin(), word.end(), word.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return word;
}

// The words of a command; none when it is anything but an array of strings.
std::optional<Words> words_of(const RedisReply& request) {
    if (request.kind != Kind::array) return std::nullopt;
    Words words;
    for (const RedisReply& item : request.items) {
        if (item.kind != Kind::string) return std::nullopt;
        words.push_back(item.text);
    }
    return words;
}

// As Redis says it: the first 128 bytes of the name, and of what follows.
RedisReply unknown(const Words& words) {
    std::string arguments;
    for (std::size_t i = 1; i < words.size() && arguments.size() < 128; ++i) {
        arguments += "'" + words[i].substr(0, 128 - arguments.size()) + "' ";
    }
    std::string said =
        "ERR unknown command '" + words[0].substr(0, 128) + "', with args beginning with: " + arguments;
    // An error is one line.
    std::replace_if(said.begin(), said.end(), [](char c) { return c == '\r' || c == '\n'; }, ' ');
    return error(std::move(said));
}

std::optional<std::int64_t> whole(const std::string& word) {
    std::int64_t number = 0;
    const char* const end = word.data() + word.size();
    const auto [rest, problem] = std::from_chars(word.data(), end, number);
    if (problem != std::errc() || rest != end || word.empty()) return std::nullopt;
    return number;
}

struct Arity {
    std::string_view command;
    std::size_t least;  ///< words, the command's own included
    std::size_t most;
};
constexpr std::size_t any = SIZE_MAX;
constexpr Arity arities[] = {{"ping", 1, 2},   {"echo", 2, 2},    {"get", 2, 2},  {"set", 3, any},
                             {"del", 2, any},  {"rpush", 3, any}, {"llen", 2, 2}, {"lrange", 4, 4},
                             {"auth", 2, any}, {"hello", 1, any}};

}  // namespace

RedisReply RedisStore::answer(const RedisReply& request) {
    const std::optional<Words> words = words_of(request);
    if (!words || words->empty()) return error("ERR Protocol error: expected an array of strings");
    const std::string name = lower(words->front());
    const auto* const known = std::find_if(std::begin(arities), std::end(arities),
                                           [&](const Arity& arity) { return arity.command == name; });
    if (known == std::end(arities)) return unknown(*words);
    if (words->size() < known->least || words->size() > known->most) {
        return error("ERR wrong number of arguments for '" + name + "' command");
    }
    if (name == "ping") return words->size() == 1 ? status("PONG") : text(words->at(1));
    if (name == "echo") return text(words->at(1));
    if (name == "get") return get(*words);
    if (name == "set") return set(*words);
    if (name == "del") return del(*words);
    if (name == "rpush") return rpush(*words);
    if (name == "llen") return llen(*words);
    if (name == "lrange") return lrange(*words);
    if (name == "hello") return error("NOPROTO unsupported protocol version");
    return error(
        "ERR AUTH <password> called without any password configured for the default user. "
        "Are you sure your configuration is correct?");
}

bool RedisStore::full(const Words& words) const {
    std::size_t more = 0;
    for (const std::string& word : words) more += word.size();
    return size_ + more > most_;
}

RedisReply RedisStore::get(const Words& words) const {
    const auto found = values_.find(words[1]);
    if (found == values_.end()) return {};
    const auto* const value = std::get_if<std::string>(&found->second);
    return value != nullptr ? text(*value) : wrong_type();
}

RedisReply RedisStore::set(const Words& words) {
    if (words.size() > 3) return error("ERR syntax error");
    if (full(words)) return error("OOM command not allowed when used memory > 'maxmemory'.");
    del({"del", words[1]});
    size_ += words[1].size() + words[2].size();
    values_[words[1]] = words[2];
    return status("OK");
}

RedisReply RedisStore::del(const Words& words) {
    std::size_t count = 0;
    for (std::size_t i = 1; i < words.size(); ++i) {
        const auto found = values_.find(words[i]);
        if (found == values_.end()) continue;
        size_ -= found->first.size();
        if (const auto* const value = std::get_if<std::string>(&found->second)) {
            size_ -= value->size();
        } else {
            for (const std::string& item : std::get<List>(found->second)) size_ -= item.size();
        }
        values_.erase(found);
        ++count;
    }
    return integer(count);
}

RedisReply RedisStore::rpush(const Words& words) {
    if (full(words)) return error("OOM command not allowed when used memory > 'maxmemory'.");
    const auto [entry, is_new] = values_.try_emplace(words[1], List());
    auto* const list = std::get_if<List>(&entry->second);
    if (list == nullptr) return wrong_type();
    if (is_new) size_ += words[1].size();
    for (std::size_t i = 2; i < words.size(); ++i) {
        size_ += words[i].size();
        list->push_back(words[i]);
    }
    return integer(list->size());
}

RedisReply RedisStore::llen(const Words& words) const {
    const auto found = values_.find(words[1]);
    if (found == values_.end()) return integer(0);
    const auto* const list = std::get_if<List>(&found->second);
    return list != nullptr ? integer(list->size()) : wrong_type();
}

// Negative positions count from the end, and both ends belong to the range.
RedisReply RedisStore::lrange(const Words& words) const {
    const std::optional<std::int64_t> from = whole(words[2]);
    const std::optional<std::int64_t> to = whole(words[3]);
    if (!from || !to) return error("ERR value is not an integer or out of range");
    RedisReply reply{.kind = Kind::array};
    const auto found = values_.find(words[1]);
    if (found == values_.end()) return reply;
    const auto* const list = std::get_if<List>(&found->second);
    if (list == nullptr) return wrong_type();
    const auto size = static_cast<std::int64_t>(list->size());
    const std::int64_t first = *from < 0 ? std::max<std::int64_t>(0, *from + size) : *from;
    const std::int64_t last = std::min(*to < 0 ? *to + size : *to, size - 1);
    for (std::int64_t i = first; i <= last; ++i)
        reply.items.push_back(text((*list)[static_cast<std::size_t>(i)]));
    return reply;
}

}  // namespace overlap::net
