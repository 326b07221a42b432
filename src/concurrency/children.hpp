// What gather, first_completed and with_timeout have in common: a coroutine that waits for others it started.
#pragma once

#include <asio/any_io_executor.hpp>
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

/// Coroutines that run on their parent's event loop. Shared by the parent, which waits for them, and by what
/// is called when they end: either may be destroyed before the other.
struct Children {
    Children(asio::any_io_executor executor, std::size_t count)
        : wake(std::move(executor), asio::steady_timer::time_point::max()), running(count), cancel(count) {}

    void cancel_all() {
        for (asio::cancellation_signal& signal : cancel) signal.emit(asio::cancellation_type::terminal);
    }

    asio::steady_timer wake;  ///< never expires; cancelled to wake the parent
    std::size_t running;
    std::vector<asio::cancellation_signal> cancel;  ///< one for each child
};

/// A child's result; none when it threw.
template <typename T>
using ChildResult = std::optional<std::conditional_t<std::is_void_v<T>, std::monostate, T>>;

/// Whether it is what a cancelled coroutine throws.
inline bool is_cancellation(const std::exception_ptr& error) {
    try {
        if (error) std::rethrow_exception(error);
    } catch (const asio::system_error& thrown) {
        return thrown.code() == asio::error::operation_aborted;
    } catch (...) {
    }
    return false;
}

/// Runs all of `work` at once and waits until all of it has ended. As each child ends, calls ended(index,
/// exception, result). Cancelling it cancels the children, and then waits on: they may use what belongs to
/// the parent's caller. Gives whether it was cancelled; the parent then has to throw.
template <typename T, typename Ended>
asio::awaitable<bool> run_children(std::shared_ptr<Children> children, std::vector<asio::awaitable<T>> work,
                                   Ended ended) {
    // The children may run before co_spawn() returns, but none of them ends before this waits.
    const auto executor = co_await asio::this_coro::executor;
    for (std::size_t i = 0; i < work.size(); ++i) {
        const auto child_ended = [children, ended, i](std::exception_ptr error, ChildResult<T> result) {
            ended(i, std::move(error), std::move(result));
            if (--children->running == 0) children->wake.cancel();
        };
        const auto slot = children->cancel[i].slot();
        if constexpr (std::is_void_v<T>) {
            asio::co_spawn(executor, std::move(work[i]),
                           asio::bind_cancellation_slot(slot, [child_ended](std::exception_ptr error) {
                               ChildResult<T> result;
                               if (!error) result.emplace();
                               child_ended(std::move(error), result);
                           }));
        } else {
            asio::co_spawn(
                executor, std::move(work[i]),
                asio::bind_cancellation_slot(slot, [child_ended](std::exception_ptr error, T value) {
                    ChildResult<T> result;
                    if (!error) result.emplace(std::move(value));
                    child_ended(std::move(error), std::move(result));
                }));
        }
    }
    work.clear();

    bool was_cancelled = false;
    while (children->running > 0) {
        const asio::cancellation_state state = co_await asio::this_coro::cancellation_state;
        if (state.cancelled() != asio::cancellation_type::none) {
            was_cancelled = true;
            children->cancel_all();
            co_await asio::this_coro::reset_cancellation_state();
            if (children->running == 0) break;
        }
        asio::error_code woken;
        co_await children->wake.async_wait(asio::redirect_error(asio::use_awaitable, woken));
    }
    co_return was_cancelled;
}

}  // namespace overlap
