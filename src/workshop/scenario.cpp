#include "workshop/scenario.hpp"

#include <algorithm>

namespace overlap::workshop {

using asio::awaitable;

namespace {

int value_of_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    const char low = static_cast<char>(c | 0x20);
    return low >= 'a' && low <= 'f' ? low - 'a' + 10 : -1;
}

// "a%2Cb" as "a,b": libraries encode what they put into a query (RFC 3986, section 2.1).
std::string decoded(const std::string& text) {
    std::string result;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool whole = text[i] == '%' && i + 2 < text.size();
        const int high = whole ? value_of_digit(text[i + 1]) : -1;
        const int low = whole ? value_of_digit(text[i + 2]) : -1;
        if (high < 0 || low < 0) {
            result += text[i];
            continue;
        }
        result += static_cast<char>(high * 16 + low);
        i += 2;
    }
    return result;
}

}  // namespace

Scenario::Scenario(Stage& stage, std::int64_t tasks) : stage_(stage), keys_(stage.words(tasks)) {
    stage.draw("tasks", tasks);
    for (const char* fact : {"asked", "connections", "requests"}) stage.facts[fact] = 0;
}

awaitable<void> Scenario::direct() { co_return; }

awaitable<net::RedisReply> Scenario::command(const net::RedisReply&) {
    co_return net::RedisReply{.kind = net::RedisReply::Kind::error,
                              .text = "ERR there is no Redis in this exercise"};
}

void Scenario::command_read(std::int64_t, const net::RedisReply&) {}

std::optional<std::string> Scenario::result_of(const std::string& key) const {
    const auto found = minted_.find(key);
    return found == minted_.end() ? std::nullopt : std::optional(found->second);
}

const std::string& Scenario::mint(const std::string& key) { return minted_[key] = stage_.mint(); }

void Scenario::note_asked(const Exchange& exchange, const std::string& key) {
    asked_.insert(key);
    connections_.insert(exchange.connection());
    stage_.facts["asked"] = static_cast<std::int64_t>(asked_.size());
    stage_.facts["connections"] = static_cast<std::int64_t>(connections_.size());
}

bool Scenario::is_key(const std::string& word) const {
    return std::find(keys_.begin(), keys_.end(), word) != keys_.end();
}

void Scenario::reported(const std::string& values) {
    std::vector<std::string> results{""};
    for (const char c : decoded(values)) {
        if (c == ',')
            results.emplace_back();
        else
            results.back() += c;
    }
    std::int64_t right = 0;
    for (std::size_t i = 0; i < keys_.size() && i < results.size(); ++i)
        right += result_of(keys_[i]) == results[i];
    if (results.size() > keys_.size())
        right = std::min<std::int64_t>(right, static_cast<std::int64_t>(keys_.size()) - 1);
    stage_.facts["delivered"] = right;
    stage_.raise("left-open", under_way_);
}

awaitable<void> Scenario::serve(Exchange& exchange) {
    if (exchange.path() == "/tasks") {
        std::string body;
        for (const std::string& key : keys_) body += key + "\n";
        co_await exchange.answer(200, body);
    } else if (exchange.path() == "/report") {
        const std::optional<std::string> values = exchange.query("values");
        co_await stage_.pause(5'000'000);  // hang-ups that came before it are to be seen before it
        if (values) reported(*values);
        co_await exchange.answer(values ? 200 : 400, values ? "thanks\n" : "expected /report?values=a,b,c\n");
    } else {
        ++under_way_;
        ++stage_.facts["requests"];
        const bool known = co_await work(exchange);
        --under_way_;
        if (!known) co_await exchange.answer(404, "there is no " + exchange.path() + " in this exercise\n");
    }
}

}  // namespace overlap::workshop
