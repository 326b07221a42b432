// A call without its co_await, as people forget it. Which of these a compiler warns of depends on
// [[nodiscard]], and on whether the awaitable is dropped on the spot: see forgotten_await.cmake.
#include <asio/awaitable.hpp>
#include <coroutine>
#include <exception>

namespace {

// A coroutine type that nobody marked.
struct Task {
    struct promise_type {
        Task get_return_object() { return {}; }
        std::suspend_always initial_suspend() noexcept { return {}; }
        std::suspend_never final_suspend() noexcept { return {}; }
        void return_void() {}
        void unhandled_exception() { std::terminate(); }
    };
};

[[maybe_unused]] asio::awaitable<int> call() { co_return 1; }  // asio::awaitable is [[nodiscard]]
[[maybe_unused]] Task call_unmarked() { co_return; }
[[nodiscard, maybe_unused]] Task call_marked() { co_return; }

[[maybe_unused]] asio::awaitable<void> user() {
#if defined(AWAITED)
    co_await call();
#elif defined(DROPPED)
    call();
#elif defined(NAMED)
    auto answer = call();
#elif defined(UNMARKED)
    call_unmarked();
#elif defined(MARKED)
    call_marked();
#endif
    co_return;
}

}  // namespace
