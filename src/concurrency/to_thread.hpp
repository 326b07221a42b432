// asyncio.to_thread for Asio.
#pragma once

#include <asio/any_io_executor.hpp>
#include <asio/awaitable.hpp>
#include <asio/error.hpp>
#include <asio/executor_work_guard.hpp>
#include <asio/post.hpp>
#include <asio/redirect_error.hpp>
#include <asio/steady_timer.hpp>
#include <asio/system_error.hpp>
#include <asio/this_coro.hpp>
#include <asio/thread_pool.hpp>
#include <asio/use_awaitable.hpp>
#include <exception>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

namespace overlap {

/// Calls `work()` on a thread of the pool while the caller's event loop stays free; gives what it returns,
/// throws what it throws, on the caller's loop. Cancelling it abandons the result at once, as in Python: the
/// thread runs on, so the work must not use what the caller takes with it. The pool must have ended before
/// the loop goes: declare it after the loop.
template <typename Work>
[[nodiscard]] asio::awaitable<std::invoke_result_t<Work&>> to_thread(asio::thread_pool& pool, Work work) {
    using T = std::invoke_result_t<Work&>;
    using Result = std::optional<std::conditional_t<std::is_void_v<T>, std::monostate, T>>;
    // Touched on the loop only: the pool's thread hands over what it has by posting.
    struct State {
        explicit State(const asio::any_io_executor& executor)
            : wake(executor, asio::steady_timer::time_point::max()) {}
        asio::steady_timer wake;  ///< never expires; cancelled to wake the caller
        bool done = false;
        Result result;
        std::exception_ptr error;
    };
    const asio::any_io_executor executor = co_await asio::this_coro::executor;
    const auto state = std::make_shared<State>(executor);
    // The weak pointer: a state that nobody waits for any more must die on the loop, not on a thread after
    // it.
    asio::post(pool, [work = std::optional<Work>(std::move(work)), waiter = std::weak_ptr<State>(state),
                      loop = asio::make_work_guard(executor)]() mutable {
        Result result;
        std::exception_ptr error;
        try {
            if constexpr (std::is_void_v<T>) {
                (*work)();
                result.emplace();
            } else {
                result.emplace((*work)());
            }
        } catch (...) {
            error = std::current_exception();
        }
        work.reset();  // before its caller goes on, who may own what it refers to
        const asio::any_io_executor back = loop.get_executor();
        asio::post(back, [waiter = std::move(waiter), result = std::move(result), error = std::move(error),
                          loop = std::move(loop)]() mutable {
            const std::shared_ptr<State> waiting = waiter.lock();
            if (!waiting) return;
            waiting->result = std::move(result);
            waiting->error = std::move(error);
            waiting->done = true;
            waiting->wake.cancel();
        });
    });
    asio::error_code woken;
    co_await state->wake.async_wait(asio::redirect_error(asio::use_awaitable, woken));
    if (!state->done) throw asio::system_error(asio::error::operation_aborted);
    if (state->error) std::rethrow_exception(std::exchange(state->error, nullptr));
    if constexpr (!std::is_void_v<T>) co_return std::move(*state->result);
}

}  // namespace overlap
