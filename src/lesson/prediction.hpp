// What was guessed, beside what was measured.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lesson/lesson.hpp"
#include "render/theme.hpp"
#include "timeline/run.hpp"

namespace overlap::lesson {

/// A guess as typed: "600ms", "0.6s", "600" (milliseconds) for a time, "3" for a number. In nanoseconds, or a
/// number. None where it is neither.
std::optional<std::int64_t> parse_answer(const Guess& guess, std::string_view text);

/// Such an answer, and not the right one: "70ms".
std::string_view example_answer(const Guess& guess);

/// What the run showed, in the same unit. None where there is no such panel, or its work was not done.
std::optional<std::int64_t> measured(const Guess& guess, const Run& run);

/// Each question with the answer (none: not given) and the measurement as bars on one scale, and how far they
/// are apart. One answer for each guess. Lines of at most `width` columns, an empty one at the end.
std::vector<std::string> compared(const Prediction& prediction,
                                  const std::vector<std::optional<std::int64_t>>& answers, const Run& run,
                                  int width, const Theme& theme);

}  // namespace overlap::lesson
