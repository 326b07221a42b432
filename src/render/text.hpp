// Fitting text into columns.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace overlap {

/// `text` with everything but printable ASCII replaced by '?', so that a file or a server cannot steer the
/// terminal.
std::string printable(std::string_view text);

/// `text` in lines of at most `width` columns, broken at blanks (words longer than a line are cut). Lines
/// after the first begin with `indent` blanks. Expects ASCII.
std::vector<std::string> wrap(std::string_view text, int width, int indent = 0);

/// Adds `line`, without the blanks at its end, and a newline to `text`.
void add_line(std::string& text, std::string line);

/// Adds `words` as lines like those of wrap(), what is not printable ASCII replaced.
void add_paragraph(std::string& text, std::string_view words, int width, int indent = 0);

/// `words` in lines that begin in column `column`, `left` before the first of them; each line ends with a
/// newline and has no blanks before it. Expects ASCII.
std::string beside(std::string left, int column, std::string_view words, int width);

/// `text` shortened to `width` columns by "..." in its middle. Expects ASCII.
std::string elide(std::string_view text, int width);

/// `text` filled up to `width` columns; never shortened.
std::string pad_right(std::string_view text, int width);
std::string pad_left(std::string_view text, int width);

}  // namespace overlap
