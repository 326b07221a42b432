// A lesson's text in lines for a terminal.
#pragma once

#include <string>
#include <vector>

#include "lesson/markdown.hpp"
#include "render/theme.hpp"

namespace overlap::lesson {

/// The block in lines of at most `width` columns, an empty one at its end. Where the theme has no colour,
/// code in the middle of words stands in backticks. What is no ASCII becomes '?'.
std::vector<std::string> page_of(const Block& block, int width, const Theme& theme);

/// A heading of that level, likewise.
std::vector<std::string> heading_lines(const std::string& title, int level, int width, const Theme& theme);

}  // namespace overlap::lesson
