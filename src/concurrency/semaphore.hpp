// asyncio.Semaphore for Asio.
#pragma once

#include <asio/any_io_executor.hpp>
#include <asio/awaitable.hpp>
#include <asio/error.hpp>
#include <asio/experimental/channel.hpp>
#include <asio/redirect_error.hpp>
#include <asio/system_error.hpp>
#include <asio/use_awaitable.hpp>
#include <cstddef>
#include <memory>
#include <utility>

namespace overlap {

/// Lets at most so many coroutines of one event loop pass at once. It is a channel that has room for that
/// many messages: who puts one in may pass, who takes one out lets the next one put his in.
class Semaphore {
    using Channel = asio::experimental::channel<void(asio::error_code, int)>;

  public:
    /// `permits`: at least one, or nobody ever passes.
    Semaphore(asio::any_io_executor executor, std::size_t permits)
        : channel_(std::make_shared<Channel>(std::move(executor), permits)) {}

    /// Leave to pass, given back at the end of its scope. It may outlive the semaphore, as in the coroutines
    /// that a stopped loop destroys, but not the loop.
    class [[nodiscard]] Permit {
      public:
        explicit Permit(std::shared_ptr<Channel> channel) : channel_(std::move(channel)) {}
        Permit(Permit&&) noexcept = default;
        Permit& operator=(Permit&&) = delete;
        ~Permit() { release(); }

        /// Gives it back now. Later calls, and the destructor, do nothing.
        void release() {
            if (const auto channel = std::exchange(channel_, nullptr)) channel->try_receive([](auto...) {});
        }

      private:
        std::shared_ptr<Channel> channel_;
    };

    /// Waits for a permit. Those who wait get theirs in the order they came. Throws only when the coroutine
    /// is cancelled, and then has taken none.
    [[nodiscard]] asio::awaitable<Permit> acquire() { return acquire_from(channel_); }

  private:
    // Holds the channel itself: the semaphore may be gone when this begins, or ends.
    static asio::awaitable<Permit> acquire_from(std::shared_ptr<Channel> channel) {
        asio::error_code error;
        co_await channel->async_send(asio::error_code(), 0, asio::redirect_error(asio::use_awaitable, error));
        // The channel has an error of its own for this.
        if (error) throw asio::system_error(asio::error::operation_aborted);
        co_return Permit(std::move(channel));
    }

    std::shared_ptr<Channel> channel_;
};

}  // namespace overlap
