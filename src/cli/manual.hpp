// The man page, made from the table of commands.
#pragma once

#include <string>
#include <vector>

#include "cli/options.hpp"

namespace overlap {

/// overlap(1), in roff with the man macros. `version`: "0.1.0".
std::string manual(const std::vector<CommandSpec>& commands, const std::string& version);

}  // namespace overlap
