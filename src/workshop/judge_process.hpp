// A judge in a process of its own: whatever the program does to it, we go on.
#pragma once

#include <stop_token>
#include <string>

#include "workshop/judge.hpp"

namespace overlap::workshop {

/// Starts `overlap judge`, hands it the request and waits for its report. A judge that is lost is a report
/// too, with the trouble named. `stop` ends it, and the program with it; then the report says so. Throws
/// Error when it cannot be started.
JudgeReport judge_in_process(const JudgeRequest& request, const std::stop_token& stop);

/// The other end: reads the request from `control`, judges, and writes the report there. Gives the exit code.
int run_judge(int control);

}  // namespace overlap::workshop
