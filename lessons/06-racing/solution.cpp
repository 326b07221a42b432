// The first good answer wins: first_completed() passes over who fails, and cancels who is too late.
#include "workshop.hpp"
using namespace workshop;

awaitable<std::string> answer(std::string key) {
    std::vector<awaitable<std::string>> models;
    models.push_back(get("/main/" + key));
    models.push_back(get("/fallback/" + key));
    const auto first = co_await first_completed(std::move(models));
    co_return first.result;
}

awaitable<void> chatbot() {
    std::vector<awaitable<std::string>> answers;
    for (const std::string& key : co_await tasks()) answers.push_back(answer(key));
    co_await report(co_await gather(std::move(answers)));
}

int main() { return run(chatbot); }
