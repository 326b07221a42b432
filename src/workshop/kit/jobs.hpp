// The worker's side of ProcessPool.
#pragma once

#include <initializer_list>
#include <string>

#include "workshop/kit/workshop.hpp"

namespace workshop {

/// Does the jobs that a pool sends, in a process that it has started. Gives the exit code.
int run_jobs(std::initializer_list<Job> jobs);

}  // namespace workshop
