// asyncio.gather for Asio.
#pragma once

#include <asio/awaitable.hpp>
#include <asio/error.hpp>
#include <asio/system_error.hpp>
#include <asio/this_coro.hpp>
#include <cstddef>
#include <exception>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

#include "concurrency/children.hpp"

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
    struct State : Children {
        using Children::Children;
        std::vector<ChildResult<T>> results;
        std::exception_ptr error;
    };
    const auto state = std::make_shared<State>(co_await asio::this_coro::executor, children.size());
    state->results.resize(children.size());
    const auto ended = [state](std::size_t i, std::exception_ptr error, ChildResult<T> result) {
        state->results[i] = std::move(result);
        if (!error || state->error) return;
        state->error = std::move(error);
        state->cancel_all();
    };

    const bool cancelled = co_await run_children(state, std::move(children), ended);
    if (cancelled) throw asio::system_error(asio::error::operation_aborted);
    if (state->error) std::rethrow_exception(std::move(state->error));
    if constexpr (!std::is_void_v<T>) {
        std::vector<T> results;
        results.reserve(state->results.size());
        for (ChildResult<T>& result : state->results) results.push_back(std::move(*result));
        co_return results;
    }
}

}  // namespace overlap
