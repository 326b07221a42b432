// Letting time pass on purpose, shown in the task's lane: between two attempts, or at a reader's own pace.
#pragma once

#include <asio/awaitable.hpp>

#include "timeline/timeline.hpp"

namespace overlap {

class Context;

/// The task is in `state` for `time`. The first holds its thread, the second suspends its coroutine. Both end
/// early after Ctrl-C.
void pause(Context& run, int id, State state, Nanoseconds time);
asio::awaitable<void> async_pause(Context& run, int id, State state, Nanoseconds time);

}  // namespace overlap
