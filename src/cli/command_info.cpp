// overlap list, overlap code, overlap help: what there is and how it is used.
#include <fmt/format.h>

#include "cli/commands.hpp"
#include "cli/help.hpp"
#include "cli/suggest.hpp"
#include "cli/terminal.hpp"
#include "demos/demos.hpp"
#include "timeline/error.hpp"

namespace overlap {
namespace {

int run_list(const Invocation&) {
    std::string text;
    for (const Demo* demo : all_demos()) text += fmt::format("{:<12}{}\n", demo->name, demo->summary);
    print(text);
    return exit_done;
}

int run_code(const Invocation& invocation) {
    if (invocation.argument.empty()) throw UsageError("code needs a DEMO: 'overlap list' names them");
    print(demo_named(invocation.argument).source);
    return exit_done;
}

int run_help(const Invocation& invocation) {
    const int width = output_width(invocation.output);
    if (invocation.argument.empty()) {
        print(help_text(width));
        return exit_done;
    }
    const CommandSpec* command = find_command(invocation.argument);
    if (command == nullptr) {
        std::vector<std::string> names;
        for (const CommandSpec& candidate : all_commands()) names.push_back(candidate.name);
        throw UsageError(fmt::format("there is no command '{}'{}: 'overlap --help' lists them",
                                     invocation.argument, did_you_mean(invocation.argument, names)));
    }
    print(help_text(*command, width));
    return exit_done;
}

}  // namespace

std::vector<std::string> demo_words() {
    std::vector<std::string> words;
    for (const Demo* demo : all_demos()) words.emplace_back(demo->name);
    return words;
}

const Demo& demo_named(const std::string& name) {
    std::vector<std::string> names;
    for (const Demo* demo : all_demos()) {
        if (demo->name == name) return *demo;
        names.emplace_back(demo->name);
    }
    throw UsageError(
        fmt::format("there is no demo '{}'{}: 'overlap list' names them", name, did_you_mean(name, names)));
}

CommandSpec list_command() {
    CommandSpec command;
    command.name = "list";
    command.summary = "the demos there are";
    command.examples = {{"overlap list", "each with what it shows"}};
    command.run = run_list;
    return command;
}

CommandSpec code_command() {
    CommandSpec command;
    command.name = "code";
    command.summary = "print a demo's source";
    command.argument = "DEMO";
    command.argument_words = demo_words();
    command.examples = {{"overlap code api", "the three ways, one below the other"}};
    command.run = run_code;
    return command;
}

CommandSpec help_command() {
    CommandSpec command;
    command.name = "help";
    command.summary = "how to use a command";
    command.argument = "COMMAND";
    command.examples = {{"overlap help api", "its options"}};
    command.run = run_help;
    return command;
}

}  // namespace overlap
