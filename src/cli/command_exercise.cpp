// overlap exercise: the exercises of the workshop, from the learner's side and the author's.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "cli/commands.hpp"
#include "cli/exercise_check.hpp"
#include "cli/interrupt.hpp"
#include "cli/suggest.hpp"
#include "cli/terminal.hpp"
#include "cli/values.hpp"
#include "render/text.hpp"
#include "timeline/error.hpp"
#include "timeline/words.hpp"
#include "workshop/check.hpp"
#include "workshop/render_check.hpp"
#include "workshop/verify.hpp"

namespace overlap {
namespace {

using namespace workshop;

constexpr const char* actions[] = {"list",  "start",    "check", "watch", "hint",
                                   "reset", "solution", "next",  "verify"};

std::vector<std::string> action_words() { return {std::begin(actions), std::end(actions)}; }

std::string state_words(const ExerciseState& state) {
    if (state.passed) return state.gave_up ? "passed, the solution was seen before" : "passed";
    if (state.gave_up) return "solution seen";
    if (state.checks == 0) return "";
    return fmt::format("{} of {} points", state.points, state.of);
}

const Exercise* next_exercise(const std::vector<Exercise>& exercises, const FolderState& state) {
    const auto found = std::find_if(exercises.begin(), exercises.end(), [&](const Exercise& one) {
        const auto entry = state.exercises.find(one.name);
        return entry == state.exercises.end() || !(entry->second.passed || entry->second.gave_up);
    });
    return found == exercises.end() ? nullptr : &*found;
}

int list_all(const Invocation& invocation) {
    const std::vector<Exercise> exercises = exercises_of(invocation.workshop);
    const int width = output_width(invocation.output);
    std::optional<Folder> folder;
    try {
        folder = folder_of(invocation.workshop);
    } catch (const UsageError&) {
        if (!invocation.workshop.folder.empty()) throw;
    }
    const FolderState state = folder ? folder->state() : FolderState{};
    std::size_t longest = 0;
    for (const Exercise& one : exercises) longest = std::max(longest, one.name.size());
    std::string text;
    std::size_t passed = 0;
    for (const Exercise& one : exercises) {
        const auto entry = state.exercises.find(one.name);
        const std::string how_far = entry == state.exercises.end() ? "" : state_words(entry->second);
        passed += entry != state.exercises.end() && entry->second.passed ? 1 : 0;
        const std::string left =
            fmt::format("{:>3}  {}  ", short_id(one.id), pad_right(one.name, static_cast<int>(longest)));
        text += beside(left, static_cast<int>(left.size()),
                       one.title + (how_far.empty() ? "" : " (" + how_far + ")"), width);
    }
    text += '\n';
    if (!folder) {
        print(text + "Begin: overlap workshop init DIR, then go to that folder.\n");
        return exit_done;
    }
    text += fmt::format("{} of {} passed, in {}\n", passed, exercises.size(), folder->path().string());
    if (const Exercise* next = next_exercise(exercises, state))
        text += fmt::format("Next: {}\n", command_for("start", *next));
    print(text);
    return exit_done;
}

// The task, and where to work on it.
int start(const Invocation& invocation, const Exercise& exercise) {
    const Folder folder = folder_of(invocation.workshop);
    FolderState state = folder.state();
    state.current = exercise.name;
    folder.keep(state);
    const int width = output_width(invocation.output);
    std::string text = fmt::format("Exercise {}: {}\n\n", short_id(exercise.id), exercise.title);
    const auto paragraph = [&](const std::string& words, int indent) {
        for (const std::string& line : wrap(words, width, indent)) text += line + '\n';
    };
    std::string task = exercise.task;
    std::replace(task.begin(), task.end(), '\n', ' ');
    paragraph(task, 0);
    text += "\nIt passes when:\n";
    for (const Requirement& requirement : exercise.requirements) paragraph("- " + requirement.text, 2);
    paragraph("- The program comes to its end by itself, with exit code 0.", 2);
    text += '\n';
    // Not broken: it is to be copied.
    const std::filesystem::path file = folder.file_of(exercise);
    const std::string near = std::filesystem::proximate(file).string();
    text += "Edit: " + (invocation.workshop.folder.empty() ? near : file.string()) + '\n';
    paragraph(fmt::format("Next: {} | {}", command_for("check", exercise), command_for("watch", exercise)),
              6);
    print(text);
    return exit_done;
}

int start_next(const Invocation& invocation, const std::vector<Exercise>& exercises) {
    const Folder folder = folder_of(invocation.workshop);
    if (const Exercise* next = next_exercise(exercises, folder.state())) return start(invocation, *next);
    print("No exercise is left: each is passed, or given up.\n");
    return exit_done;
}

int hint(const Invocation& invocation, const Exercise& exercise) {
    const Folder folder = folder_of(invocation.workshop);
    FolderState state = folder.state();
    ExerciseState& one = state.exercises[exercise.name];
    const int width = output_width(invocation.output);
    if (one.missed.empty()) {
        std::string words = "Hints are about what a check missed: " + command_for("check", exercise) + '\n';
        if (one.checks > 0)
            words = "What the last check showed is no requirement's: it says itself what to mend.\n";
        if (one.passed) words = "It has passed: there is nothing to hint at.\nNext: overlap exercise next\n";
        print(words);
        return exit_done;
    }
    const auto requirement = std::find_if(exercise.requirements.begin(), exercise.requirements.end(),
                                          [&](const Requirement& which) { return which.name == one.missed; });
    if (requirement == exercise.requirements.end())
        throw Error("the last check missed '" + one.missed +
                    "', which is not in this exercise any more: check it again");
    const int most = static_cast<int>(requirement->hints.size());
    const int level =
        invocation.workshop.level > 0 ? invocation.workshop.level : std::min(one.hints + 1, most);
    one.hints = std::max(one.hints, level);
    folder.keep(state);
    std::string text;
    for (const std::string& line : wrap("On: " + requirement->text, width, 4)) text += line + '\n';
    for (const std::string& line : wrap(fmt::format("Hint {} of {}: {}", level, most,
                                                    requirement->hints[static_cast<std::size_t>(level - 1)]),
                                        width, 2))
        text += line + '\n';
    if (level < most) text += fmt::format("A plainer one: {}\n", command_for("hint", exercise));
    print(text);
    return exit_done;
}

int reset(const Invocation& invocation, const Exercise& exercise) {
    const Folder folder = folder_of(invocation.workshop);
    const std::string backup = folder.reset(exercise);
    print(backup.empty() ? folder.file_of(exercise).string() + " is as it was handed out\n"
                         : fmt::format("{} is as it was handed out; yours is kept as {}\n",
                                       folder.file_of(exercise).string(), backup));
    return exit_done;
}

int solution(const Invocation& invocation, const Exercise& exercise) {
    const Folder folder = folder_of(invocation.workshop);
    FolderState state = folder.state();
    ExerciseState& one = state.exercises[exercise.name];
    if (!one.passed && !invocation.workshop.give_up)
        throw Error(fmt::format(
            "exercise {} has not passed yet: '{}' helps on, --give-up shows the solution all the same",
            short_id(exercise.id), command_for("hint", exercise)));
    if (!one.passed) {
        one.gave_up = true;
        folder.keep(state);
    }
    print(exercise.solution);
    const Interrupt interrupt;
    const Workbench bench = workbench_of(folder, interrupt.token());
    const ScratchFolder scratch;
    write_whole(scratch.path() / "solution.cpp", exercise.solution);
    const Checked checked =
        check_source(exercise, bench, scratch.path() / "solution.cpp",
                     {.seed = invocation.workshop.seed.value_or(any_seed()), .stop = interrupt.token()});
    if (interrupt.token().stop_requested()) return exit_interrupted;
    print("\n" + render_lanes({}, checked.report.seen, ascii_options(invocation.output)) +
          "Next: overlap exercise next\n");
    return exit_done;
}

std::vector<Exercise> chosen_for_verify(const Invocation& invocation) {
    std::vector<Exercise> exercises = exercises_of(invocation.workshop);
    if (invocation.arguments.size() < 2) return exercises;
    std::vector<Exercise> chosen;
    for (std::size_t i = 1; i < invocation.arguments.size(); ++i)
        chosen.push_back(exercise_named(exercises, invocation.arguments[i]));
    return chosen;
}

int verify_all(const Invocation& invocation) {
    const WorkshopRequest& request = invocation.workshop;
    const std::vector<Exercise> exercises = chosen_for_verify(invocation);
    if (exercises.empty()) throw Error("there is no exercise there");
    const Interrupt interrupt;
    const ScratchFolder scratch;
    const Workbench bench = open_workbench(scratch.path() / "kit", {}, interrupt.token());
    VerifyOptions options{
        .runs = request.runs, .seed = request.seed.value_or(1), .done = {}, .stop = interrupt.token()};
    if (request.jobs > 0) options.jobs = request.jobs;
    options.done = [](const Verified& one) {
        if (one.as_expected) return;
        print(fmt::format("{} {}: expected {}, {}\n    {}\n", one.exercise, one.file, one.expected,
                          one.inconclusive ? "inconclusive" : "seen " + one.seen, one.evidence));
    };
    const std::vector<Verified> all = verify(exercises, bench, options);
    std::size_t right = 0;
    std::size_t open = 0;
    std::size_t false_pass = 0;
    std::size_t false_fail = 0;
    for (const Verified& one : all) {
        right += one.as_expected ? 1 : 0;
        open += !one.as_expected && one.inconclusive ? 1 : 0;
        false_pass += one.seen == "pass" && one.expected != "pass" ? 1 : 0;
        false_fail += one.expected == "pass" && one.seen != "pass" && !one.inconclusive ? 1 : 0;
    }
    const std::size_t wrong = all.size() - right - open;
    print(
        fmt::format("{}, {}: {} as they should be, {} not ({} false passes, {} false fails), {} "
                    "inconclusive\n",
                    plural(exercises.size(), "exercise"), plural(all.size(), "run"), right, wrong, false_pass,
                    false_fail, open));
    if (interrupt.token().stop_requested()) return exit_interrupted;
    return wrong == 0 ? exit_done : exit_failed;
}

// The exercise that was named, or else the one that was started last.
const Exercise& chosen(const Invocation& invocation, const std::vector<Exercise>& exercises) {
    if (invocation.arguments.size() > 2)
        throw UsageError(fmt::format("unexpected argument '{}': '{}' takes one EXERCISE",
                                     invocation.arguments[2], invocation.argument));
    if (invocation.arguments.size() == 2) return exercise_named(exercises, invocation.arguments[1]);
    if (invocation.workshop.command.empty()) {
        const Folder folder = folder_of(invocation.workshop);
        // Where one stands comes before what one did last.
        const std::string here =
            std::filesystem::current_path().lexically_relative(folder.path()).string() + "/";
        const Exercise* found = nullptr;
        for (const Exercise& one : exercises) {
            const bool inside = here.starts_with(one.folder + "/");
            if (inside && (found == nullptr || one.folder.size() > found->folder.size())) found = &one;
        }
        if (found == nullptr) found = find_exercise(exercises, folder.state().current);
        if (found != nullptr) return *found;
    }
    throw UsageError(
        fmt::format("{} needs an EXERCISE, as in 'overlap exercise {} 2': 'overlap exercise' lists them",
                    invocation.argument, invocation.argument));
}

// An option that the action has no use for is told, not passed over.
void check_options(const std::string& action, const std::vector<std::string>& given) {
    constexpr std::pair<const char*, const char*> uses[] = {{"--give-up", "solution"},
                                                            {"--level", "hint"},
                                                            {"--json", "check"},
                                                            {"--runs", "verify"},
                                                            {"--jobs", "verify"}};
    for (const auto& [option, of] : uses) {
        if (action == of || std::find(given.begin(), given.end(), option) == given.end()) continue;
        throw UsageError(
            fmt::format("{} is for 'overlap exercise {}': '{}' has no use for it", option, of, action));
    }
}

int run_exercise(const Invocation& invocation) {
    const std::string& action = invocation.argument;
    const bool is_known = std::find(std::begin(actions), std::end(actions), action) != std::end(actions);
    if (action.empty() || is_known)
        check_options(action.empty() ? "list" : action, invocation.workshop.options);
    if (!invocation.workshop.command.empty() && action != "check")
        throw UsageError("a COMMAND behind '--' is to be checked: 'overlap exercise check 2 -- COMMAND'");
    const bool takes_none = action == "list" || action == "next";
    if (takes_none && invocation.arguments.size() > 1)
        throw UsageError(
            fmt::format("unexpected argument '{}': '{}' takes no EXERCISE", invocation.arguments[1], action));
    if (action.empty() || action == "list") return list_all(invocation);
    if (action == "verify") return verify_all(invocation);
    const std::vector<Exercise> exercises = exercises_of(invocation.workshop);
    if (action == "next") return start_next(invocation, exercises);
    if (action == "start") return start(invocation, chosen(invocation, exercises));
    if (action == "check") return check_once(invocation, chosen(invocation, exercises));
    if (action == "watch") return watch_file(invocation, chosen(invocation, exercises));
    if (action == "hint") return hint(invocation, chosen(invocation, exercises));
    if (action == "reset") return reset(invocation, chosen(invocation, exercises));
    if (action == "solution") return solution(invocation, chosen(invocation, exercises));
    if (const Exercise* meant = find_exercise(exercises, action))
        throw UsageError(
            fmt::format("there is no action '{}': did you mean '{}'?", action, command_for("start", *meant)));
    throw UsageError(fmt::format("there is no action '{}'{}: expected one of {}", action,
                                 did_you_mean(action, action_words()), fmt::join(actions, ", ")));
}

}  // namespace

CommandSpec exercise_command() {
    CommandSpec command;
    command.name = "exercise";
    command.summary = "the workshop's exercises: your program, compiled, run and judged by what it did";
    command.argument = "[ACTION [EXERCISE]]";
    command.most_arguments = 64;
    command.argument_words = action_words();
    command.more_words = embedded_exercise_names();
    command.takes_command = true;
    command.examples = {
        {"overlap exercise", "which there are, and how far you are"},
        {"overlap exercise start 2", "what to do, and in which file"},
        {"overlap exercise check 2", "compile it, run it against the judge's server, say what was seen"},
        {"overlap exercise watch three-calls", "the same whenever you save"},
        {"overlap exercise hint 2", "on what the last check missed; again for a plainer one"},
        {"overlap exercise reset 2", "as it was handed out; your file is kept as a backup"},
        {"overlap exercise solution 2", "once it passed, or with --give-up"},
        {"overlap exercise next", "the first that you have neither passed nor given up"},
        {"overlap exercise check 2 -- python3 mine.py", "a program in any language, judged likewise"},
        {"overlap exercise verify --runs 3", "for authors: every wrong answer fails as it should"},
    };
    command.options = {
        {"--dir", "DIR", "your workshop (default: the folder you are in, or one above it)"},
        {"--seed", "N",
         "of what the server draws: counts, keys, orders (default: another each time; verify: 1)"},
        {"--give-up", "", "solution: show it although the exercise has not passed", OptionKind::flag},
        {"--level", "N", "hint: 1 to 3 (default: the next one)"},
        {"--json", "", "check: what was seen, requirement by requirement, for scripts", OptionKind::flag},
        {"--from", "DIR", "exercises of an author's, in a folder like lessons/, instead of our own"},
        {"--runs", "N", "verify: judge every file so often, with another seed each time (default 1)"},
        {"--jobs", "N", "verify: so many at once (default 2)"},
        {"--width", "N",
         "columns to draw in, 40 or more, 120 used at most (default: COLUMNS, the terminal's, 80)"},
        {.name = "--color",
         .value = "WHEN",
         .meaning = "auto, always or never (default auto: on a terminal, unless NO_COLOR is set)",
         .words = color_words()},
        {"--unicode", "", "draw with box characters instead of ASCII", OptionKind::flag},
    };
    command.notes =
        "An EXERCISE is given by its number, which is its lesson's (8b is the second of lesson 8), or by its "
        "name. "
        "Exit codes of check: 0 it passed, 1 it did not, 3 inconclusive (the machine or the judge was in "
        "trouble), 2 wrong "
        "usage, 130 interrupted; of verify: 0 when everything was as the exercises say, or inconclusive.";
    command.run = run_exercise;
    return command;
}

}  // namespace overlap
