// Checking one answer to one exercise.
#pragma once

#include <cstdint>
#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

#include "workshop/exercise.hpp"
#include "workshop/judge.hpp"
#include "workshop/verdict.hpp"
#include "workshop/workbench.hpp"

namespace overlap::workshop {

/// What came of it.
struct Checked {
    JudgeReport report;
    Judgement judgement;
    std::string
        crash_site;  ///< of a crash: what the sanitizers said of it on a second run, a few lines; else empty
};

struct CheckOptions {
    std::uint64_t seed = 0;
    bool color = false;       ///< in what the compiler says
    int columns = 0;          ///< for that; 0: as many as it takes
    bool find_crash = false;  ///< run what crashed once more, with sanitizers
    std::stop_token stop;
};

/// Compiles a C++ file and judges it, in processes of their own and a folder of its own. Throws Error where
/// that cannot even begin.
Checked check_source(const Exercise& exercise, const Workbench& bench, const std::filesystem::path& source,
                     const CheckOptions& options);

/// Judges any program, started in the present folder.
Checked check_command(const Exercise& exercise, const std::vector<std::string>& words,
                      const CheckOptions& options);

/// Compiles only. Gives an empty text, or what the compiler said. Throws Error.
std::string compile_only(const Workbench& bench, const std::filesystem::path& source,
                         const std::filesystem::path& program, const std::stop_token& stop);

/// Judges a program that is compiled already, in a folder of its own.
Checked check_program(const Exercise& exercise, const std::filesystem::path& program,
                      const CheckOptions& options);

/// What a report is worth: a file that does not compile fails in all.
Judgement judgement_of(const Exercise& exercise, const JudgeReport& report);

/// "pass" is 0, "fail" 1, "inconclusive" 3.
int exit_code_of(Verdict verdict);

/// From the system's randomness.
std::uint64_t any_seed();

}  // namespace overlap::workshop
