#include "timeline/tokens.hpp"

#include <algorithm>

namespace overlap {

TokenTimes token_times(const Timeline& timeline) {
    TokenTimes times;
    Nanoseconds before = 0;  // when the task's token before this one came
    for (const Span& span : timeline.spans) {
        if (!brings_token(span)) continue;
        ++times.tokens;
        if (span.phase == Phase::first_token) {
            times.first_at.push_back(span.end);
            times.first_after.push_back(span.end - span.begin);
        } else {
            times.gaps.push_back(span.end - before);
        }
        before = span.end;
    }
    for (auto* const list : {&times.first_at, &times.first_after, &times.gaps})
        std::sort(list->begin(), list->end());
    return times;
}

}  // namespace overlap
