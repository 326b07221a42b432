// All at once, but the prices are handed in as they come: right only when the answers happen to come in order.
#include "workshop.hpp"
using namespace workshop;

awaitable<void> price(std::string key, std::vector<std::string>& prices) {
    prices.push_back(co_await get("/call/" + key));
}

awaitable<void> shopping() {
    std::vector<std::string> prices;
    std::vector<awaitable<void>> calls;
    for (const std::string& key : co_await tasks()) calls.push_back(price(key, prices));
    co_await gather(std::move(calls));
    co_await report(prices);
}

int main() { return run(shopping); }
