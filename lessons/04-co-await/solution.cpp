// The co_await is back: gather() begins all orders, and co_await waits until each has its answer.
#include "workshop.hpp"
using namespace workshop;

awaitable<void> order(std::string key, std::string& receipt) { receipt = co_await get("/call/" + key); }

awaitable<void> kitchen() {
    const std::vector<std::string> keys = co_await tasks();
    std::vector<std::string> receipts(keys.size());
    std::vector<awaitable<void>> orders;  // made, and not begun yet
    for (std::size_t i = 0; i < keys.size(); ++i) orders.push_back(order(keys[i], receipts[i]));
    co_await gather(std::move(orders));
    co_await report(receipts);
}

int main() { return run(kitchen); }
