// Three calls at once: all calls are begun, then all are awaited together.
#include "workshop.hpp"
using namespace workshop;

awaitable<void> shopping() {
    const std::vector<std::string> keys = co_await tasks();
    std::vector<awaitable<std::string>> calls;
    for (const std::string& key : keys) calls.push_back(get("/call/" + key));
    co_await report(co_await gather(std::move(calls)));
}

int main() { return run(shopping); }
