// Pipelined, and on a second connection once more, should the first be slow: the earlier reply is taken.
#include "workshop.hpp"
using namespace workshop;

awaitable<std::string> read(Redis& redis, Redis& spare, std::string key) {
    std::vector<awaitable<std::string>> both;
    both.push_back(redis.get(key));
    both.push_back(spare.get(key));
    const auto first = co_await first_completed(std::move(both));
    co_return first.result;
}

awaitable<void> histories() {
    Redis redis;
    Redis spare;
    std::vector<awaitable<std::string>> reads;
    for (const std::string& key : co_await tasks()) reads.push_back(read(redis, spare, key));
    co_await report(co_await gather(std::move(reads)));
}

int main() { return run(histories); }
