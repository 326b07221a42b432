// No more than the server takes: it answers four calls at once, and refuses the fifth.
// Check it with: overlap exercise check 8
#include "workshop.hpp"
using namespace workshop;

awaitable<std::string> price(std::string key) {
    // TODO: let only four pass at once. Semaphore::acquire() waits for a permit.
    co_return co_await get("/call/" + key);
}

awaitable<void> shopping() {
    std::vector<awaitable<std::string>> calls;
    for (const std::string& key : co_await tasks()) calls.push_back(price(key));
    co_await report(co_await gather(std::move(calls)));
}

int main() { return run(shopping); }
