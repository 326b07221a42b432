// What was seen of a program, and what that is worth. Pure functions of plain data: no verdict depends on
// what a program printed, or on how long it took.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "workshop/exercise.hpp"

namespace overlap::workshop {

/// Numbers by their names. A fact that is absent was not shown: it could not come to it.
using Numbers = std::map<std::string, std::int64_t, std::less<>>;

/// What ended a program that did not end by itself.
enum class Stopped : std::uint8_t {
    no,
    waits,  ///< for a reply that is not coming, and nothing else can wake it
    hangs,  ///< asleep, and nobody owes it anything
    spins,  ///< computes without end
    wall,   ///< took too long, neither asleep nor computing all the time
    memory,
    processes,
    threads,
    output,
    asked,  ///< by us: the check was interrupted
};

struct ProgramEnd {
    Stopped stopped = Stopped::no;
    int exit_code = 0;
    int signal = 0;         ///< that ended it; 0 when it ended by itself
    std::string could_not;  ///< why it was not even started; empty when it was
    std::string used;       ///< of the limit that was hit: "1.0GiB", "214"
    Nanoseconds took = 0;
    Nanoseconds cpu = 0;
    Nanoseconds starved = 0;  ///< its threads were ready and no core was free

    friend bool operator==(const ProgramEnd&, const ProgramEnd&) = default;
};

/// Whether it crashed, failed by its own word, or was ended at a limit: then no requirement's hint helps.
bool failed_by_itself(const ProgramEnd& end);

/// Whether it ended by itself with exit code 0.
bool ended_well(const ProgramEnd& end);

/// "crashed: SIGSEGV (Segmentation fault)", "still waiting for a reply after 5 s, nothing else runnable",
/// "spinning at 100% CPU, ended after 20.0s of it"; empty when it ended well.
std::string words_of(const ProgramEnd& end, const Limits& limits);

enum class Mark : std::uint8_t { met, missed, not_shown };

struct Judged {
    std::string name;  ///< of the requirement; "finish" for the one that all exercises have
    std::string text;
    Mark mark = Mark::not_shown;
    int points = 0;        ///< that it is worth
    std::string evidence;  ///< what was seen, and what was needed
    bool seen = false;     ///< there was something to look at

    friend bool operator==(const Judged&, const Judged&) = default;
};

enum class Verdict : std::uint8_t { pass, fail, inconclusive };

struct Judgement {
    Verdict verdict = Verdict::fail;
    std::vector<Judged> requirements;  ///< "finish" last
    int points = 0;                    ///< of those that were met
    int of = 0;                        ///< of all
    std::string gap;                   ///< one sentence: what is amiss; empty for a pass
    std::string trouble;               ///< of the machine or of ours: why it is inconclusive

    friend bool operator==(const Judgement&, const Judgement&) = default;
};

/// A requirement that says "at most" counts only once the work was done: a program that does nothing keeps
/// within every limit. `trouble`: of the machine or of ours; where there is any, nothing that was missed is
/// held against the program.
Judgement judge(const Exercise& exercise, const Numbers& drawn, const Numbers& facts, const ProgramEnd& end,
                const std::string& trouble = "");

/// The requirement that the hint is about: the first that was missed, else the first that was not shown; null
/// for "finish" and for a pass.
const Requirement* to_mend(const Exercise& exercise, const Judgement& judgement);

std::string_view name_of(Verdict verdict);
std::string_view name_of(Mark mark);
std::string_view name_of(Stopped stopped);

}  // namespace overlap::workshop
