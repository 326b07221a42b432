// Two hundred seem too many for one thread: fifty at a time.
#include <algorithm>

#include "workshop.hpp"
using namespace workshop;

awaitable<std::string> price(std::string key) { co_return co_await get("/call/" + key); }

awaitable<void> shopping() {
    const std::vector<std::string> keys = co_await tasks();
    std::vector<std::string> prices;
    while (prices.size() < keys.size()) {
        const std::size_t end = std::min(keys.size(), prices.size() + 50);
        std::vector<awaitable<std::string>> batch;
        for (std::size_t i = prices.size(); i < end; ++i) batch.push_back(price(keys[i]));
        for (std::string& one : co_await gather(std::move(batch))) prices.push_back(std::move(one));
    }
    co_await report(prices);
}

int main() { return run(shopping); }
