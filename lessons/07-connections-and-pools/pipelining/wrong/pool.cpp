// A pool of four connections, and the reads are dealt out to them.
#include <array>

#include "workshop.hpp"
using namespace workshop;

awaitable<void> histories() {
    std::array<Redis, 4> pool;
    std::vector<awaitable<std::string>> reads;
    for (const std::string& key : co_await tasks()) reads.push_back(pool[reads.size() % 4].get(key));
    co_await report(co_await gather(std::move(reads)));
}

int main() { return run(histories); }
