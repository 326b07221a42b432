// Without the heartbeat the formatting disturbs nobody.
#include "workshop.hpp"
using namespace workshop;

awaitable<std::string> digest_of(std::string key) {
    const std::string text = co_await get("/text/" + key);
    const std::string digest = format_conversation(text);
    co_await get("/done/" + key + "?digest=" + digest);
    co_return digest;
}

awaitable<void> chatbot() {
    std::vector<awaitable<std::string>> digests;
    for (const std::string& key : co_await tasks()) digests.push_back(digest_of(key));
    co_await report(co_await gather(std::move(digests)));
}

int main() { return run(chatbot); }
