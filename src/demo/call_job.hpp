// An HTTP call as a job for a worker process.
#pragma once

#include <asio/awaitable.hpp>

#include "concurrency/job.hpp"
#include "concurrency/process_pool.hpp"
#include "demo/context.hpp"

namespace overlap {

/// "call": GET with a blocking client. Takes a url and the client's timeouts, gives the answer's status.
extern const Job call_job;

/// Task `id` calls its target from a worker process, with retries as the knobs say.
asio::awaitable<void> call_in_process(Context& run, ProcessPool& workers, int id);

}  // namespace overlap
