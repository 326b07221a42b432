// What the environment and the terminal say about output, and writing to standard output.
#pragma once

#include <string_view>

#include "cli/options.hpp"
#include "render/ascii.hpp"

namespace overlap {

/// The width of a picture: --width, else COLUMNS, else the terminal's, else 80. Throws UsageError when
/// COLUMNS is no number.
int output_width(const OutputOptions& options);

/// --color, NO_COLOR (https://no-color.org), CLICOLOR_FORCE (https://bixense.com/clicolors) and TERM=dumb, in
/// this order; else whether standard output is a terminal.
bool output_color(const OutputOptions& options);

AsciiOptions ascii_options(const OutputOptions& options);

/// Whether a progress line makes sense: standard error is a terminal, and not a dumb one.
bool shows_progress();

/// Writes all of `text`; gives 0, or errno when it cannot be written.
int write_all(int file, std::string_view text);

/// Writes to standard output. Throws Error when it cannot be written; a closed pipe ends the process by
/// SIGPIPE.
void print(std::string_view text);

}  // namespace overlap
