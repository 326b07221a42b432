// asyncio.wait_for for Asio.
#pragma once

#include <asio/awaitable.hpp>
#include <asio/error.hpp>
#include <asio/steady_timer.hpp>
#include <asio/system_error.hpp>
#include <asio/this_coro.hpp>
#include <chrono>
#include <exception>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include "concurrency/children.hpp"

namespace overlap {

/// with_timeout()'s result: the child's, or none when time was up. For a child that gives nothing: whether it
/// ended in time.
template <typename T>
struct TimeoutResult {
    using type = std::optional<T>;
};
template <>
struct TimeoutResult<void> {
    using type = bool;
};

/// Runs a child on the caller's event loop and waits for it, but not longer than `limit`: then it is
/// cancelled, and once it has ended none is given. A result that it gives all the same is given, and what it
/// throws for another reason is thrown on. Cancelling with_timeout() cancels the child.
template <typename T>
[[nodiscard]] asio::awaitable<typename TimeoutResult<T>::type> with_timeout(asio::awaitable<T> child,
                                                                            std::chrono::nanoseconds limit) {
    struct State : Children {
        using Children::Children;
        ChildResult<T> result;
        std::exception_ptr error;
        bool time_is_up = false;
    };
    const auto executor = co_await asio::this_coro::executor;
    const auto state = std::make_shared<State>(executor, 1);
    const auto ended = [state](std::size_t, std::exception_ptr error, ChildResult<T> result) {
        state->error = std::move(error);
        state->result = std::move(result);
    };
    asio::steady_timer timer(executor, limit);
    timer.async_wait([state](const asio::error_code& stopped) {
        if (stopped || state->running == 0) return;
        state->time_is_up = true;
        state->cancel_all();
    });

    std::vector<asio::awaitable<T>> children;
    children.push_back(std::move(child));
    const bool cancelled = co_await run_children(state, std::move(children), ended);
    if (cancelled) throw asio::system_error(asio::error::operation_aborted);
    if (state->error) {
        if (state->time_is_up && is_cancellation(state->error)) co_return typename TimeoutResult<T>::type{};
        std::rethrow_exception(std::move(state->error));
    }
    if constexpr (std::is_void_v<T>) {
        co_return true;
    } else {
        co_return std::move(state->result);
    }
}

}  // namespace overlap
