// Run -> lines for grep, awk and screen readers: no picture, one fact a line, fields separated by tabs.
#pragma once

#include <string>

#include "timeline/run.hpp"

namespace overlap {

/// "way<TAB>task<TAB>name<TAB>begin_ms<TAB>end_ms<TAB>outcome<TAB>description" per task, and
/// "way<TAB>measure<TAB>value" lines ("sequential<TAB>total_ms<TAB>601.204") for what the table shows. Ends
/// with a newline.
std::string render_plain(const Run& run);

}  // namespace overlap
