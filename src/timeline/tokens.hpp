// When the tokens of streams came, as their tasks' phases tell.
#pragma once

#include <cstddef>
#include <vector>

#include "timeline/timeline.hpp"

namespace overlap {

/// All sorted, the shortest first.
struct TokenTimes {
    std::size_t tokens = 0;             ///< of all tasks
    std::vector<Nanoseconds> first_at;  ///< since the way's start, when all questions were there: one a task
    std::vector<Nanoseconds> first_after;  ///< since the task's own request
    std::vector<Nanoseconds> gaps;  ///< between tokens of one task that follow one another, as they were read
};

/// Empty where no task has such phases. Expects sorted spans.
TokenTimes token_times(const Timeline& timeline);

}  // namespace overlap
