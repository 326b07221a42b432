// The first good answer wins: ask both models at once, and cancel the one that lost.
// Check it with: overlap exercise check 6
#include "workshop.hpp"
using namespace workshop;

// A model's answer; none when the model fails.
awaitable<std::optional<std::string>> ask(std::string path) {
    try {
        co_return co_await get(path);
    } catch (const HttpError&) {
        co_return std::nullopt;
    }
}

awaitable<std::string> answer(std::string key) {
    // TODO: this waits until main has answered, or failed. Race the two.
    if (const auto good = co_await ask("/main/" + key)) co_return *good;
    co_return co_await get("/fallback/" + key);
}

awaitable<void> chatbot() {
    std::vector<awaitable<std::string>> answers;
    for (const std::string& key : co_await tasks()) answers.push_back(answer(key));
    co_await report(co_await gather(std::move(answers)));
}

int main() { return run(chatbot); }
