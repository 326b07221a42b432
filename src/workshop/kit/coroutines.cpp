#include <asio/steady_timer.hpp>
#include <asio/this_coro.hpp>
#include <asio/use_awaitable.hpp>
#include <exception>
#include <optional>
#include <stdexcept>
#include <utility>

#include "concurrency/first_completed.hpp"
#include "concurrency/gather.hpp"
#include "concurrency/semaphore.hpp"
#include "concurrency/with_timeout.hpp"
#include "workshop/kit/workshop.hpp"

namespace workshop {
namespace {

// A child with a result for overlap::first_completed. `last`: what was thrown last, by any of them.
awaitable<bool> attempt(awaitable<void> child, std::exception_ptr& last) {
    try {
        co_await std::move(child);
    } catch (...) {
        last = std::current_exception();
        throw;
    }
    co_return true;
}

}  // namespace

awaitable<void> sleep(nanoseconds duration) {
    asio::steady_timer timer(co_await asio::this_coro::executor, duration);
    co_await timer.async_wait(asio::use_awaitable);
}

namespace detail {

awaitable<void> gather_all(std::vector<awaitable<void>> children) {
    return overlap::gather(std::move(children));
}

awaitable<std::size_t> first_of(std::vector<awaitable<void>> children) {
    if (children.empty())
        throw std::invalid_argument("first_completed() was given no children: nobody can win");
    std::exception_ptr last;
    std::vector<awaitable<bool>> attempts;
    for (awaitable<void>& child : children) attempts.push_back(attempt(std::move(child), last));
    const auto ended_well = [](bool) { return true; };
    const auto race = co_await overlap::first_completed(std::move(attempts), ended_well);
    if (!race.winner) std::rethrow_exception(last);
    co_return *race.winner;
}

awaitable<bool> within(awaitable<void> child, nanoseconds limit) {
    return overlap::with_timeout(std::move(child), limit);
}

}  // namespace detail

struct Semaphore::Impl {
    std::size_t permits;
    std::optional<overlap::Semaphore> semaphore;  ///< from the first acquire() on, which knows the event loop
};

struct Semaphore::Permit::Impl {
    overlap::Semaphore::Permit permit;
};

Semaphore::Semaphore(std::size_t permits) : impl_(new Impl{permits, {}}) {}
Semaphore::~Semaphore() = default;

Semaphore::Permit::Permit(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Semaphore::Permit::~Permit() = default;
Semaphore::Permit::Permit(Permit&&) noexcept = default;

awaitable<Semaphore::Permit> Semaphore::acquire() {
    if (!impl_->semaphore) impl_->semaphore.emplace(co_await asio::this_coro::executor, impl_->permits);
    overlap::Semaphore::Permit permit = co_await impl_->semaphore->acquire();
    co_return Permit(std::unique_ptr<Permit::Impl>(new Permit::Impl{std::move(permit)}));
}

}  // namespace workshop
