// Gives each model 0.8 s, and waits for both: the loser is given up for its time, not for the winner.
#include "workshop.hpp"
using namespace workshop;

awaitable<std::optional<std::string>> ask(std::string path) {
    try {
        co_return co_await with_timeout(get(path), milliseconds(800));
    } catch (const HttpError&) {
        co_return std::nullopt;
    }
}

awaitable<std::string> answer(std::string key) {
    std::vector<awaitable<std::optional<std::string>>> models;
    models.push_back(ask("/main/" + key));
    models.push_back(ask("/fallback/" + key));
    const auto both = co_await gather(std::move(models));
    co_return both[0] ? *both[0] : both[1].value_or("none");
}

awaitable<void> chatbot() {
    std::vector<awaitable<std::string>> answers;
    for (const std::string& key : co_await tasks()) answers.push_back(answer(key));
    co_await report(co_await gather(std::move(answers)));
}

int main() { return run(chatbot); }
