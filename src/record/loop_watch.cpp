#include "record/loop_watch.hpp"

#include <sys/epoll.h>

#include <algorithm>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/this_coro.hpp>
#include <asio/use_awaitable.hpp>
#include <chrono>
#include <utility>

#include "compat/asio.hpp"
#include "timeline/metrics.hpp"

namespace overlap {
namespace {

using clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds beat_interval{1};

// A turn in which the heartbeat ran and nothing was recorded may take this much longer than the heartbeat
// alone before it counts as the workload's. Waking up and re-arming the timer take about 10 us.
constexpr Nanoseconds turn_overhead = 64'000;

thread_local LoopWatch* watch_of_this_thread = nullptr;

}  // namespace

LoopWatch::LoopWatch(asio::io_context& loop, Recorder& recorder, std::uint32_t lane, LoopLock lock)
    : recorder_(recorder),
      lane_(lane),
      lock_(std::move(lock)),
      timer_(loop, beat_interval),
      sample_before_(sample_thread()) {
    lags_.reserve(1 << 12);
    begin_turn();
    watch_of_this_thread = this;
    asio::co_spawn(loop, beat(), asio::detached);
}

LoopWatch::~LoopWatch() {
    end_turn();
    watch_of_this_thread = nullptr;
}

std::optional<Nanoseconds> LoopWatch::busy_since() {
    return watch_of_this_thread != nullptr ? std::optional(watch_of_this_thread->turn_begin_) : std::nullopt;
}

void LoopWatch::stop_heartbeat() {
    if (stopped_) return;
    note_lag();  // of a beat that is overdue: work that ends the run may have held the loop longest
    stopped_ = true;
    timer_.cancel();
}

void LoopWatch::note_lag() {
    const auto lag =
        std::chrono::duration_cast<std::chrono::nanoseconds>(clock::now() - timer_.expiry()).count();
    if (lag >= 0) lags_.push_back(lag);
}

asio::awaitable<void> LoopWatch::beat() {
    while (!stopped_) {
        timer_.expires_after(beat_interval);
        co_await timer_.async_wait(as_tuple(asio::use_awaitable));
        if (stopped_) break;
        const Nanoseconds begin = recorder_.now();
        note_lag();
        beat_ran_ = true;
        beat_time_ += recorder_.now() - begin;
    }
}

void LoopWatch::begin_turn() {
    const Nanoseconds ready = recorder_.now();
    if (lock_.lock) lock_.lock();
    turn_begin_ = recorder_.now();
    // Less is what taking a free lock costs.
    if (lock_.lock && turn_begin_ - ready >= turn_overhead) {
        recorder_.add(lane_, State::ready, Outcome::done, ready, turn_begin_);
    }
    recorded_before_ = Recorder::recorded_by_this_thread();
}

void LoopWatch::end_turn() {
    const Nanoseconds now = recorder_.now();
    const CpuSample sample = sample_thread();
    // More than one event, and something else than the heartbeat's timer woke the loop.
    const bool only_heartbeat = beat_ran_ && events_ <= 1 &&
                                Recorder::recorded_by_this_thread() == recorded_before_ &&
                                now - turn_begin_ - beat_time_ < turn_overhead;
    if (only_heartbeat) {
        instrument_ += sample - sample_before_;
    } else {
        recorder_.add(lane_, State::running, Outcome::done, turn_begin_, now);
    }
    sample_before_ = sample;
    beat_ran_ = false;
    beat_time_ = 0;
    if (lock_.unlock) lock_.unlock();
}

void LoopWatch::before_wait() { end_turn(); }

void LoopWatch::after_wait(int events) {
    events_ = events;
    begin_turn();
}

Heartbeat LoopWatch::heartbeat() const {
    if (lags_.empty()) return {};
    std::vector<Nanoseconds> sorted = lags_;
    std::sort(sorted.begin(), sorted.end());
    return {static_cast<std::int64_t>(sorted.size()), sorted.back(), percentile(sorted, 99)};
}

}  // namespace overlap

// The linker sends every call of epoll_wait in the program here, and __real_epoll_wait to libc (ld's --wrap).
extern "C" {

int __real_epoll_wait(int epoll, epoll_event* events, int max_events, int timeout);

int __wrap_epoll_wait(int epoll, epoll_event* events, int max_events, int timeout) {
    overlap::LoopWatch* const watch = overlap::watch_of_this_thread;
    if (watch == nullptr || timeout == 0) return __real_epoll_wait(epoll, events, max_events, timeout);
    watch->before_wait();
    const int count = __real_epoll_wait(epoll, events, max_events, timeout);
    watch->after_wait(count);
    return count;
}
}
