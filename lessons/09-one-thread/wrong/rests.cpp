// Formats on the loop, and lets the heart beat once after each text.
#include "workshop.hpp"
using namespace workshop;

awaitable<void> heartbeat(const bool& done) {
    while (!done) {
        co_await get("/beat");
        co_await sleep(milliseconds(10));
    }
}

awaitable<std::string> digest_of(std::string key) {
    const std::string digest = format_conversation(co_await get("/text/" + key));
    co_await sleep(milliseconds(30));
    co_return digest;
}

awaitable<void> work(bool& done) {
    const std::vector<std::string> keys = co_await tasks();
    std::vector<awaitable<std::string>> calls;
    for (const std::string& key : keys) calls.push_back(digest_of(key));
    const std::vector<std::string> digests = co_await gather(std::move(calls));
    for (std::size_t i = 0; i < keys.size(); ++i) co_await get("/done/" + keys[i] + "?digest=" + digests[i]);
    co_await report(digests);
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
