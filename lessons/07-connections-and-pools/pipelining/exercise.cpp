// All reads on one connection: send the next command before the reply to the last is in.
// Check it with: overlap exercise check 7b
#include "workshop.hpp"
using namespace workshop;

awaitable<void> histories() {
    Redis redis;  // one connection, opened by the first command
    std::vector<std::string> values;
    // TODO: each read waits for the reply to the one before it: a round trip for each.
    for (const std::string& key : co_await tasks()) {
        values.push_back(co_await redis.get(key));
    }
    co_await report(values);
}

int main() { return run(histories); }
