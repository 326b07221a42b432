#include "concurrency/gil.hpp"

namespace overlap {

void Gil::take(std::unique_lock<std::mutex>& guard) {
    while (held_) {
        const std::int64_t before = switches_;
        const bool in_time = free_.wait_for(guard, interval_) == std::cv_status::no_timeout;
        // Who has only just got it is not asked yet: each holder has its interval.
        if (!in_time && held_ && switches_ == before) wanted_.store(true, std::memory_order_relaxed);
    }
    held_ = true;
    wanted_.store(false, std::memory_order_relaxed);
    if (last_ != std::this_thread::get_id()) {
        last_ = std::this_thread::get_id();
        ++switches_;
        switched_.notify_all();
    }
}

void Gil::let_go() {
    held_ = false;
    free_.notify_one();
}

void Gil::lock() {
    std::unique_lock guard(mutex_);
    take(guard);
}

void Gil::unlock() {
    const std::lock_guard guard(mutex_);
    let_go();
}

void Gil::hand_over() {
    std::unique_lock guard(mutex_);
    const bool asked = wanted_.load(std::memory_order_relaxed);
    let_go();
    // Who asked is still waiting, and whoever takes it withdraws the asking: so this ends.
    const std::int64_t before = switches_;
    if (asked) switched_.wait(guard, [&] { return switches_ != before; });
    take(guard);
}

std::int64_t Gil::switches() const {
    const std::lock_guard guard(mutex_);
    return switches_;
}

}  // namespace overlap
