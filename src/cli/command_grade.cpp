// overlap grade: an instructor's thirty folders.
#include <fmt/format.h>

#include <algorithm>
#include <iostream>

#include "cli/commands.hpp"
#include "cli/exercise_check.hpp"
#include "cli/interrupt.hpp"
#include "cli/terminal.hpp"
#include "demo/cores.hpp"
#include "timeline/error.hpp"
#include "workshop/grade.hpp"
#include "workshop/render_grade.hpp"

namespace overlap {

using namespace workshop;

namespace {

std::vector<Exercise> exercises_to_grade(const WorkshopRequest& request) {
    std::vector<Exercise> all = exercises_of(request);
    if (request.exercises.empty()) return all;
    std::vector<Exercise> chosen;
    for (const std::string& word : request.exercises) chosen.push_back(exercise_named(all, word));
    return chosen;
}

std::string rendered(const Invocation& invocation, const std::vector<Submission>& submissions,
                     const GradeSettings& settings) {
    if (invocation.output.json) return render_grades_json(submissions, settings);
    if (invocation.workshop.junit) return render_grades_junit(submissions);
    if (invocation.workshop.csv) return render_grades_csv(submissions);
    return render_grades(submissions, settings, output_width(invocation.output));
}

int run_grade(const Invocation& invocation) {
    const WorkshopRequest& request = invocation.workshop;
    const std::vector<Exercise> exercises = exercises_to_grade(request);
    if (invocation.arguments.empty())
        throw UsageError(
            "grade needs a DIR: a learner's workshop, or a folder of them, as in 'overlap grade class'");
    output_width(invocation.output);  // to be told before anything runs
    std::vector<Submission> submissions =
        submissions_in({invocation.arguments.begin(), invocation.arguments.end()}, exercises_of(request));
    const Interrupt interrupt;
    const ScratchFolder scratch;
    const Workbench bench = open_workbench(scratch.path() / "kit", {}, interrupt.token());
    const GradeSettings settings{
        .seed = request.seed.value_or(1), .runs = request.runs, .isolation = words_of(isolation_here())};
    std::size_t done = 0;
    const std::size_t all = submissions.size() * exercises.size();
    GradeOptions options{.runs = request.runs,
                         .jobs = request.jobs > 0 ? request.jobs : usable_cores(),
                         .seed = settings.seed,
                         .done = {},
                         .stop = interrupt.token()};
    const bool progress = shows_progress();
    options.done = [&](const Submission& submission, const Graded& graded) {
        ++done;
        if (progress)
            std::cerr << fmt::format("\r\x1b[K{} of {}: {}, {}", done, all, submission.name, graded.exercise)
                      << std::flush;
    };
    grade(submissions, exercises, bench, options);
    if (progress) std::cerr << "\r\x1b[K" << std::flush;
    if (interrupt.token().stop_requested()) return exit_interrupted;
    print(rendered(invocation, submissions, settings));
    const bool conclusive =
        std::all_of(submissions.begin(), submissions.end(), [](const auto& one) { return one.conclusive(); });
    return conclusive ? exit_done : exit_code_of(workshop::Verdict::inconclusive);
}

}  // namespace

CommandSpec grade_command() {
    CommandSpec command;
    command.name = "grade";
    command.summary = "judge many learners' exercises, without anybody watching";
    command.argument = "DIR...";
    command.most_arguments = 10'000;
    command.examples = {
        {"overlap grade class/*",
         "each folder of 'class' is a learner's workshop: a table, and what is amiss"},
        {"overlap grade class --exercise three-calls,8", "all workshops in a folder, two exercises"},
        {"overlap grade class --csv > grades.csv", "for a spreadsheet"},
        {"overlap grade . --junit > grades.xml", "one learner's, for a CI system to show"},
        {"overlap grade class --json --runs 3 --seed 7",
         "with the evidence; every answer has to hold three times"},
    };
    command.options = {
        {.name = "--exercise",
         .value = "NAME",
         .meaning = "only these exercises; several with commas (default: all)",
         .kind = OptionKind::values,
         .words = embedded_exercise_names(),
         .several = true},
        {"--json", "", "scores with their evidence, for scripts", OptionKind::flag},
        {"--junit", "", "JUnit's XML, as CI systems read it", OptionKind::flag},
        {"--csv", "", "a line for each answer, for a spreadsheet", OptionKind::flag},
        {"--runs", "N",
         "run each answer so often, with another seed each time; the worst run counts (default 1)"},
        {"--jobs", "N", "so many at once (default: one per core)"},
        {"--seed", "N", "of what the server draws; the same for everybody (default 1)"},
        {"--from", "DIR", "exercises of an author's, in a folder like lessons/, instead of our own"},
        {"--width", "N",
         "columns to write in, 40 or more, 120 used at most (default: COLUMNS, the terminal's, 80)"},
    };
    command.notes =
        "Answers are compiled and run one by one in processes and folders of their own, with limits on time, "
        "memory, "
        "processes, files and output; nothing is written to the learners' folders. Exit codes: 0 everything "
        "was graded, "
        "whatever the grades; 3 some answers are inconclusive; 1 grading could not be done; 2 wrong usage; "
        "130 interrupted.";
    command.run = run_grade;
    return command;
}

}  // namespace overlap
