// A pool of four threads, each with one blocking call at a time: the limit is kept, by threads that wait.
#include "workshop.hpp"
using namespace workshop;

awaitable<void> shopping() {
    Threads threads(4);
    std::vector<awaitable<std::string>> calls;
    for (const std::string& key : co_await tasks())
        calls.push_back(to_thread(threads, [key] { return get_blocking("/call/" + key); }));
    co_await report(co_await gather(std::move(calls)));
}

int main() { return run(shopping); }
