// What a terminal makes of a program's output.
#pragma once

#include <string>

namespace overlap::test {

/// Whether the output sets a colour (or bold and the like) somewhere.
bool has_color(const std::string& output);

/// Columns of the longest line; escape codes take none.
int widest_line(const std::string& output);

/// What a terminal shows in the end: "\r" goes back to where the line began, "\x1b[K" erases from there on.
std::string screen_after(const std::string& output);

}  // namespace overlap::test
