#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <exception>
#include <iostream>
#include <string>
#include <vector>

#include "cli/commands.hpp"
#include "cli/help.hpp"
#include "cli/suggest.hpp"
#include "cli/terminal.hpp"
#include "render/json.hpp"
#include "timeline/error.hpp"
#include "trace/command.hpp"

namespace overlap {
namespace {

std::string versions() {
    const Machine machine = describe_machine();
    std::string text;
    for (const auto& [name, version] : machine.versions) text += fmt::format("{} {}\n", name, version);
    text += fmt::format("CLI11 {}\nnlohmann-json {}\n", cli11_version(), json_version());
    return text + fmt::format("built with {}, {}\n", machine.compiler, machine.build);
}

const CommandSpec& command_named(const std::string& name) {
    if (const CommandSpec* command = find_command(name)) return *command;
    if (name.starts_with('-')) {
        throw UsageError(fmt::format(
            "unknown option '{}': options come after a command, as in 'overlap api {}'", name, name));
    }
    std::vector<std::string> names;
    for (const CommandSpec& command : all_commands()) names.push_back(command.name);

    throw UsageError(
        fmt::format("unknown command '{}'{}: 'overlap --help' lists them", name, did_you_mean(name, names)));
}

int run(std::vector<std::string> arguments) {
    if (arguments.empty()) {
        print(greeting());
        return exit_done;
    }
    const std::string first = arguments.front();
    arguments.erase(arguments.begin());
    const auto expect_no_more = [&] {
        if (arguments.empty()) return;
        throw UsageError(fmt::format("unexpected argument '{}' after {}", arguments.front(), first));
    };
    if (first == "--version") {
        expect_no_more();
        print(versions());
        return exit_done;
    }
    const auto wants_help = [](const std::string& word) { return word == "--help" || word == "-h"; };
    if (wants_help(first)) {
        expect_no_more();
        print(help_text(output_width({})));
        return exit_done;
    }
    const CommandSpec& command = command_named(first);
    // What follows "--" is not ours: it may be another program's --help.
    const auto ours = std::find(arguments.begin(), arguments.end(), "--");
    if (std::any_of(arguments.begin(), ours, wants_help)) {
        print(help_text(command, output_width({})));
        return exit_done;
    }
    return command.run(parse_arguments(command, arguments));
}

// One line on standard error, whatever bytes the message quotes.
int complain(const std::exception& error, int code) {
    std::string line = error.what();
    std::replace_if(line.begin(), line.end(), [](unsigned char c) { return c < ' ' || c == 0x7f; }, '?');
    std::cerr << "overlap: " + line + "\n";
    return code;
}

}  // namespace
}  // namespace overlap

int main(int argc, char** argv) {
    std::signal(SIGPIPE, SIG_DFL);  // a closed pipe ends us quietly, whatever our parent made of the signal
    try {
        return overlap::run({argv + 1, argv + argc});
    } catch (const overlap::UsageError& error) {
        return overlap::complain(error, overlap::exit_usage);
    } catch (const overlap::CannotStart& error) {
        return overlap::complain(error, error.code);
    } catch (const overlap::Interrupted&) {
        return overlap::exit_interrupted;
    } catch (const std::exception& error) {
        return overlap::complain(error, overlap::exit_failed);
    }
}
