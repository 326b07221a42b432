// What each command is and what runs it: a record, in the command's own file. What runs it takes a parsed
// command line, prints, and gives the exit code.
#pragma once

#include "cli/options.hpp"

namespace overlap {

enum ExitCode : int {
    exit_done = 0,
    exit_failed = 1,  ///< the run or a check failed
    exit_usage = 2,
    exit_interrupted = 130,
};

CommandSpec demo_command(const Demo& demo);
CommandSpec claims_command();
CommandSpec classify_command();
CommandSpec code_command();
CommandSpec completion_command();
CommandSpec doctor_command();
CommandSpec exercise_command();
CommandSpec grade_command();
CommandSpec help_command();
CommandSpec judge_command();
CommandSpec lesson_command();
CommandSpec list_command();
CommandSpec man_command();
CommandSpec proxy_command();
CommandSpec render_command();
CommandSpec serve_command();
CommandSpec trace_command();
CommandSpec worker_command();
CommandSpec workshop_command();

/// Runs a demo that measures costs instead of drawing lanes.
int run_costs_command(const Invocation& invocation);

/// Throws UsageError when there is no demo of that name.
const Demo& demo_named(const std::string& name);

/// The names of all demos.
std::vector<std::string> demo_words();

}  // namespace overlap
