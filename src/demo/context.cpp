#include "demo/context.hpp"

#include <algorithm>
#include <utility>

namespace overlap {

Context::Context(const Surroundings& surroundings, Recorder& recorder)
    : surroundings_(surroundings), recorder_(recorder), has_begun_(surroundings.lanes.size()) {
    for (const std::string& name : surroundings.lanes) recorder.add_lane(name);
}

Context::Tasks Context::tasks() const { return {task_count(), surroundings_.stop}; }

Context::Tasks Context::part_of_tasks(std::int64_t count) {
    if (count >= task_count()) return tasks();
    part_of_ = task_count();
    return {static_cast<int>(count), surroundings_.stop};
}

const net::Target& Context::target(int id) const {
    return surroundings_.targets[static_cast<std::size_t>(id) % surroundings_.targets.size()];
}

net::Target Context::target(const std::string& path) const {
    net::Target target = surroundings_.targets.front();
    target.target = surroundings_.warming_up ? "/" : path;
    return target;
}

void Context::begun(int id) {
    std::atomic<bool>& has_begun = has_begun_[static_cast<std::size_t>(id)];
    if (!has_begun.exchange(true, std::memory_order_relaxed)) {
        started_.fetch_add(1, std::memory_order_relaxed);
    }
}

ScopedSpan Context::span(int id, State state, Phase phase) {
    if (in_flight(state)) begun(id);
    return {recorder_, static_cast<std::uint32_t>(id), state, phase};
}

TaskLane Context::lane(int id) {
    begun(id);
    return {&recorder_, static_cast<std::uint32_t>(id)};
}

void Context::record(int id, const Span& span) {
    recorder_.add_measured(static_cast<std::uint32_t>(id), span);
}

void Context::record_worker(int id, int worker, const Span& span) {
    worker_processes_.insert(worker);
    recorder_.add_measured(static_cast<std::uint32_t>(id), span, static_cast<std::uint32_t>(worker));
}

void Context::was_ready(ScopedSpan& span, const net::Answer& answer) const {
    constexpr Nanoseconds noticeable = 1'000'000;
    const std::optional<Nanoseconds> busy_since = LoopWatch::busy_since();
    if (!answer.sent || !busy_since) return;
    const Nanoseconds since = std::max(recorder_.since_start(*answer.sent), *busy_since);
    if (recorder_.now() - since > noticeable) span.enter_since(since, State::ready);
}

bool Context::conclude(bool good, std::string text) {
    const Nanoseconds now = recorder_.now();
    const std::lock_guard lock(result_mutex_);
    if (result_ || (!good && surroundings_.stop.stop_requested())) return false;
    result_ = Result{good, std::move(text), now};
    return true;
}

std::optional<Result> Context::result() const {
    const std::lock_guard lock(result_mutex_);
    return result_;
}

Context::Loop Context::watch(asio::io_context& loop, LoopLock lock) { return {*this, loop, std::move(lock)}; }

Context::Pool Context::watch(asio::thread_pool& pool) {
    return Pool(surroundings_.stop, [&pool] { pool.stop(); });
}

Context::Loop::Loop(Context& context, asio::io_context& loop, LoopLock lock)
    : context_(context),
      watch_(loop, context.recorder_, context.recorder_.add_lane("Loop", LaneKind::loop), std::move(lock)),
      stop_(context.surroundings_.stop, [&loop] { loop.stop(); }) {}

Context::Loop::~Loop() {
    const Heartbeat heartbeat = watch_.heartbeat();
    Heartbeat& all = context_.heartbeat_ ? *context_.heartbeat_ : context_.heartbeat_.emplace();
    all.beats += heartbeat.beats;
    all.worst_lag = std::max(all.worst_lag, heartbeat.worst_lag);
    all.p99_lag = std::max(all.p99_lag, heartbeat.p99_lag);
    context_.instrument_ += watch_.instrument();
}

}  // namespace overlap
