// The author's check: what an exercise says of itself is true.
#pragma once

#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "workshop/check.hpp"

namespace overlap::workshop {

/// One file of an exercise, judged once.
struct Verified {
    std::string exercise;  ///< its name
    std::string file;      ///< "exercise.cpp", "solution.cpp", "wrong/serial.cpp"
    std::string expected;  ///< "pass", or the requirement that it must break
    std::string seen;      ///< likewise, or "inconclusive: ..."
    bool as_expected = false;
    bool inconclusive = false;
    std::string evidence;  ///< of what was seen, where it is not as expected
};

struct VerifyOptions {
    int runs = 1;  ///< of each file
    int jobs = 2;  ///< at once
    std::uint64_t seed = 1;
    std::function<void(const Verified&)> done;  ///< called after each, one at a time
    std::stop_token stop;
};

/// Compiles every file of these exercises once and judges it as often as was asked, with another seed each
/// time. Gives one entry for each run, in no order. Throws Error.
std::vector<Verified> verify(const std::vector<Exercise>& exercises, const Workbench& bench,
                             const VerifyOptions& options);

/// Whether what a wrong answer shows is what it was said to break: that requirement is the first that it does
/// not meet, or it does not come to its end.
Verified verified(const Exercise& exercise, const std::string& file, const std::string& breaks,
                  const Judgement& judgement);

}  // namespace overlap::workshop
