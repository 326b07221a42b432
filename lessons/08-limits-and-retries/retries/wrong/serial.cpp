// Timeout, backoff, all of it. But the next key has to wait until this one has its price.
#include "workshop.hpp"
using namespace workshop;

awaitable<std::string> price(std::string key) {
    for (milliseconds pause(50);; pause *= 2) {
        try {
            const auto answer = co_await with_timeout(get("/call/" + key), milliseconds(300));
            if (answer) co_return *answer;
        } catch (const HttpError&) {
        }
        co_await sleep(pause);
    }
}

awaitable<void> shopping() {
    std::vector<std::string> prices;
    for (const std::string& key : co_await tasks()) prices.push_back(co_await price(key));
    co_await report(prices);
}

int main() { return run(shopping); }
