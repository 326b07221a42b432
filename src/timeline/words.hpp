// Building sentences.
#pragma once

#include <cstddef>
#include <string>

#include "timeline/run.hpp"

namespace overlap {

/// The name people know a way by, inside a sentence: "the thread pool", "the coroutines (naive)".
std::string subject(const WayRun& way);

/// With its first letter, a to z, made a capital.
std::string capitalized(std::string text);

/// "1 call", "3 calls"; `many`: a plural that is not made with an s ("retries").
std::string plural(std::size_t count, const std::string& noun, const std::string& many = "");

/// 0.42 as "42%"
std::string percent(double share);

/// 3.04 as "3.0 times"
std::string times_in_words(double value);

}  // namespace overlap
