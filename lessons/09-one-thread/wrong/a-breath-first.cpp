// Lets the others run for a moment, and then computes: between two co_await it is as before.
#include "workshop.hpp"
using namespace workshop;

awaitable<void> heartbeat(const bool& done) {
    while (!done) {
        co_await get("/beat");
        co_await sleep(milliseconds(10));
    }
}

awaitable<std::string> digest_of(std::string key) {
    const std::string text = co_await get("/text/" + key);
    co_await sleep(milliseconds(0));
    const std::string digest = format_conversation(text);
    co_await sleep(milliseconds(0));
    co_await get("/done/" + key + "?digest=" + digest);
    co_return digest;
}

awaitable<void> work(bool& done) {
    std::vector<awaitable<std::string>> digests;
    for (const std::string& key : co_await tasks()) digests.push_back(digest_of(key));
    co_await report(co_await gather(std::move(digests)));
    done = true;
}

awaitable<void> chatbot() {
    bool done = false;
    std::vector<awaitable<void>> both;
    both.push_back(heartbeat(done));
    both.push_back(work(done));
    co_await gather(std::move(both));
}

int main() { return run(chatbot); }
