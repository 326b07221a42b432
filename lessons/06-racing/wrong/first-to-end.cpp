// The first that ends wins, whatever came of it: a quick failure beats a good answer.
#include "workshop.hpp"
using namespace workshop;

awaitable<std::string> ask(std::string path) {
    try {
        co_return co_await get(path);
    } catch (const HttpError& error) {
        co_return "HTTP" + std::to_string(error.status);
    }
}

awaitable<std::string> answer(std::string key) {
    std::vector<awaitable<std::string>> models;
    models.push_back(ask("/main/" + key));
    models.push_back(ask("/fallback/" + key));
    const auto first = co_await first_completed(std::move(models));
    co_return first.result;
}

awaitable<void> chatbot() {
    std::vector<awaitable<std::string>> answers;
    for (const std::string& key : co_await tasks()) answers.push_back(answer(key));
    co_await report(co_await gather(std::move(answers)));
}

int main() { return run(chatbot); }
