// How a task of each of the notes' cases is written; the files in demos/patterns, embedded by the build.
#pragma once

#include <string_view>

namespace overlap {

/// The text of demos/patterns/NAME.cpp. Throws std::out_of_range when there is none.
std::string_view pattern_source(std::string_view name);

}  // namespace overlap
