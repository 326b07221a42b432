// Claims -> text.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "render/ascii.hpp"
#include "timeline/claims.hpp"

namespace overlap {

inline constexpr std::string_view claims_schema = "overlap.claims/1";

/// A table: what the notes say, what this machine showed, the verdict; below each how to see it oneself. In
/// less than 72 columns, a block for each claim.
std::string render_ascii(const Claims& claims, const AsciiOptions& options);

/// One fact a line, fields separated by tabs.
std::string render_plain(const Claims& claims);

/// Everything (docs/run-schema.md). Ends with a newline.
std::string render_json(const Claims& claims);

/// The claims' names, what they say and where: those that were not tested have no verdict.
std::string list_ascii(const std::vector<Claim>& claims, int width);
std::string list_plain(const std::vector<Claim>& claims);
std::string list_json(const std::vector<Claim>& claims);

}  // namespace overlap
