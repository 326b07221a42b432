// Four connections for all calls: one pool, and a semaphore that lets as many calls pass as it has.
#include "workshop.hpp"
using namespace workshop;

constexpr std::size_t connections = 4;

awaitable<std::string> price(Client& client, Semaphore& places, std::string key) {
    const Semaphore::Permit permit = co_await places.acquire();  // given back at the end of the scope
    co_return co_await client.get("/call/" + key);
}

awaitable<void> shopping() {
    Client client(connections);
    Semaphore places(connections);
    std::vector<awaitable<std::string>> calls;
    for (const std::string& key : co_await tasks()) calls.push_back(price(client, places, key));
    co_await report(co_await gather(std::move(calls)));
}

int main() { return run(shopping); }
