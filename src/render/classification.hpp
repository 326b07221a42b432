// Classification -> text.
#pragma once

#include <string>
#include <string_view>

#include "timeline/classify.hpp"

namespace overlap {

inline constexpr std::string_view classification_schema = "overlap.classification/1";

/// For people: what was measured, if it was, the answer, its code, where it is Python's only. Lines of at
/// most `width` columns, but for the code.
std::string render_ascii(const Classification& classification, int width);

/// JSON, schema "overlap.classification/1" (docs/classify.md). Ends with a newline.
std::string render_json(const Classification& classification);

/// One fact a line, "pattern<TAB>TO_THREAD".
std::string render_plain(const Classification& classification);

}  // namespace overlap
