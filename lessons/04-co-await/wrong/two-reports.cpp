// Hands in what there is as soon as all orders are begun, and again when they have their answers.
#include <algorithm>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/this_coro.hpp>

#include "workshop.hpp"
using namespace workshop;

awaitable<void> order(std::string key, std::string& receipt) { receipt = co_await get("/call/" + key); }

awaitable<void> kitchen() {
    const std::vector<std::string> keys = co_await tasks();
    static std::vector<std::string> receipts(keys.size());
    const auto loop = co_await asio::this_coro::executor;
    for (std::size_t i = 0; i < keys.size(); ++i)
        asio::co_spawn(loop, order(keys[i], receipts[i]), asio::detached);
    co_await report(receipts);
    while (std::count(receipts.begin(), receipts.end(), "") > 0) co_await sleep(milliseconds(10));
    co_await report(receipts);
}

int main() { return run(kitchen); }
