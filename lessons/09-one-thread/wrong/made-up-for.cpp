// Formats on the loop, and makes up for the heartbeats that were missed afterwards.
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
    for (int missed = 0; missed < 5; ++missed) co_await get("/beat");
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
