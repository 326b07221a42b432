// Tries again what fails. But silence is no failure: the call that gets no answer is waited for.
#include "workshop.hpp"
using namespace workshop;

awaitable<std::string> price(std::string key) {
    for (milliseconds pause(50);; pause *= 2) {
        try {
            co_return co_await get("/call/" + key);
        } catch (const HttpError&) {
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
