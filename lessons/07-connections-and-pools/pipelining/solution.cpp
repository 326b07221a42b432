// All reads on one connection: all are begun, their commands go out together, and the replies come in their
// order.
#include "workshop.hpp"
using namespace workshop;

awaitable<void> histories() {
    Redis redis;
    std::vector<awaitable<std::string>> reads;
    for (const std::string& key : co_await tasks()) reads.push_back(redis.get(key));
    co_await report(co_await gather(std::move(reads)));
}

int main() { return run(histories); }
