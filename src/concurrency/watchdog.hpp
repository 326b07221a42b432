// Blocking on a future that an event loop is to bring, with somebody who notices when it never can.
#pragma once

#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>
#include <utility>

namespace overlap {

/// Watches, from a thread of its own, the waits that go through get(). One on the loop's own thread is a
/// deadlock: the value can only come from a handler of the loop, and the one thread that would run it waits.
class Watchdog {
  public:
    /// `loop`: run by a single thread, and alive until the last get() is over. `patience`: how long it may
    /// stand still during such a wait. `stop` ends all waits.
    Watchdog(asio::io_context& loop, std::chrono::nanoseconds patience, std::stop_token stop)
        : loop_(loop),
          stop_(std::move(stop)),
          thread_([this, patience](const std::stop_token& end) { watch(end, patience); }) {}

    /// future.get(), from any thread; what that throws, this does. Nothing: the wait was given up, because it
    /// was a deadlock or because of `stop`.
    template <typename T>
    [[nodiscard]] std::optional<T> get(std::future<T> future) {
        constexpr std::chrono::milliseconds slice{10};
        const bool own_thread = loop_.get_executor().running_in_this_thread();
        if (own_thread) set_waiting(true);
        bool ready = false;
        while (!ready && !stop_.stop_requested() && !(own_thread && deadlock())) {
            ready = future.wait_for(slice) == std::future_status::ready;
        }
        if (own_thread) set_waiting(false);
        return ready ? std::optional<T>(future.get()) : std::nullopt;
    }

    /// Whether a wait was found to be a deadlock.
    [[nodiscard]] bool deadlock() const { return deadlock_; }

  private:
    void set_waiting(bool waiting) {
        {
            const std::lock_guard lock(mutex_);
            waiting_ = waiting;
            if (waiting) ++wait_;
        }
        changed_.notify_one();
    }

    // The loop stands still when a handler that was posted to it does not run. (It may run, or be destroyed
    // unrun, long after: so it owns what it writes to.)
    void watch(const std::stop_token& end, std::chrono::nanoseconds patience) {
        std::unique_lock lock(mutex_);
        while (changed_.wait(lock, end, [this] { return waiting_; })) {
            const int wait = wait_;
            const auto ended = [this, wait] { return !waiting_ || wait_ != wait; };
            const auto moved = std::make_shared<std::atomic<bool>>(false);
            asio::post(loop_, [moved] { *moved = true; });
            const bool over = changed_.wait_for(lock, end, patience, ended);
            if (!over && !end.stop_requested() && !*moved) deadlock_ = true;
            changed_.wait(lock, end, ended);
        }
    }

    asio::io_context& loop_;
    std::stop_token stop_;
    std::atomic<bool> deadlock_ = false;
    std::mutex mutex_;
    std::condition_variable_any changed_;
    int wait_ = 0;          ///< which wait it is
    bool waiting_ = false;  ///< the loop's own thread is in get()
    std::jthread thread_;   ///< last: it uses all of the above
};

}  // namespace overlap
