// Starts every order on its own, and goes on at the first failure. The others are still under way.
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/this_coro.hpp>

#include "workshop.hpp"
using namespace workshop;

std::string failed;

awaitable<void> part(std::string key) {
    try {
        co_await get("/call/" + key);
    } catch (const HttpError&) {
        failed = key;
    }
}

awaitable<void> oven() {
    const auto loop = co_await asio::this_coro::executor;
    for (const std::string& key : co_await tasks()) asio::co_spawn(loop, part(key), asio::detached);
    while (failed.empty()) co_await sleep(milliseconds(10));
    co_await get("/failed?key=" + failed);
}

int main() { return run(oven); }
