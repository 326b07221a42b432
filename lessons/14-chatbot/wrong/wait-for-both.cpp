// Both models at once, and both are waited for: a user is served when the slower one has answered.
#include "workshop.hpp"
using namespace workshop;

awaitable<std::optional<std::string>> ask(std::string path) {
    try {
        co_return co_await get(path);
    } catch (const HttpError&) {
        co_return std::nullopt;
    }
}

awaitable<std::string> turn(Redis& redis, std::string user) {
    const std::string history = co_await redis.get("history:" + user);
    std::vector<awaitable<std::optional<std::string>>> models;
    models.push_back(ask("/main/" + user + "?history=" + history));
    models.push_back(ask("/fallback/" + user + "?history=" + history));
    const auto both = co_await gather(std::move(models));
    const std::string answer = both[0] ? *both[0] : both[1].value_or("none");
    co_await redis.set("answer:" + user, answer);
    co_return answer;
}

awaitable<void> chatbot() {
    Redis redis;
    std::vector<awaitable<std::string>> turns;
    for (const std::string& user : co_await tasks()) turns.push_back(turn(redis, user));
    co_await report(co_await gather(std::move(turns)));
}

int main() { return run(chatbot); }
