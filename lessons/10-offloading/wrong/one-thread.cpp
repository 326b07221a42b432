// Off the loop, but to a pool of one thread: there the calls stand in line.
#include "workshop.hpp"
using namespace workshop;

std::string read_row(const std::string& key) { return get_blocking("/call/" + key); }

awaitable<void> heartbeat(const bool& done) {
    while (!done) {
        co_await get("/beat");
        co_await sleep(milliseconds(10));
    }
}

awaitable<void> work(bool& done) {
    Threads threads(1);
    std::vector<awaitable<std::string>> calls;
    for (const std::string& key : co_await tasks())
        calls.push_back(to_thread(threads, [key] { return read_row(key); }));
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
