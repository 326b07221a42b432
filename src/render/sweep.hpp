// Sweep -> text.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "render/ascii.hpp"
#include "timeline/sweep.hpp"

namespace overlap {

inline constexpr std::string_view sweep_schema = "overlap.sweep/1";

/// Throughput and p99 as bars, one line a level, the knee marked, and what it means in sentences.
std::string render_ascii(const Sweep& sweep, const AsciiOptions& options);

/// One level a line, fields separated by tabs.
std::string render_plain(const Sweep& sweep);

/// Everything, with the derived throughput and knee (docs/run-schema.md). Ends with a newline.
std::string render_json(const Sweep& sweep);

/// Reads what render_json() wrote; none when the text is not a sweep at all. Throws RunFormatError when it is
/// one, but something in it is missing or out of place.
std::optional<Sweep> parse_sweep(std::string_view text);

}  // namespace overlap
