#include "demo/context.hpp"

#include <algorithm>

namespace overlap {

Context::Context(const Surroundings& surroundings, Recorder& recorder)
    : surroundings_(surroundings), recorder_(recorder) {
    for (int id = 0; id < surroundings.tasks; ++id) recorder.add_lane("Task" + std::to_string(id + 1));
}

Context::Tasks Context::tasks() const { return {surroundings_.tasks, surroundings_.stop}; }

const net::Target& Context::target(int id) const {
    return surroundings_.targets[static_cast<std::size_t>(id) % surroundings_.targets.size()];
}

ScopedSpan Context::span(int id, State state) {
    if (state != State::queued) started_.fetch_add(1, std::memory_order_relaxed);
    return {recorder_, static_cast<std::uint32_t>(id), state};
}

Context::Loop Context::watch(asio::io_context& loop) { return {*this, loop}; }

Context::Pool Context::watch(asio::thread_pool& pool) {
    return Pool(surroundings_.stop, [&pool] { pool.stop(); });
}

Context::Loop::Loop(Context& context, asio::io_context& loop)
    : context_(context),
      watch_(loop, context.recorder_, context.recorder_.add_lane("Loop", LaneKind::loop)),
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
