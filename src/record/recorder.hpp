// Recording spans while a way runs, at a cost that does not disturb what is measured.
#pragma once

#include <algorithm>
#include <asio/awaitable.hpp>
#include <asio/error.hpp>
#include <asio/system_error.hpp>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "record/clock.hpp"
#include "timeline/timeline.hpp"

namespace overlap {

/// Collects the spans of one way. Any thread may record; lanes are added before the work starts and the
/// timeline is taken after it has ended (joined). Storage is reserved up front: within it, recording a span
/// neither allocates nor locks.
class Recorder {
  public:
    /// `capacity`: spans to reserve for. More can be recorded; they cost an allocation under a lock.
    /// `stop`: spans that end after it was requested are `cancelled`: the run is being stopped from outside.
    explicit Recorder(std::size_t capacity, Clock clock = steady_now, std::stop_token stop = {});

    /// Sets the origin of time. Call it just before the work starts.
    void start() { origin_ = clock_(); }

    /// Nanoseconds since start().
    [[nodiscard]] Nanoseconds now() const { return clock_() - origin_; }

    /// A time of the recorder's clock in nanoseconds since start().
    [[nodiscard]] Nanoseconds since_start(Nanoseconds time) const { return time - origin_; }

    std::uint32_t add_lane(std::string name, LaneKind kind = LaneKind::task);

    /// Records a span that has ended, as done by the calling thread. Drops it if memory for it cannot be had.
    /// (Plain values travel in registers; a Span would go through memory twice.)
    void add(std::uint32_t lane, State state, Outcome outcome, Nanoseconds begin, Nanoseconds end,
             Phase phase = Phase::none) noexcept;

    /// Records a span as it was measured elsewhere, or before it was known what it was: its times are the
    /// clock's own. Any thread. `worker`: the number of the process that did it, from 0; none: the calling
    /// thread did.
    void add_measured(std::uint32_t lane, const Span& span, std::optional<std::uint32_t> worker = {});

    /// Notes why a lane's task failed. Any thread.
    void note_error(std::uint32_t lane, std::string error);

    /// What to say of a lane in the picture. Any thread.
    void note(std::uint32_t lane, std::string words);

    [[nodiscard]] bool interrupted() const noexcept { return stop_.stop_requested(); }

    /// Spans that the calling thread has recorded in its life, here or in other recorders.
    [[nodiscard]] static std::size_t recorded_by_this_thread() noexcept;

    /// Everything recorded, sorted, threads numbered from 0. Leaves the recorder empty.
    Timeline take();

  private:
    struct ThreadRecord;

    Span* claim_block(ThreadRecord& thread) noexcept;
    void add_overflow(const Span& span) noexcept;

    Clock clock_;
    Nanoseconds origin_ = 0;
    std::uint64_t id_;                      ///< unlike that of any other recorder, before or after
    std::vector<Span> spans_;               ///< the reserved storage: each thread fills blocks of its own
    std::atomic<std::size_t> claimed_ = 0;  ///< slots of it that belong to some thread's block
    std::stop_token stop_;
    std::mutex mutex_;  ///< guards what follows
    std::vector<Span> overflow_;
    std::vector<Lane> lanes_;
};

/// Records one task's state from construction to destruction. It lives in the scope, or the coroutine frame,
/// of the work it times, and may end on another thread than it began. Ends as `failed` when an exception
/// unwinds it, other than a cancellation during().
class ScopedSpan {
  public:
    ScopedSpan(Recorder& recorder, std::uint32_t lane, State state, Phase phase = Phase::none) noexcept
        : recorder_(&recorder), lane_(lane), state_(state), phase_(phase), begin_(recorder.now()) {}

    ScopedSpan(ScopedSpan&& other) noexcept
        : recorder_(std::exchange(other.recorder_, nullptr)),
          lane_(other.lane_),
          state_(other.state_),
          phase_(other.phase_),
          begin_(other.begin_),
          cancelled_(other.cancelled_) {}
    ScopedSpan& operator=(ScopedSpan&&) = delete;

    ~ScopedSpan() {
        end(cancelled_                       ? Outcome::cancelled
            : std::uncaught_exceptions() > 0 ? Outcome::failed
                                             : Outcome::done);
    }

    /// Waits for `work` within the span, and gives its result. When the waiting is cancelled, or the
    /// coroutine is destroyed while it waits, the span ends as `cancelled`: the destructor alone could not
    /// tell that from a failure.
    template <typename T>
    [[nodiscard]] asio::awaitable<T> during(asio::awaitable<T> work) {
        cancelled_ = true;  // now: nothing of what follows may run
        return wait_for(std::move(work));
    }

    /// Ends the state the task was in and begins the next one at the same instant.
    void enter(State next, Phase phase = Phase::none) noexcept {
        if (recorder_ == nullptr) return;
        const Nanoseconds now = recorder_->now();
        record(Outcome::done, now);
        state_ = next;
        phase_ = phase;
        begin_ = now;
    }

    /// As enter(), but the state has changed at `since` already, in nanoseconds since start(); not before the
    /// span began.
    void enter_since(Nanoseconds since, State next) noexcept {
        if (recorder_ == nullptr) return;
        const Nanoseconds at = std::clamp(since, begin_, recorder_->now());
        record(Outcome::done, at);
        state_ = next;
        begin_ = at;
    }

    /// What the span turned out to be: with a stream, only its end tells whether another token was waited
    /// for.
    void rename(Phase phase) noexcept { phase_ = phase; }

    /// Ends the span now. Later calls, and the destructor, do nothing.
    void end(Outcome outcome = Outcome::done) noexcept {
        if (recorder_ == nullptr) return;
        record(recorder_->interrupted() ? Outcome::cancelled : outcome, recorder_->now());
        recorder_ = nullptr;
    }

    /// Ends the span as failed, with the reason in a few words ("connection refused").
    void fail(std::string error) {
        if (recorder_ == nullptr) return;
        if (!recorder_->interrupted()) recorder_->note_error(lane_, std::move(error));
        end(Outcome::failed);
    }

  private:
    template <typename T>
    asio::awaitable<T> wait_for(asio::awaitable<T> work) {
        try {
            if constexpr (std::is_void_v<T>) {
                co_await std::move(work);
                cancelled_ = false;
            } else {
                T result = co_await std::move(work);
                cancelled_ = false;
                co_return result;
            }
        } catch (const asio::system_error& thrown) {
            cancelled_ = thrown.code() == asio::error::operation_aborted;
            throw;
        } catch (...) {
            cancelled_ = false;
            throw;
        }
    }

    void record(Outcome outcome, Nanoseconds now) noexcept {
        recorder_->add(lane_, state_, outcome, begin_, now, phase_);
    }

    Recorder* recorder_;
    std::uint32_t lane_;
    State state_;
    Phase phase_;
    Nanoseconds begin_;
    bool cancelled_ = false;
};

}  // namespace overlap
