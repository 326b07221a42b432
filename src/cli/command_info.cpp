// overlap list, overlap code, overlap help: what there is and how it is used.
#include <fmt/format.h>

#include "cli/commands.hpp"
#include "cli/help.hpp"
#include "cli/suggest.hpp"
#include "cli/terminal.hpp"
#include "demos/demos.hpp"
#include "timeline/error.hpp"

namespace overlap {

int run_list(const Invocation&) {
    std::string text;
    for (const Demo* demo : all_demos()) text += fmt::format("{:<12}{}\n", demo->name, demo->summary);
    print(text);
    return exit_done;
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

}  // namespace overlap
