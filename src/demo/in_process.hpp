// Tasks that are done in worker processes, and drawn on their lanes.
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

/// The caption of their panel: "Process pool: blocking calls in 3 processes".
std::string process_caption(const Context& run, const std::string& what = "blocking calls");

/// Runs task(run, workers, id) for all tasks at once, on an event loop of this thread, with a pool of worker
/// processes that starts and ends with them. Python: with ProcessPoolExecutor(workers) as pool: await
/// asyncio.gather(...)
void run_in_processes(Context& run, asio::awaitable<void> (*task)(Context&, ProcessPool&, int));

}  // namespace overlap
