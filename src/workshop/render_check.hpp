// What came of a check -> text for a terminal, and JSON (schema "overlap.check/1", docs/authoring.md).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "render/ascii.hpp"
#include "workshop/check.hpp"

namespace overlap::workshop {

inline constexpr std::string_view check_schema = "overlap.check/1";

/// What is shown beside the check itself.
struct CheckView {
    std::optional<Timeline> target;  ///< the solution's, with the same seed
    int hint_level = 0;              ///< 1 to 3; 0: none
    std::vector<std::string> next;   ///< commands worth trying then
};

/// Verdict, requirements and pictures. Every line fits the width, but for what a compiler says.
std::string render_check(const Exercise& exercise, const Checked& checked, const CheckView& view,
                         const AsciiOptions& options);

/// The lanes of both, on one axis; empty where nothing was seen.
std::string render_lanes(const Timeline& yours, const std::optional<Timeline>& target,
                         const AsciiOptions& options);

/// A hint on what is to be mended, "Hint 1 of 3: ..."; empty when there is none.
std::string render_hint(const Exercise& exercise, const Judgement& judgement, int level, int width);

std::string render_check_json(const Exercise& exercise, const Checked& checked, std::uint64_t seed);

}  // namespace overlap::workshop
