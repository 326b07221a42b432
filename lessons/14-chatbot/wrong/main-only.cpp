// All users at once, and main for all of them: the fallback is asked when main has failed, or is given up.
#include "workshop.hpp"
using namespace workshop;

awaitable<std::string> ask_models(std::string user, std::string history) {
    try {
        const auto answer =
            co_await with_timeout(get("/main/" + user + "?history=" + history), milliseconds(400));
        if (answer) co_return *answer;
    } catch (const HttpError&) {
    }
    co_return co_await get("/fallback/" + user + "?history=" + history);
}

awaitable<std::string> turn(Redis& redis, std::string user) {
    const std::string history = co_await redis.get("history:" + user);
    const std::string answer = co_await ask_models(user, history);
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
