// What goes to a judge's process and what comes back, as JSON. Both ends are the same binary.
#pragma once

#include <string>
#include <string_view>

#include "workshop/judge.hpp"

namespace overlap::workshop {

std::string to_json(const JudgeRequest& request);
std::string to_json(const JudgeReport& report);

/// They throw Error when the text is not what they read.
JudgeRequest request_from(std::string_view json);
JudgeReport report_from(std::string_view json);

}  // namespace overlap::workshop
