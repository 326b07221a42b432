#include "record/recorder.hpp"

#include <algorithm>
#include <new>
#include <unordered_map>

namespace overlap {
namespace {

// A number for the calling thread, unlike those of all other threads of the process.
std::uint32_t this_thread_number() noexcept {
    static std::atomic<std::uint32_t> next = 0;
    thread_local const std::uint32_t number = next.fetch_add(1, std::memory_order_relaxed);
    return number;
}

thread_local std::size_t recorded_here = 0;

}  // namespace

Recorder::Recorder(std::size_t capacity, Clock clock, std::stop_token stop)
    : clock_(clock), spans_(capacity), stop_(std::move(stop)) {}

std::uint32_t Recorder::add_lane(std::string name, LaneKind kind) {
    const std::lock_guard lock(mutex_);
    lanes_.push_back({std::move(name), kind, ""});
    return static_cast<std::uint32_t>(lanes_.size() - 1);
}

void Recorder::add(Span span) noexcept {
    ++recorded_here;
    span.thread = this_thread_number();
    const std::size_t slot = next_.fetch_add(1, std::memory_order_relaxed);
    if (slot < spans_.size()) {
        spans_[slot] = span;
        return;
    }
    try {
        const std::lock_guard lock(mutex_);
        overflow_.push_back(span);
    } catch (const std::bad_alloc&) {
        // Nothing can be recorded without memory, and a destructor is no place to complain.
    }
}

std::size_t Recorder::recorded_by_this_thread() noexcept { return recorded_here; }

void Recorder::note_error(std::uint32_t lane, std::string error) {
    const std::lock_guard lock(mutex_);
    lanes_[lane].error = std::move(error);
}

Timeline Recorder::take() {
    spans_.resize(std::min(spans_.size(), next_.load()));
    spans_.insert(spans_.end(), overflow_.begin(), overflow_.end());
    next_ = 0;
    Timeline timeline{std::exchange(lanes_, {}), std::exchange(spans_, {})};
    overflow_.clear();

    std::unordered_map<std::uint32_t, std::uint32_t> numbers;
    for (Span& span : timeline.spans) {
        const auto next = static_cast<std::uint32_t>(numbers.size());
        span.thread = numbers.try_emplace(span.thread, next).first->second;
    }
    sort_spans(timeline);
    return timeline;
}

}  // namespace overlap
