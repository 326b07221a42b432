// Durations as people read and write them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "timeline/timeline.hpp"

namespace overlap {

/// `duration` in milliseconds.
double milliseconds(Nanoseconds duration);

/// Three significant digits at most: "640ns", "64us", "1.1ms", "201ms", "1.00s", "12.3s", "2m05s".
std::string format_duration(Nanoseconds duration);

/// Every digit, in the largest unit that needs no point, as parse_duration() reads it: "200ms", "2s",
/// "1500ms", "0ms".
std::string format_exact(Nanoseconds duration);

/// Reads "200ms", "2s", "1.5s", "50us", "10ns", "2m", "0". None when the text is not a duration, has no unit
/// (except zero), is negative or does not fit.
std::optional<Nanoseconds> parse_duration(std::string_view text);

}  // namespace overlap
