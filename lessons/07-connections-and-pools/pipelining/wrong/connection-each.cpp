// A connection for each read: they overlap, and each pays for opening its own.
#include "workshop.hpp"
using namespace workshop;

awaitable<std::string> read(std::string key) {
    Redis redis;
    co_return co_await redis.get(key);
}

awaitable<void> histories() {
    std::vector<awaitable<std::string>> reads;
    for (const std::string& key : co_await tasks()) reads.push_back(read(key));
    co_await report(co_await gather(std::move(reads)));
}

int main() { return run(histories); }
