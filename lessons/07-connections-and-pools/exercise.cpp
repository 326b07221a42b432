// Four connections for all calls: a connection that is kept open needs no handshake.
// Check it with: overlap exercise check 7
#include "workshop.hpp"
using namespace workshop;

awaitable<std::string> price(Client& client, std::string key) {
    co_return co_await client.get("/call/" + key);
}

awaitable<void> shopping() {
    Client client(4);  // keeps up to four connections open for the next call
    std::vector<awaitable<std::string>> calls;
    // TODO: all calls begin at once. A Client whose connections are all busy opens one
    // more: let no more calls pass than there are connections.
    for (const std::string& key : co_await tasks()) calls.push_back(price(client, key));
    co_await report(co_await gather(std::move(calls)));
}

int main() { return run(shopping); }
