// The function that blocks stays as it was: a pool of threads has it wait somewhere else.
#include "workshop.hpp"
using namespace workshop;

std::string price(std::string key) { return get_blocking("/call/" + key); }

awaitable<void> shopping() {
    const std::vector<std::string> keys = co_await tasks();
    Threads threads(keys.size());
    std::vector<awaitable<std::string>> calls;
    for (const std::string& key : keys) calls.push_back(to_thread(threads, [key] { return price(key); }));
    co_await report(co_await gather(std::move(calls)));
}

int main() { return run(shopping); }
