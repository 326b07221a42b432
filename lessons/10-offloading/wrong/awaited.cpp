// Makes the calls with get(), which awaits: but the library that is to be used only blocks.
#include "workshop.hpp"
using namespace workshop;

awaitable<void> heartbeat(const bool& done) {
    while (!done) {
        co_await get("/beat");
        co_await sleep(milliseconds(10));
    }
}

awaitable<void> work(bool& done) {
    std::vector<awaitable<std::string>> calls;
    for (const std::string& key : co_await tasks()) calls.push_back(get("/call/" + key));
    co_await report(co_await gather(std::move(calls)));
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
