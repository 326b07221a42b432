// Two hundred at once: a coroutine that waits is a frame in memory. It needs no thread.
// Check it with: overlap exercise check 3
#include "workshop.hpp"
using namespace workshop;

// TODO: this holds the thread until the answer is in. Make a coroutine of it: its type is
// awaitable<std::string>, it suspends with co_await, and it returns with co_return.
std::string price(std::string key) { return get_blocking("/call/" + key); }

awaitable<void> shopping() {
    const std::vector<std::string> keys = co_await tasks();
    std::vector<std::string> prices;
    // TODO: one coroutine for each key, and gather() for all of them.
    for (const std::string& key : keys) prices.push_back(price(key));
    co_await report(prices);
}

int main() { return run(shopping); }  // an event loop, on this thread
