// Calls the function on the loop, and hands what it gave to a thread, which has nothing left to do.
#include "workshop.hpp"
using namespace workshop;

awaitable<void> heartbeat(const bool& done) {
    while (!done) {
        co_await get("/beat");
        co_await sleep(milliseconds(10));
    }
}

awaitable<std::string> digest_of(Threads& threads, std::string key) {
    const std::string text = co_await get("/text/" + key);
    const std::string digest =
        co_await to_thread(threads, [formatted = format_conversation(text)] { return formatted; });
    co_await get("/done/" + key + "?digest=" + digest);
    co_return digest;
}

awaitable<void> work(bool& done) {
    Threads threads(2);
    std::vector<awaitable<std::string>> digests;
    for (const std::string& key : co_await tasks()) digests.push_back(digest_of(threads, key));
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
