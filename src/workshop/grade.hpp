// Many learners' folders, judged without anybody watching.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "workshop/check.hpp"

namespace overlap::workshop {

/// One learner's answer to one exercise.
struct Graded {
    std::string exercise;  ///< its name
    std::string id;
    bool handed_in = false;  ///< there is a file, and it is not as it was handed out
    Verdict verdict = Verdict::fail;
    int points = 0;  ///< of its worst run: what happens now and then only is not known
    int of = 0;
    int runs = 0;                      ///< that were conclusive
    std::vector<Judged> requirements;  ///< of the worst run; empty where it was not handed in
    std::string words;  ///< why nothing more: "not handed in", what is amiss, what the compiler said first

    friend bool operator==(const Graded&, const Graded&) = default;
};

struct Submission {
    std::string name;  ///< of its folder
    std::filesystem::path folder;
    std::vector<Graded> exercises;  ///< in the order of the exercises

    [[nodiscard]] int points() const;
    [[nodiscard]] int of() const;
    [[nodiscard]] int passed() const;
    [[nodiscard]] bool conclusive() const;
};

struct GradeOptions {
    int runs = 1;
    int jobs = 2;
    std::uint64_t seed = 1;                                      ///< of the first run; the same for everybody
    std::function<void(const Submission&, const Graded&)> done;  ///< called after each, one at a time
    std::stop_token stop;
};

/// The folders that hold answers to these exercises: those named or, where a single one is named that holds
/// none itself, the folders in it. Throws UsageError that names the one that has none, or is none.
std::vector<Submission> submissions_in(const std::vector<std::filesystem::path>& folders,
                                       const std::vector<Exercise>& exercises);

/// Judges all answers of all, `jobs` at once, each in a process and a folder of its own. What is inconclusive
/// is tried up to twice more. Throws Error.
void grade(std::vector<Submission>& submissions, const std::vector<Exercise>& exercises,
           const Workbench& bench, const GradeOptions& options);

}  // namespace overlap::workshop
