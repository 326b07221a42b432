// The forgotten co_await: it compiles, it runs, there is no error, and nothing is done.
// Check it with: overlap exercise check 4
#include "workshop.hpp"
using namespace workshop;

// Places an order, and keeps its receipt.
awaitable<void> order(std::string key, std::string& receipt) {
    const std::string path = "/call/" + key;
    receipt = co_await get(path);
}

awaitable<void> kitchen() {
    const std::vector<std::string> keys = co_await tasks();
    std::vector<std::string> receipts(keys.size());
    for (std::size_t i = 0; i < keys.size(); ++i) {
        // TODO: something is missing, and the compiler does not say what.
        auto done = order(keys[i], receipts[i]);
    }
    co_await report(receipts);
}

int main() { return run(kitchen); }
