// Run -> the picture: three panels of lanes on one time axis, a legend, a table, and what it means.
#pragma once

#include <string>

#include "render/theme.hpp"
#include "timeline/run.hpp"

namespace overlap {

inline constexpr int narrowest_width = 40;
inline constexpr int widest_width = 120;

struct AsciiOptions {
    int width = 80;  ///< columns; clamped to narrowest_width .. widest_width
    Theme theme;
};

/// The whole picture, every line at most `width` columns, ending with a newline. Text that is not ours
/// (names, errors) is drawn as printable ASCII.
std::string render_ascii(const Run& run, const AsciiOptions& options);

/// The axis, the panels and the legend alone. The run has a panel.
std::string render_panels(const Run& run, const AsciiOptions& options);

}  // namespace overlap
