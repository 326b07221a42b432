// A client for each call: each opens a pool of its own, and throws it away after one call.
#include "workshop.hpp"
using namespace workshop;

awaitable<std::string> price(Semaphore& places, std::string key) {
    const Semaphore::Permit permit = co_await places.acquire();
    Client client(4);
    co_return co_await client.get("/call/" + key);
}

awaitable<void> shopping() {
    Semaphore places(4);
    std::vector<awaitable<std::string>> calls;
    for (const std::string& key : co_await tasks()) calls.push_back(price(places, key));
    co_await report(co_await gather(std::move(calls)));
}

int main() { return run(shopping); }
