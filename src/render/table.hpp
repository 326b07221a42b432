// The comparison under the picture: one row per measure, one column per way.
#pragma once

#include <string>
#include <vector>

#include "timeline/run.hpp"

namespace overlap {

/// Rows of at most `width` columns. A measure that no way has is left out.
std::vector<std::string> comparison_table(const Run& run, int width);

/// What the server and the kernel counted of a traced command, line by line.
std::vector<std::string> trace_table(const Run& run, int width);

}  // namespace overlap
