// asyncio.gather for Asio.
#pragma once

#include <asio/awaitable.hpp>
#include <asio/bind_cancellation_slot.hpp>
#include <asio/cancellation_signal.hpp>
#include <asio/co_spawn.hpp>
#include <asio/error.hpp>
#include <asio/redirect_error.hpp>
#include <asio/steady_timer.hpp>
#include <asio/system_error.hpp>
#include <asio/this_coro.hpp>
#include <asio/use_awaitable.hpp>
#include <cstddef>
#include <exception>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace overlap {

/// gather()'s result: the children's results in the order they were given; nothing for children that give
/// nothing.
template <typename T>
struct GatherResult {
    using type = std::vector<T>;
};
template <>
struct GatherResult<void> {
    using type = void;
};

/// Runs all children on the caller's event loop at once and waits for all of them. When one throws, the
/// others are cancelled, and once they have ended the first exception is thrown on. Cancelling gather()
/// cancels its children. Differs from asyncio's only in that it never leaves children running behind an
/// exception.
template <typename T>
asio::awaitable<typename GatherResult<T>::type> gather(std::vector<asio::awaitable<T>> children) {
    using Slot = std::conditional_t<std::is_void_v<T>, std::monostate, std::optional<T>>;
    struct State {
        State(asio::any_io_executor executor, std::size_t count)
            : wake(std::move(executor), asio::steady_timer::time_point::max()),
              running(count),
              cancel(count),
              results(count) {}

        void cancel_all() {
            for (asio::cancellation_signal& signal : cancel) signal.emit(asio::cancellation_type::terminal);
        }
        void child_ended(std::exception_ptr e) {
            --running;
            if (e && !error) {
                error = std::move(e);
                cancel_all();
            }
            if (running == 0) wake.cancel();
        }

        asio::steady_timer wake;  ///< never expires; cancelled to wake the gathering coroutine
        std::size_t running;
        std::vector<asio::cancellation_signal> cancel;
        std::vector<Slot> results;
        std::exception_ptr error;
    };

    const auto executor = co_await asio::this_coro::executor;
    const auto state = std::make_shared<State>(executor, children.size());
    for (std::size_t i = 0; i < children.size(); ++i) {
        const auto slot = state->cancel[i].slot();
        if constexpr (std::is_void_v<T>) {
            asio::co_spawn(executor, std::move(children[i]),
                           asio::bind_cancellation_slot(
                               slot, [state](std::exception_ptr e) { state->child_ended(std::move(e)); }));
        } else {
            asio::co_spawn(executor, std::move(children[i]),
                           asio::bind_cancellation_slot(slot, [state, i](std::exception_ptr e, T result) {
                               if (!e) state->results[i].emplace(std::move(result));
                               state->child_ended(std::move(e));
                           }));
        }
    }
    children.clear();

    while (state->running > 0) {
        const asio::cancellation_state cancelled = co_await asio::this_coro::cancellation_state;
        if (cancelled.cancelled() != asio::cancellation_type::none) {
            // The children may use what belongs to our caller, so they must end before we do.
            if (!state->error) {
                state->error = std::make_exception_ptr(asio::system_error(asio::error::operation_aborted));
            }
            state->cancel_all();
            co_await asio::this_coro::reset_cancellation_state();
            if (state->running == 0) break;
        }
        asio::error_code woken;
        co_await state->wake.async_wait(asio::redirect_error(asio::use_awaitable, woken));
    }
    if (state->error) std::rethrow_exception(std::move(state->error));
    if constexpr (!std::is_void_v<T>) {
        std::vector<T> results;
        results.reserve(state->results.size());
        for (Slot& result : state->results) results.push_back(std::move(*result));
        co_return results;
    }
}

}  // namespace overlap
