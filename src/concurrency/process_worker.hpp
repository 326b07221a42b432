// The other end of a ProcessPool.
#pragma once

#include <span>

#include "concurrency/job.hpp"

namespace overlap {

/// Does the jobs that come over the socket, one at a time, until it closes: then the pool is gone. Gives the
/// process' exit code. Ends at once when the parent does, even in the middle of a job.
int run_worker(int socket, std::span<const Job> jobs);

}  // namespace overlap
