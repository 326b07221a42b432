// How glyphs look: their characters, their colours, their words in the legend.
#pragma once

#include <string>
#include <string_view>

#include "render/cells.hpp"

namespace overlap {

struct Theme {
    bool unicode = false;
    bool color = false;
};

/// One column wide on a terminal: an ASCII character, or with `unicode` one of the box-drawing and block
/// elements.
std::string_view character(Glyph glyph, const Theme& theme);

/// What the legend says of a glyph; empty for blank and cap, which need no explanation.
std::string_view meaning(Glyph glyph);

/// The same in the picture of a traced command.
std::string_view meaning_at_server(Glyph glyph);

/// The same where threads hold one lock while they run (--gil).
std::string_view meaning_with_lock(Glyph glyph);

/// `text` between the escape codes of the glyph's colour; `text` itself where the theme has no colour. The
/// palette is Okabe and Ito's (https://jfly.uni-koeln.de/color/), in the nearest of the terminal's 256:
/// readable by the colour-blind, and never red against green.
std::string paint(std::string_view text, Glyph glyph, const Theme& theme);

/// Bold, for titles.
std::string emphasize(std::string_view text, const Theme& theme);

}  // namespace overlap
