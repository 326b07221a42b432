// One connection, shared by all coroutines, one after the other.
#include "workshop.hpp"
using namespace workshop;

awaitable<std::string> read(Redis& redis, Semaphore& turn, std::string key) {
    const Semaphore::Permit permit = co_await turn.acquire();
    co_return co_await redis.get(key);
}

awaitable<void> histories() {
    Redis redis;
    Semaphore turn(1);  // as a connection carries one command at a time, doesn't it?
    std::vector<awaitable<std::string>> reads;
    for (const std::string& key : co_await tasks()) reads.push_back(read(redis, turn, key));
    co_await report(co_await gather(std::move(reads)));
}

int main() { return run(histories); }
