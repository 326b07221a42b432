// Another thread computes, and the loop's thread waits for its future: it is held all the same.
#include <future>

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
    std::future<std::string> future = std::async(std::launch::async, format_conversation, text);
    const std::string digest = future.get();
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
