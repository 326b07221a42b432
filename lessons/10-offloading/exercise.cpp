// A library that only blocks: give it threads to block, and keep the loop free.
// Check it with: overlap exercise check 10
#include "workshop.hpp"
using namespace workshop;

// The library: it holds its thread until the row is there.
std::string read_row(const std::string& key) { return get_blocking("/call/" + key); }

// Says that the program is alive, until all is done.
awaitable<void> heartbeat(const bool& done) {
    while (!done) {
        co_await get("/beat");
        co_await sleep(milliseconds(10));
    }
}

awaitable<void> work(bool& done) {
    std::vector<std::string> rows;
    // TODO: each call blocks the loop. Threads is a pool: to_thread(threads, work) has
    // work() called on one of its threads.
    for (const std::string& key : co_await tasks()) rows.push_back(read_row(key));
    co_await report(rows);
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
