// Judging a program: compiled, run against the server of its exercise, and watched. What comes out is what
// was seen.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "net/http_server.hpp"
#include "timeline/timeline.hpp"
#include "workshop/contained.hpp"
#include "workshop/exercise.hpp"
#include "workshop/verdict.hpp"

namespace overlap::workshop {

struct JudgeRequest {
    // Of the exercise.
    std::string scenario;
    std::map<std::string, Range> numbers;
    Limits limits;

    std::uint64_t seed = 0;                ///< of what is drawn
    std::vector<std::string> compile;      ///< a command to run first; empty: none
    std::vector<std::string> program;      ///< empty: it is compiled only
    std::vector<std::string> environment;  ///< beside ours; OVERLAP_URL and OVERLAP_REDIS are added
    std::filesystem::path folder;          ///< where the program is started
    std::filesystem::path scratch;         ///< where it may write, and the compiler too

    friend bool operator==(const JudgeRequest&, const JudgeRequest&) = default;
};

struct JudgeReport {
    bool compiled = true;
    std::string compiler_output;  ///< its warnings, or why it could not be compiled
    Numbers drawn;
    Numbers facts;
    ProgramEnd end;
    std::string output;   ///< what the program printed
    std::string trouble;  ///< of the machine or of ours, see judge()
    Isolation isolation;
    Timeline seen;  ///< the requests, as the server saw them

    friend bool operator==(const JudgeReport&, const JudgeReport&) = default;
};

/// Does it, in this process, which must have no other children and should have no other threads. `control`: a
/// descriptor whose end ends the program; -1: none. Throws Error when it cannot even begin.
JudgeReport judge_program(const JudgeRequest& request, int control);

/// The request for an exercise; the rest is left to be filled in.
JudgeRequest request_for(const Exercise& exercise);

/// A lane for each thing that was asked for; of what was asked for again when it had ended, one lane in all.
/// Time zero is the first request.
Timeline timeline_of_work(std::vector<net::Served> requests);

}  // namespace overlap::workshop
