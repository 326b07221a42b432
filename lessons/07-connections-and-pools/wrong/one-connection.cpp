// One connection, kept open: no handshake is wasted, and no call overlaps.
#include "workshop.hpp"
using namespace workshop;

awaitable<void> shopping() {
    Client client(1);
    std::vector<std::string> prices;
    for (const std::string& key : co_await tasks()) prices.push_back(co_await client.get("/call/" + key));
    co_await report(prices);
}

int main() { return run(shopping); }
