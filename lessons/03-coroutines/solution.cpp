// Two hundred at once: two hundred frames, and one thread that goes on with whichever has its answer.
#include "workshop.hpp"
using namespace workshop;

awaitable<std::string> price(std::string key) {
    const std::string answer = co_await get("/call/" + key);  // suspended here, and resumed here
    co_return answer;
}

awaitable<void> shopping() {
    std::vector<awaitable<std::string>> coroutines;
    for (const std::string& key : co_await tasks()) coroutines.push_back(price(key));
    co_await report(co_await gather(std::move(coroutines)));
}

int main() { return run(shopping); }
