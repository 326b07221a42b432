// Small coroutines for tests of what runs coroutines.
#pragma once

#include <asio/awaitable.hpp>
#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <asio/steady_timer.hpp>
#include <asio/this_coro.hpp>
#include <asio/use_awaitable.hpp>
#include <chrono>
#include <exception>
#include <utility>

namespace overlap::test {

/// Runs a coroutine to its end, and the loop until nothing is left to do. Throws what the coroutine threw.
inline void run(asio::io_context& loop, asio::awaitable<void> work) {
    std::exception_ptr error;
    asio::co_spawn(loop, std::move(work), [&error](std::exception_ptr e) { error = std::move(e); });
    loop.run();
    loop.restart();
    if (error) std::rethrow_exception(error);
}

/// Lets everything else run that is ready.
inline asio::awaitable<void> turn() {
    co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
}

/// Lets everything else run so many times.
inline asio::awaitable<void> turns(int count) {
    for (int i = 0; i < count; ++i) co_await turn();
}

/// Gives 7, after everything else had a turn or two.
inline asio::awaitable<int> seven() {
    co_await turns(2);
    co_return 7;
}

/// A time limit that no test reaches.
constexpr std::chrono::hours far_away{1'000};

/// Ends only by being cancelled, or destroyed.
inline asio::awaitable<void> never() {
    asio::steady_timer timer(co_await asio::this_coro::executor, asio::steady_timer::time_point::max());
    co_await timer.async_wait(asio::use_awaitable);
}

/// Counts when it goes out of scope, however it does.
struct CountEnd {
    int& count;
    explicit CountEnd(int& c) : count(c) {}
    ~CountEnd() { ++count; }
    CountEnd(const CountEnd&) = delete;
    CountEnd& operator=(const CountEnd&) = delete;
};

}  // namespace overlap::test
