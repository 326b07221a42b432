// The last stage runs on its own: it is saved some time, and nobody knows when.
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/this_coro.hpp>

#include "workshop.hpp"
using namespace workshop;

awaitable<std::string> ask_models(std::string user, std::string history) {
    std::vector<awaitable<std::string>> models;
    models.push_back(get("/main/" + user + "?history=" + history));
    models.push_back(get("/fallback/" + user + "?history=" + history));
    const auto first = co_await first_completed(std::move(models));
    co_return first.result;
}

awaitable<std::string> turn(Redis& redis, std::string user) {
    const std::string history = co_await redis.get("history:" + user);
    const std::string answer = co_await ask_models(user, history);
    asio::co_spawn(co_await asio::this_coro::executor, redis.set("answer:" + user, answer), asio::detached);
    co_return answer;
}

awaitable<void> chatbot() {
    Redis redis;
    std::vector<awaitable<std::string>> turns;
    for (const std::string& user : co_await tasks()) turns.push_back(turn(redis, user));
    co_await report(co_await gather(std::move(turns)));
}

int main() { return run(chatbot); }
