#include "record/recorder.hpp"

#include <algorithm>
#include <limits>
#include <new>
#include <unordered_map>

namespace overlap {
namespace {

constexpr std::size_t block_size = 64;

// Marks slots that no span was written to.
constexpr std::uint32_t no_lane = std::numeric_limits<std::uint32_t>::max();

// Worker processes are numbered from the end, downwards, so that they are unlike all threads.
constexpr std::uint32_t first_worker = std::numeric_limits<std::uint32_t>::max();

template <typename Number>
Number next_number() noexcept {
    static std::atomic<Number> last = 0;
    return last.fetch_add(1, std::memory_order_relaxed) + 1;
}

}  // namespace

// What a thread knows of itself, and the block that it fills. An atomic step for each span instead of one for
// each block would be a sixth of the span's cost.
struct Recorder::ThreadRecord {
    std::uint32_t number = 0;  ///< unlike those of all other threads of the process, from 1
    std::size_t recorded = 0;
    std::uint64_t recorder = 0;  ///< the id of the one that the block belongs to
    Span* next = nullptr;
    Span* end = nullptr;

    // Zero at compile time: reaching a thread_local that must be initialized costs a call each time.
    static constinit thread_local ThreadRecord mine;
};
constinit thread_local Recorder::ThreadRecord Recorder::ThreadRecord::mine;

Recorder::Recorder(std::size_t capacity, Clock clock, std::stop_token stop)
    : clock_(clock),
      id_(next_number<std::uint64_t>()),
      spans_(capacity, Span{.lane = no_lane}),
      stop_(std::move(stop)) {}

std::uint32_t Recorder::add_lane(std::string name, LaneKind kind) {
    const std::lock_guard lock(mutex_);
    lanes_.push_back({.name = std::move(name), .kind = kind});
    return static_cast<std::uint32_t>(lanes_.size() - 1);
}

void Recorder::add(std::uint32_t lane, State state, Outcome outcome, Nanoseconds begin, Nanoseconds end,
                   Phase phase) noexcept {
    ThreadRecord& thread = ThreadRecord::mine;
    if (thread.number == 0) thread.number = next_number<std::uint32_t>();
    ++thread.recorded;
    const bool has_room = thread.recorder == id_ && thread.next != thread.end;
    Span* const slot = has_room ? thread.next : claim_block(thread);
    if (slot == nullptr) return add_overflow({lane, thread.number, state, outcome, phase, begin, end});
    *slot = {lane, thread.number, state, outcome, phase, begin, end};
    thread.next = slot + 1;
}

// The first slot of a new block for this thread; null when the storage is used up.
Span* Recorder::claim_block(ThreadRecord& thread) noexcept {
    const std::size_t begin = claimed_.fetch_add(block_size, std::memory_order_relaxed);
    if (begin >= spans_.size()) return nullptr;
    thread.recorder = id_;
    thread.next = spans_.data() + begin;
    thread.end = spans_.data() + std::min(begin + block_size, spans_.size());
    return thread.next;
}

void Recorder::add_overflow(const Span& span) noexcept {
    try {
        const std::lock_guard lock(mutex_);
        overflow_.push_back(span);
    } catch (const std::bad_alloc&) {
        // Nothing can be recorded without memory, and a destructor is no place to complain.
    }
}

std::size_t Recorder::recorded_by_this_thread() noexcept { return ThreadRecord::mine.recorded; }

void Recorder::add_measured(std::uint32_t lane, const Span& span, std::optional<std::uint32_t> worker) {
    ThreadRecord& thread = ThreadRecord::mine;
    if (thread.number == 0) thread.number = next_number<std::uint32_t>();
    Span mine = span;
    mine.lane = lane;
    mine.thread = worker ? first_worker - *worker : thread.number;
    mine.begin = since_start(span.begin);
    mine.end = since_start(span.end);
    add_overflow(mine);
}

void Recorder::note_error(std::uint32_t lane, std::string error) {
    const std::lock_guard lock(mutex_);
    lanes_[lane].error = std::move(error);
}

void Recorder::note(std::uint32_t lane, std::string words) {
    const std::lock_guard lock(mutex_);
    lanes_[lane].note = std::move(words);
}

Timeline Recorder::take() {
    std::erase_if(spans_, [](const Span& span) { return span.lane == no_lane; });
    spans_.insert(spans_.end(), overflow_.begin(), overflow_.end());
    overflow_.clear();
    Timeline timeline{std::exchange(lanes_, {}), std::exchange(spans_, {})};
    id_ = next_number<std::uint64_t>();  // the threads' blocks are gone

    std::unordered_map<std::uint32_t, std::uint32_t> numbers;
    for (Span& span : timeline.spans) {
        const auto next = static_cast<std::uint32_t>(numbers.size());
        span.thread = numbers.try_emplace(span.thread, next).first->second;
    }
    sort_spans(timeline);
    return timeline;
}

}  // namespace overlap
