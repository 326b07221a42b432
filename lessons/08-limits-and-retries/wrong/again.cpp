// No limit. Who is refused tries again: in the end all are answered, and the server had to refuse many.
#include "workshop.hpp"
using namespace workshop;

awaitable<std::string> price(std::string key) {
    for (milliseconds pause(20);; pause *= 2) {
        try {
            co_return co_await get("/call/" + key);
        } catch (const HttpError& error) {
            if (error.status != 429) throw;
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
