// Work that must not hold the loop: whoever computes on its thread stops everybody else.
// Check it with: overlap exercise check 9
#include "workshop.hpp"
using namespace workshop;

// Says that the program is alive, until all is done.
awaitable<void> heartbeat(const bool& done) {
    while (!done) {
        co_await get("/beat");
        co_await sleep(milliseconds(10));
    }
}

awaitable<std::string> digest_of(std::string key) {
    const std::string text = co_await get("/text/" + key);
    // TODO: this computes for 0.4 s or so, on the thread of the loop.
    const std::string digest = format_conversation(text);
    co_await get("/done/" + key + "?digest=" + digest);
    co_return digest;
}

awaitable<void> work(bool& done) {
    std::vector<awaitable<std::string>> digests;
    for (const std::string& key : co_await tasks()) digests.push_back(digest_of(key));
    co_await report(co_await gather(std::move(digests)));
    done = true;
}

// Both run at once, on one loop.
awaitable<void> chatbot() {
    bool done = false;
    std::vector<awaitable<void>> both;
    both.push_back(heartbeat(done));
    both.push_back(work(done));
    co_await gather(std::move(both));
}

int main() { return run(chatbot); }
