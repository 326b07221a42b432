// Costs -> text.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "render/ascii.hpp"
#include "timeline/costs.hpp"

namespace overlap {

inline constexpr std::string_view costs_schema = "overlap.costs/1";

/// A table with the kinds below each other, a picture of cost against number for each measure that is drawn,
/// and what it means in sentences.
std::string render_ascii(const Costs& costs, const AsciiOptions& options);

/// One value a line, fields separated by tabs.
std::string render_plain(const Costs& costs);

/// Everything, with the derived sentences (docs/run-schema.md). Ends with a newline.
std::string render_json(const Costs& costs);

/// Reads what render_json() wrote; none when the text is not of costs at all. Throws RunFormatError when it
/// is, but something in it is missing or out of place.
std::optional<Costs> parse_costs(std::string_view text);

/// Part of render_ascii(): one measure against n, both axes logarithmic. Empty where there is nothing to
/// draw.
std::string costs_chart(const Costs& costs, std::size_t measure, int width, const Theme& theme);

}  // namespace overlap
