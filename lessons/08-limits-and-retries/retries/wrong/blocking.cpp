// Pauses with the thread: while one call waits for its turn, the loop stands still, and with it all others.
#include <thread>

#include "workshop.hpp"
using namespace workshop;

awaitable<std::string> price(std::string key) {
    for (milliseconds pause(50);; pause *= 2) {
        try {
            const auto answer = co_await with_timeout(get("/call/" + key), milliseconds(300));
            if (answer) co_return *answer;
        } catch (const HttpError&) {
        }
        std::this_thread::sleep_for(pause);
    }
}

awaitable<void> shopping() {
    std::vector<awaitable<std::string>> calls;
    for (const std::string& key : co_await tasks()) calls.push_back(price(key));
    co_await report(co_await gather(std::move(calls)));
}

int main() { return run(shopping); }
