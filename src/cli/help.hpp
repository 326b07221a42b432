// The texts of --help and of `overlap` alone.
#pragma once

#include <string>
#include <vector>

#include "cli/options.hpp"

namespace overlap {

/// What `overlap` alone says: what it is and what to try first.
std::string greeting();

/// Of the whole tool, and of one command; lines of at most `width` columns.
std::string help_text(int width);
std::string help_text(const CommandSpec& command, int width);

/// "overlap render FILE [OPTIONS]"
std::string usage_of(const CommandSpec& command);

/// What to try first, of the whole tool.
const std::vector<Example>& general_examples();

}  // namespace overlap
