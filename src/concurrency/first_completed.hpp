// asyncio.wait(..., return_when=FIRST_COMPLETED) for Asio, as a race needs it.
#pragma once

#include <asio/awaitable.hpp>
#include <asio/error.hpp>
#include <asio/system_error.hpp>
#include <asio/this_coro.hpp>
#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "concurrency/children.hpp"

namespace overlap {

/// What came of a race.
template <typename T>
struct FirstCompleted {
    std::optional<std::size_t> winner;       ///< index of the first good result; none when no child had one
    std::vector<std::optional<T>> results;   ///< in the order of the children; none of those that threw
    std::vector<std::exception_ptr> errors;  ///< what they threw; losers throw that they were cancelled
};

/// Runs all children on the caller's event loop at once. The first whose result is good wins, by
/// `is_good(result)` (or a member function, &Answer::ok), which must not throw. A child that throws, or whose
/// result is no good, does not win. The winner's rivals are cancelled, and it returns once they have ended,
/// as they may use what belongs to the caller. Cancelling it cancels all children.
///
/// Asio's own `a || b` passes over a child that throws too (in Asio 1.22), but there is no asking whether a
/// result is good: a failure that is returned as a result wins.
template <typename T, typename IsGood>
asio::awaitable<FirstCompleted<T>> first_completed(std::vector<asio::awaitable<T>> children, IsGood is_good) {
    struct State : Children {
        using Children::Children;
        FirstCompleted<T> race;
    };
    const auto state = std::make_shared<State>(co_await asio::this_coro::executor, children.size());
    state->race.results.resize(children.size());
    state->race.errors.resize(children.size());
    const auto ended = [state, is_good](std::size_t i, std::exception_ptr error, std::optional<T> result) {
        const bool wins = !state->race.winner && result && std::invoke(is_good, std::as_const(*result));
        state->race.results[i] = std::move(result);
        state->race.errors[i] = std::move(error);
        if (!wins) return;
        state->race.winner = i;
        state->cancel_all();
    };

    const bool cancelled = co_await run_children(state, std::move(children), ended);
    if (cancelled) throw asio::system_error(asio::error::operation_aborted);
    co_return std::move(state->race);
}

}  // namespace overlap
