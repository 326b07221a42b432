// Gives the main model half a second before the fallback is asked too.
#include "workshop.hpp"
using namespace workshop;

awaitable<std::string> later(std::string path) {
    co_await sleep(milliseconds(500));
    co_return co_await get(path);
}

awaitable<std::string> answer(std::string key) {
    std::vector<awaitable<std::string>> models;
    models.push_back(get("/main/" + key));
    models.push_back(later("/fallback/" + key));
    const auto first = co_await first_completed(std::move(models));
    co_return first.result;
}

awaitable<void> chatbot() {
    std::vector<awaitable<std::string>> answers;
    for (const std::string& key : co_await tasks()) answers.push_back(answer(key));
    co_await report(co_await gather(std::move(answers)));
}

int main() { return run(chatbot); }
