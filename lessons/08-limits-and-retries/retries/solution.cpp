// Try again, later and later: a timeout for each attempt, and a pause that doubles between them.
#include "workshop.hpp"
using namespace workshop;

awaitable<std::string> price(std::string key) {
    for (milliseconds pause(50);; pause *= 2) {
        try {
            const auto answer = co_await with_timeout(get("/call/" + key), milliseconds(300));
            if (answer) co_return *answer;
        } catch (const HttpError& error) {
            if (error.status != 503) throw;  // what cannot pass is not tried again
        }
        co_await sleep(pause);
    }
}

awaitable<void> shopping() {
    std::vector<awaitable<std::string>> calls;
    for (const std::string& key : co_await tasks()) calls.push_back(price(key));
    co_await report(co_await gather(std::move(calls)));
}

int main() { return run(shopping); }
