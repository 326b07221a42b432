// Pipelined, and then the values are kept in a set, which has an order of its own.
#include <set>

#include "workshop.hpp"
using namespace workshop;

awaitable<void> read(Redis& redis, std::string key, std::set<std::string>& values) {
    values.insert(co_await redis.get(key));
}

awaitable<void> histories() {
    Redis redis;
    std::set<std::string> values;
    std::vector<awaitable<void>> reads;
    for (const std::string& key : co_await tasks()) reads.push_back(read(redis, key, values));
    co_await gather(std::move(reads));
    co_await report({values.begin(), values.end()});
}

int main() { return run(histories); }
