// What runs each command. All take a parsed command line, print, and give the exit code.
#pragma once

#include "cli/options.hpp"

namespace overlap {

enum ExitCode : int {
    exit_done = 0,
    exit_failed = 1,  ///< the run or a check failed
    exit_usage = 2,
    exit_interrupted = 130,
};

int run_demo_command(const Invocation& invocation);
int run_costs_command(const Invocation& invocation);
int run_list(const Invocation& invocation);
int run_code(const Invocation& invocation);
int run_render(const Invocation& invocation);
int run_serve(const Invocation& invocation);
int run_proxy(const Invocation& invocation);
int run_trace(const Invocation& invocation);
int run_worker_command(const Invocation& invocation);
int run_judge_command(const Invocation& invocation);
int run_classify(const Invocation& invocation);
int run_lesson(const Invocation& invocation);
int run_claims(const Invocation& invocation);
int run_help(const Invocation& invocation);
int run_completion(const Invocation& invocation);
int run_man(const Invocation& invocation);

/// Throws UsageError when there is no demo of that name.
const Demo& demo_named(const std::string& name);

/// The names of all demos.
std::vector<std::string> demo_words();

/// The shells that `completion` prints a script for.
std::vector<std::string> shell_words();

/// The record of `classify`.
CommandSpec classify_command();

int run_exercise(const Invocation& invocation);
int run_workshop(const Invocation& invocation);
int run_doctor(const Invocation& invocation);
int run_grade(const Invocation& invocation);

/// The records of `exercise`, `workshop`, `doctor` and `grade`.
CommandSpec exercise_command();
CommandSpec workshop_command();
CommandSpec doctor_command();
CommandSpec grade_command();

/// The record of `lesson`.
CommandSpec lesson_command();

}  // namespace overlap
