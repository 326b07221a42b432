// HTTP calls as a job for a worker process.
#pragma once

#include <asio/awaitable.hpp>
#include <vector>

#include "concurrency/job.hpp"
#include "concurrency/process_pool.hpp"
#include "demo/context.hpp"

namespace overlap {

/// A call of a task that makes several.
struct Call {
    net::Target target;
    Phase phase = Phase::none;
};

/// "call": GETs with a blocking client, directly, each on a connection of its own, in order, up to the first
/// that fails. Takes the client's timeouts and the urls, gives the status of the last answer, 0 when there
/// was none.
extern const Job call_job;

/// Task `id` makes these calls in a worker process.
asio::awaitable<JobReply> calls_in_process(Context& run, ProcessPool& workers, int id,
                                           std::vector<Call> calls);

/// Task `id` calls its target from a worker process, with retries as the knobs say.
asio::awaitable<void> call_in_process(Context& run, ProcessPool& workers, int id);

}  // namespace overlap
