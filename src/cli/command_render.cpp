// overlap render FILE: a kept run, drawn again.
#include <cerrno>
#include <fstream>
#include <ios>
#include <iostream>
#include <iterator>
#include <string>
#include <system_error>

#include "cli/commands.hpp"
#include "cli/shared_options.hpp"
#include "cli/terminal.hpp"
#include "render/costs.hpp"
#include "render/json.hpp"
#include "render/plain.hpp"
#include "render/sweep.hpp"
#include "timeline/error.hpp"

namespace overlap {
namespace {

std::string read_file(const std::string& name) {
    const bool standard_input = name == "-";
    std::ifstream file;
    if (!standard_input) file.open(name, std::ios::binary);
    try {
        if (!standard_input && !file) throw std::system_error(errno, std::generic_category());
        std::istream& input = standard_input ? std::cin : file;
        return {std::istreambuf_iterator<char>(input), std::istreambuf_iterator<char>()};
    } catch (
        const std::system_error& error) {  // std::ios_base::failure is one too: a directory, a broken disk
        throw Error("cannot read '" + name + "': " + error.code().message());
    }
}

template <typename Data>
std::string shown(const Data& data, const OutputOptions& output, const AsciiOptions& ascii) {
    return output.plain ? render_plain(data) : render_ascii(data, ascii);
}

int run_render(const Invocation& invocation) {
    if (invocation.argument.empty()) throw UsageError("render needs a FILE, or - for standard input");
    const AsciiOptions ascii = ascii_options(invocation.output);
    const std::string name = invocation.argument == "-" ? "standard input" : "'" + invocation.argument + "'";
    const std::string text = read_file(invocation.argument);
    try {
        if (const std::optional<Sweep> sweep = parse_sweep(text)) {
            print(shown(*sweep, invocation.output, ascii));
        } else if (const std::optional<Costs> costs = parse_costs(text)) {
            print(shown(*costs, invocation.output, ascii));
        } else {
            print(shown(parse_run(text), invocation.output, ascii));
        }
    } catch (const RunFormatError& error) {
        throw Error("cannot draw " + name + ": " + error.what() +
                    "; expected what 'overlap api --json' prints");
    }
    return exit_done;
}

}  // namespace

CommandSpec render_command() {
    CommandSpec command;
    command.name = "render";
    command.summary = "draw a run that was kept with --json";
    command.argument = "FILE";
    command.examples = {
        {"overlap render run.json", "the picture that the run showed"},
        {"overlap api --json | overlap render - --width 120", "- is standard input"},
    };
    command.options = drawing_options();
    command.run = run_render;
    return command;
}

}  // namespace overlap
