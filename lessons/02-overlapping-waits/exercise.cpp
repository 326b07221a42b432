// Three calls at once: the waits of calls that do not need each other's answer can overlap.
// Check it with: overlap exercise check 2
#include "workshop.hpp"
using namespace workshop;

awaitable<void> shopping() {
    const std::vector<std::string> keys = co_await tasks();
    std::vector<std::string> prices;
    // TODO: here each call waits for the one before it. Have all of them under way at once.
    for (const std::string& key : keys) prices.push_back(co_await get("/call/" + key));
    co_await report(prices);
}

int main() { return run(shopping); }
