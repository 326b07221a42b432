// A task that is done in a worker process, and drawn on its lane.
#pragma once

#include <asio/awaitable.hpp>
#include <string>

#include "concurrency/process_pool.hpp"
#include "demo/context.hpp"

namespace overlap {

/// Has a worker do the job for the task: queued until a worker began it, then what the worker measured. A
/// job that failed is drawn as failed, with the reason; the reply says so too. `working`: what the job mostly
/// does, for the time of an attempt that never answered.
asio::awaitable<JobReply> in_process(Context& run, ProcessPool& workers, int id, std::string job,
                                     std::string argument, State working = State::running);

}  // namespace overlap
