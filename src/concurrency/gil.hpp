// An imitation of CPython's global interpreter lock: however many threads there are, one runs at a time.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>

namespace overlap {

/// One lock for all threads, handed over as CPython hands over its GIL (read Python/ceval_gil.c there, and
/// sys.setswitchinterval in the library reference): who wants it waits for the switch interval, then asks
/// for it. The holder finds out at its next check, lets go, and goes on only after another thread has had it
/// (CPython's "forced switch"; without it the holder would mostly win its own lock back). Which of several
/// waiting threads gets it is the operating system's choice. Not recursive.
class Gil {
  public:
    /// The usual one of CPython.
    static constexpr std::chrono::milliseconds switch_interval{5};

    explicit Gil(std::chrono::nanoseconds interval = switch_interval) : interval_(interval) {}
    Gil(const Gil&) = delete;
    Gil& operator=(const Gil&) = delete;

    /// Waits until it is the caller's. Nothing ends the wait early: who holds it must check wanted().
    void lock();
    void unlock();

    /// Whether another thread has waited for the interval: the holder is to call hand_over() soon. Cheap
    /// enough to ask ten thousand times a second.
    [[nodiscard]] bool wanted() const noexcept { return wanted_.load(std::memory_order_relaxed); }

    /// Lets go of it, waits until another thread has had it if one asked, and takes it again.
    void hand_over();

    /// How often it has gone from one thread to another.
    [[nodiscard]] std::int64_t switches() const;

  private:
    void take(std::unique_lock<std::mutex>& guard);
    void let_go();

    const std::chrono::nanoseconds interval_;
    mutable std::mutex mutex_;  ///< held for moments only; guards what follows
    std::condition_variable free_;
    std::condition_variable switched_;
    bool held_ = false;
    std::thread::id last_;  ///< who has it, or had it
    std::int64_t switches_ = 0;
    std::atomic<bool> wanted_ = false;  ///< written under the mutex
};

}  // namespace overlap
