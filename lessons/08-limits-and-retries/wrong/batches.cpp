// Four at a time: the next four begin when the slowest of these is answered.
#include <algorithm>

#include "workshop.hpp"
using namespace workshop;

awaitable<void> shopping() {
    const std::vector<std::string> keys = co_await tasks();
    std::vector<std::string> prices;
    while (prices.size() < keys.size()) {
        std::vector<awaitable<std::string>> batch;
        const std::size_t end = std::min(keys.size(), prices.size() + 4);
        for (std::size_t i = prices.size(); i < end; ++i) batch.push_back(get("/call/" + keys[i]));
        for (std::string& price : co_await gather(std::move(batch))) prices.push_back(std::move(price));
    }
    co_await report(prices);
}

int main() { return run(shopping); }
