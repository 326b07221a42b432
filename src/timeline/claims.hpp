// Claims of the notes, put to the test: what was measured and what follows for each. Plain data.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "timeline/run.hpp"

namespace overlap {

enum class Verdict : std::uint8_t {
    holds,
    holds_only_when,  ///< under a condition that was measured
    does_not_hold,
    not_run,  ///< it could not be measured
};

inline constexpr std::array all_verdicts{Verdict::holds, Verdict::holds_only_when, Verdict::does_not_hold,
                                         Verdict::not_run};

std::string_view name_of(Verdict verdict);   ///< "holds", "holds_only_when", ...
std::string_view in_words(Verdict verdict);  ///< "holds", "holds only when", ...

/// What follows from what was measured for a claim.
struct Judgement {
    Verdict verdict = Verdict::not_run;
    std::string measured;   ///< in words: durations, ratios, counts; of not_run: the reason
    std::string condition;  ///< of holds_only_when: the condition, as it was measured
    bool noisy = false;     ///< not run because the machine was too busy: worth another try

    friend bool operator==(const Judgement&, const Judgement&) = default;
};

/// One claim, tested.
struct Claim {
    std::string name;                ///< a slug: "three-calls"
    std::string says;                ///< what the notes say, in our words
    std::string section;             ///< where they say it
    std::vector<std::string> tests;  ///< command lines that show the same
    bool called_true = false;        ///< we say that it is true: when it does not hold, a check has failed
    Judgement judgement;
    int tries = 0;         ///< how often it was measured
    Nanoseconds took = 0;  ///< all tries together

    friend bool operator==(const Claim&, const Claim&) = default;
};

struct Claims {
    bool quick = false;        ///< with the times scaled down
    bool interrupted = false;  ///< not all that were asked for were tested
    int asked = 0;             ///< how many claims were to be tested
    Machine machine;
    std::vector<Claim> claims;  ///< that were tested

    friend bool operator==(const Claims&, const Claims&) = default;
};

/// How many of them have that verdict.
int count_of(const Claims& claims, Verdict verdict);

/// The names of those that we call true and that do not hold: a check that failed.
std::vector<std::string> failed_checks(const Claims& claims);

}  // namespace overlap
