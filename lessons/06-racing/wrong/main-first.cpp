// Main, and the fallback only when main has failed or is given up: its timeout is waited for.
#include "workshop.hpp"
using namespace workshop;

awaitable<std::string> answer(std::string key) {
    try {
        const auto good = co_await with_timeout(get("/main/" + key), milliseconds(400));
        if (good) co_return *good;
    } catch (const HttpError&) {
    }
    co_return co_await get("/fallback/" + key);
}

awaitable<void> chatbot() {
    std::vector<awaitable<std::string>> answers;
    for (const std::string& key : co_await tasks()) answers.push_back(answer(key));
    co_await report(co_await gather(std::move(answers)));
}

int main() { return run(chatbot); }
