// Watching an event loop: when it runs and when it idles, and how late it is with a timer.
#pragma once

#include <asio/awaitable.hpp>
#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>
#include <exception>
#include <functional>
#include <optional>
#include <vector>

#include "record/recorder.hpp"
#include "record/usage.hpp"
#include "timeline/run.hpp"

namespace overlap {

/// A lock that a loop's thread holds while it runs and lets go of while it waits, as CPython's does with its
/// GIL. Empty: none.
struct LoopLock {
    std::function<void()> lock;
    std::function<void()> unlock;
};

/// Watches the loop that the calling thread is about to run, from construction to destruction: one at a time
/// on a thread, and on that thread only.
///
/// Idle is the time inside epoll_wait(2), the one place where Asio's loop waits; the program is linked so
/// that the calls pass by us (--wrap=epoll_wait, see loop_watch.cpp). All else is running. A heartbeat
/// coroutine sleeps 1 ms at a time on the same loop and notes how late it wakes. Turns of the loop that are
/// the heartbeat's own (one event woke it, nothing was recorded, no more time passed than waking takes) are
/// our doing, not the workload's: they count as idle, and what they cost is given by instrument(). Time in
/// which the loop could run but waits for its lock is drawn as State::ready.
class LoopWatch {
  public:
    /// `lane`: the loop's lane in `recorder`. `lock`: taken here, let go at the end, so that threads which
    /// need it must be joined after that.
    LoopWatch(asio::io_context& loop, Recorder& recorder, std::uint32_t lane, LoopLock lock = {});
    ~LoopWatch();
    LoopWatch(const LoopWatch&) = delete;
    LoopWatch& operator=(const LoopWatch&) = delete;

    /// Ends the heartbeat, so that the loop can run out of work.
    void stop_heartbeat();

    /// A completion handler for co_spawn: ends the heartbeat, and throws what the coroutine threw, out of
    /// run().
    auto finish() {
        return [this](std::exception_ptr error) {
            stop_heartbeat();
            if (error) std::rethrow_exception(error);
        };
    }

    [[nodiscard]] Heartbeat heartbeat() const;

    /// The heartbeat's own CPU time and context switches.
    [[nodiscard]] CpuSample instrument() const { return instrument_; }

    /// When the loop that the calling thread runs last came back from waiting, in the time of its recorder:
    /// since then it is busy. None when no loop of this thread is watched.
    [[nodiscard]] static std::optional<Nanoseconds> busy_since();

    /// Called around every epoll_wait of this thread that may block.
    void before_wait();
    void after_wait(int events);

  private:
    asio::awaitable<void> beat();
    void note_lag();
    void begin_turn();
    void end_turn();

    Recorder& recorder_;
    std::uint32_t lane_;
    LoopLock lock_;
    asio::steady_timer timer_;
    bool stopped_ = false;
    std::vector<Nanoseconds> lags_;

    // The loop's present turn: what it runs between two waits.
    Nanoseconds turn_begin_ = 0;
    Nanoseconds beat_time_ = 0;  ///< the heartbeat's part of it
    bool beat_ran_ = false;
    int events_ = 0;  ///< that ended the wait before it
    std::size_t recorded_before_ = 0;
    CpuSample sample_before_;
    CpuSample instrument_;
};

}  // namespace overlap
