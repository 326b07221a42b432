// A limit it is, but one above the server's.
#include "workshop.hpp"
using namespace workshop;

awaitable<std::string> price(Semaphore& limit, std::string key) {
    const Semaphore::Permit permit = co_await limit.acquire();
    co_return co_await get("/call/" + key);
}

awaitable<void> shopping() {
    Semaphore limit(5);
    std::vector<awaitable<std::string>> calls;
    for (const std::string& key : co_await tasks()) calls.push_back(price(limit, key));
    co_await report(co_await gather(std::move(calls)));
}

int main() { return run(shopping); }
