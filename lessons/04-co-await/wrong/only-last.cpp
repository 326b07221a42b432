// Awaits the order that was made last, as if the others were under way by then.
#include "workshop.hpp"
using namespace workshop;

awaitable<void> order(std::string key, std::string& receipt) { receipt = co_await get("/call/" + key); }

awaitable<void> kitchen() {
    const std::vector<std::string> keys = co_await tasks();
    std::vector<std::string> receipts(keys.size());
    std::vector<awaitable<void>> orders;
    for (std::size_t i = 0; i < keys.size(); ++i) orders.push_back(order(keys[i], receipts[i]));
    co_await std::move(orders.back());
    co_await report(receipts);
}

int main() { return run(kitchen); }
