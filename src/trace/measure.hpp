// Running somebody else's program, and what it took.
#pragma once

#include <string>
#include <vector>

#include "timeline/classify_observed.hpp"
#include "trace/command.hpp"

namespace overlap {

/// Runs the program `words` names, with its arguments, our environment and our standard streams, and looks at
/// its processes meanwhile. Throws CannotStart; a program that fails or is interrupted is data.
CommandUse measure_command(const std::vector<std::string>& words);

/// As shells have it: the command's own; 128 and the number of the signal that ended it; 130 when we were
/// interrupted.
int exit_code_of(const CommandUse& use);

}  // namespace overlap
