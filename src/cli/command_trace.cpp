// overlap trace -- COMMAND...: any program, and what our server saw of it.
#include <string>

#include "cli/commands.hpp"
#include "cli/destination.hpp"
#include "cli/terminal.hpp"
#include "render/ascii.hpp"
#include "render/json.hpp"
#include "render/plain.hpp"
#include "timeline/error.hpp"
#include "trace/trace.hpp"

namespace overlap {
namespace {

std::string shown(const Run& run, const OutputOptions& output, const AsciiOptions& ascii, bool below) {
    if (output.json) return render_json(run);
    if (output.plain) return render_plain(run);
    // The command's own output may end anywhere in a line.
    return (below ? "\n" : "") + render_ascii(run, ascii);
}

}  // namespace

int run_trace(const Invocation& invocation) {
    const std::vector<std::string>& command = invocation.trace.command;
    if (command.empty() || command.front().empty())
        throw UsageError("trace needs a COMMAND behind '--', as in 'overlap trace -- curl {url}/'");
    const AsciiOptions ascii = ascii_options(invocation.output);
    const Destination destination(invocation.output_file);
    const Run run = trace(invocation.trace);
    destination.write(shown(run, invocation.output, ascii, invocation.output_file.empty()));
    return exit_code_of(*run.traced, run.interrupted);
}

}  // namespace overlap
