// A thread for each call, and then the loop's thread joins them: it is blocked until all are done.
#include <thread>

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
    const std::vector<std::string> keys = co_await tasks();
    std::vector<std::string> rows(keys.size());
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < keys.size(); ++i)
        threads.emplace_back([&, i] { rows[i] = read_row(keys[i]); });
    for (std::thread& thread : threads) thread.join();
    co_await report(rows);
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
