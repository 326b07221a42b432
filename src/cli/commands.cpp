#include "cli/commands.hpp"

#include <algorithm>

#include "demos/demos.hpp"

namespace overlap {

const std::vector<OptionSpec>& general_options() {
    static const std::vector<OptionSpec> options{
        {"--help", "", "help; after a command, that command's", OptionKind::flag},
        {"--version", "", "versions of all parts", OptionKind::flag},
    };
    return options;
}

const std::vector<VariableSpec>& environment_variables() {
    static const std::vector<VariableSpec> variables{
        {"COLUMNS", "the width to draw in, unless --width is given"},
        {"NO_COLOR", "when it is not empty, no colour, unless --color is given (https://no-color.org)"},
        {"CLICOLOR_FORCE",
         "when it is neither empty nor 0, colour also where the output is no terminal, unless --color is "
         "given or NO_COLOR is set"},
        {"TERM", "when it is dumb, neither colour nor a progress line, unless they are asked for"},
        {"XDG_STATE_HOME",
         "in its folder overlap is kept how far you are in the lessons (default ~/.local/state)"},
        {"HOME", "where ~/.local/state is"},
        {"TMPDIR",
         "where 'overlap blocking' makes its files, and exercises are compiled and run (default /tmp)"},
        {"CXX", "the compiler of exercises, if it is a good one (default: the newest good one in PATH)"},
        {"PATH",
         "where redis-server, the COMMAND of trace, classify and exercise, the python3 of claims and the "
         "compiler of exercises are looked for"},
        {"OVERLAP_URL",
         "set for the COMMAND of trace, and for an exercise: the address of the server it is to call"},
        {"OVERLAP_REDIS", "set for an exercise: the address of its Redis"},
        {"no_proxy",
         "set for the COMMAND of trace, with what it or NO_PROXY held before: the server is called without "
         "a proxy"},
        {"NO_PROXY", "as no_proxy"},
    };
    return variables;
}

const std::vector<CommandSpec>& all_commands() {
    static const std::vector<CommandSpec> commands = [] {
        std::vector<CommandSpec> all;
        for (const Demo* demo : all_demos()) all.push_back(demo_command(*demo));
        all.push_back(list_command());
        all.push_back(code_command());
        all.push_back(lesson_command());
        all.push_back(workshop_command());
        all.push_back(exercise_command());
        all.push_back(doctor_command());
        all.push_back(grade_command());
        all.push_back(render_command());
        all.push_back(trace_command());
        all.push_back(classify_command());
        all.push_back(claims_command());
        all.push_back(serve_command());
        all.push_back(proxy_command());
        all.push_back(completion_command());
        all.push_back(help_command());
        std::vector<std::string> names;
        for (const CommandSpec& command : all) names.push_back(command.name);
        all.back().argument_words = std::move(names);
        return all;
    }();
    return commands;
}

const CommandSpec* find_command(std::string_view name) {
    static const CommandSpec hidden[] = {worker_command(), judge_command(), man_command()};
    for (const CommandSpec& command : hidden) {
        if (name == command.name) return &command;
    }
    const std::vector<CommandSpec>& all = all_commands();
    const auto found = std::find_if(all.begin(), all.end(),
                                    [&](const CommandSpec& command) { return command.name == name; });
    return found == all.end() ? nullptr : &*found;
}

}  // namespace overlap
