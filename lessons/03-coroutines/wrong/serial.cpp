// A coroutine it is now, and each one suspends. But the next begins when it is done.
#include "workshop.hpp"
using namespace workshop;

awaitable<std::string> price(std::string key) { co_return co_await get("/call/" + key); }

awaitable<void> shopping() {
    std::vector<std::string> prices;
    for (const std::string& key : co_await tasks()) prices.push_back(co_await price(key));
    co_await report(prices);
}

int main() { return run(shopping); }
