// Run <-> JSON, schema "overlap.run/1" (docs/run-schema.md).
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

#include "timeline/run.hpp"

namespace overlap {

/// What stands for the way's name where it was a traced command.
inline constexpr std::string_view way_of_server = "server";

inline constexpr std::string_view run_schema = "overlap.run/1";

/// The text is not a run: damaged, foreign, or of another version. what() is one line that names the place.
struct RunFormatError : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// Of the JSON library: "3.11.2".
std::string json_version();

/// The whole run, with what is derived from it (metrics, sentences) for readers that do not want to compute
/// it. Ends with a newline.
std::string render_json(const Run& run);

/// Reads what render_json() wrote. Derived values are ignored, so they cannot contradict the spans.
/// Throws RunFormatError.
Run parse_run(std::string_view text);

}  // namespace overlap
