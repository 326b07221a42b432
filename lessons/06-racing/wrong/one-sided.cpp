// Runs the main model on its own, so that nobody can cancel it: only the fallback is ended when it has lost.
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/this_coro.hpp>
#include <memory>

#include "workshop.hpp"
using namespace workshop;

using Kept = std::shared_ptr<std::string>;

awaitable<void> ask_main(std::string key, Kept kept) {
    try {
        *kept = co_await get("/main/" + key);
    } catch (const HttpError&) {
        // The fallback will know.
    }
}

awaitable<std::string> taken(Kept kept) {
    while (kept->empty()) co_await sleep(milliseconds(5));
    co_return *kept;
}

awaitable<std::string> answer(std::string key) {
    const auto kept = std::make_shared<std::string>();
    asio::co_spawn(co_await asio::this_coro::executor, ask_main(key, kept), asio::detached);
    std::vector<awaitable<std::string>> models;
    models.push_back(taken(kept));
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
