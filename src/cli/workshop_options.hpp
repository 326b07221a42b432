// The options of `exercise`, `workshop` and `grade`.
#pragma once

#include <string>
#include <vector>

#include "cli/option_values.hpp"
#include "cli/options.hpp"

namespace overlap {

/// Reads them into `invocation.workshop`. `words`: the command behind "--". Throws UsageError.
void read_workshop(const OptionValues& values, std::vector<std::string> words, Invocation& invocation);

}  // namespace overlap
