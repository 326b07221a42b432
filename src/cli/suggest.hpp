// "Did you mean ...?"
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace overlap {

/// The candidate nearest to `word`, counting letters put in, left out, changed or swapped; empty when none is
/// near.
std::string nearest(std::string_view word, const std::vector<std::string>& candidates);

/// " (did you mean 'api'?)", to go behind a complaint; empty when no candidate is near.
std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace overlap
