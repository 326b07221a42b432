// overlap trace -- COMMAND...: any program, and what our server saw of it.
#include <string>

#include "cli/commands.hpp"
#include "cli/destination.hpp"
#include "cli/shared_options.hpp"
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

}  // namespace

CommandSpec trace_command() {
    CommandSpec command;
    command.name = "trace";
    command.summary = "run any program against our server, draw what the server saw of it";
    command.takes_command = true;
    command.examples = {
        {"overlap trace -- curl {url}/ {url}/ {url}/", "three calls, one at a time, on one connection"},
        {"overlap trace -- curl -Z --parallel-immediate {url}/ {url}/ {url}/", "the same, overlapped"},
        {"overlap trace -- python3 client.py", "your program: it finds the address in OVERLAP_URL"},
        {"overlap trace --latency 0ms -- wrk -c 10 -d 1s {url}/json", "very many calls"},
        {"overlap trace --max-in-flight 2 --when-full queue -- python3 client.py",
         "a server that answers two at a time"},
        {"overlap trace --json --output run.json -- python3 client.py",
         "keep it, apart from what the program prints; 'overlap render run.json' draws it"},
    };
    command.options = server_options("200ms");
    add_options(command,
                {
                    {"--timeout", "TIME", "tell the command to end after this time (default: none)"},
                    {"--output", "FILE",
                     "where the picture goes (default: standard output, after the command's own)"},
                    {"--json", "", "print the whole run as JSON, for 'overlap render' and for scripts",
                     OptionKind::flag},
                });
    add_options(command, drawing_options());
    command.notes =
        "The command finds the server's address, as in http://127.0.0.1:40123, in the environment variable "
        "OVERLAP_URL; {url} in its arguments stands for it too. no_proxy is set, so that no proxy is asked. "
        "Exit codes: the command's own; 128 and a signal's number when one ended it; 124 when it outlived "
        "--timeout; 127 when there is no such program, 126 when it cannot be run; 130 when interrupted; 2 "
        "wrong "
        "usage; 1 when the server could not be started or the picture not be written.";
    command.run = run_trace;
    return command;
}

}  // namespace overlap
