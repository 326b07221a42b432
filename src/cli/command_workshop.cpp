// overlap workshop and overlap doctor: a folder to work in, and whether this machine has what it takes.
#include <fmt/format.h>

#include <chrono>

#include "cli/commands.hpp"
#include "cli/exercise_check.hpp"
#include "cli/interrupt.hpp"
#include "cli/terminal.hpp"
#include "render/text.hpp"
#include "timeline/error.hpp"
#include "timeline/words.hpp"
#include "trace/command.hpp"
#include "workshop/doctor.hpp"

namespace overlap {

using namespace workshop;

namespace {

int run_workshop(const Invocation& invocation) {
    const std::vector<Exercise> exercises = exercises_of(invocation.workshop);
    if (!invocation.argument.empty() && invocation.argument != "init")
        throw UsageError(
            fmt::format("unexpected argument '{}': workshop is used as in 'overlap workshop init DIR'",
                        invocation.argument));
    if (invocation.arguments.size() != 2)
        throw UsageError(
            "workshop is used as in 'overlap workshop init DIR', which makes a folder for the exercises");
    const std::optional<Compiler> compiler = find_compiler();
    if (!compiler) throw Error(compiler_advice());
    const std::string& path = invocation.arguments[1];
    const std::string& given = invocation.workshop.from;
    const std::string from =
        given.empty() ? "" : std::filesystem::absolute(given).lexically_normal().string();
    const Folder::Made made = Folder::init(path, exercises, *compiler, from);
    const Interrupt interrupt;
    const Folder folder = Folder::find(path);
    workbench_of(folder, interrupt.token());
    for (const std::string& name : made.kept) print(fmt::format("kept as it is: {}\n", name));
    const bool is_here = std::filesystem::equivalent(folder.path(), std::filesystem::current_path());
    print(fmt::format("{} in {}\nNext: {}overlap exercise next\n", plural(exercises.size(), "exercise"),
                      folder.path().string(), is_here ? "" : "cd " + command_line({path}) + " && "));
    return exit_done;
}

int run_doctor(const Invocation& invocation) {
    const Interrupt interrupt;
    const int width = output_width(invocation.output);
    const bool healthy = examine(interrupt.token(), [width](const Finding& one) {
        const std::string mark = one.good ? "ok" : one.needed ? "MISSING" : "without";
        print(beside(mark, 9, printable(one.what + ": " + one.words), width));
    });
    if (interrupt.token().stop_requested()) return exit_interrupted;
    print(healthy ? "All that is needed is there.\n" : "Something is missing that the exercises need.\n");
    return healthy ? exit_done : exit_failed;
}

}  // namespace

CommandSpec workshop_command() {
    CommandSpec command;
    command.name = "workshop";
    command.summary = "a folder to do the exercises in";
    command.argument = "init DIR";
    command.most_arguments = 2;
    command.argument_words = {"init"};
    command.examples = {
        {"overlap workshop init workshop", "the exercises, in a new folder 'workshop'; then: cd workshop"},
        {"overlap doctor", "whether this machine has what they need"},
        {"overlap exercise", "which exercises there are"},
    };
    command.options = {
        {"--from", "DIR", "exercises of an author's, in a folder like lessons/, instead of our own"},
    };
    command.notes =
        "Writes each exercise's file, a README, a compile_commands.json for editors, and in .overlap the "
        "header "
        "and the library that exercises are compiled with. Run again in the same folder, it adds what is "
        "missing and leaves your files as they are.";
    command.run = run_workshop;
    return command;
}

CommandSpec doctor_command() {
    CommandSpec command;
    command.name = "doctor";
    command.summary = "whether this machine has what the exercises need";
    command.examples = {
        {"overlap doctor", "everything is tried; what is missing is named, with how to get it"}};
    command.notes = "Exit codes: 0 all that is needed is there, 1 something is missing.";
    command.run = run_doctor;
    return command;
}

}  // namespace overlap
