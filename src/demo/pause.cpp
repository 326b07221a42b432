#include "demo/pause.hpp"

#include <asio/steady_timer.hpp>
#include <asio/this_coro.hpp>
#include <asio/use_awaitable.hpp>
#include <chrono>
#include <condition_variable>
#include <mutex>

#include "demo/context.hpp"

namespace overlap {

void pause(Context& run, int id, State state, Nanoseconds time) {
    const ScopedSpan span = run.span(id, state);
    std::mutex mutex;
    std::condition_variable_any never;
    std::unique_lock lock(mutex);
    never.wait_for(lock, run.stop(), std::chrono::nanoseconds(time), [] { return false; });
}

asio::awaitable<void> async_pause(Context& run, int id, State state, Nanoseconds time) {
    const ScopedSpan span = run.span(id, state);
    asio::steady_timer timer(co_await asio::this_coro::executor, std::chrono::nanoseconds(time));
    co_await timer.async_wait(asio::use_awaitable);
}

}  // namespace overlap
