#include "cli/commands.hpp"

namespace overlap {

CommandSpec classify_command() {
    CommandSpec command;
    command.name = "classify";
    command.summary = "coroutine, thread or process: where a task belongs (the notes' cases A, B, C)";
    command.argument = "[DEMO]";
    command.argument_words = demo_words();
    command.takes_command = true;
    command.examples = {
        {"overlap classify", "asks four questions"},
        {"overlap classify --blocking-io --cpu-ms 20 --no-input", "asks none: what is not given is no, or 0"},
        {"overlap classify --measure -- gzip -k file", "your program, by what it did"},
        {"overlap classify api", "a demo, by what it did"},
        {"overlap classify --measure --json --output task.json -- make", "for scripts"},
    };
    command.options = {
        {"--async-api", "", "what it waits for can be awaited: its library has an async API",
         OptionKind::flag},
        {"--blocking-io", "", "it does I/O that holds its thread until it is done", OptionKind::flag},
        {"--sync-lib", "", "it calls a library that is synchronous", OptionKind::flag},
        {"--cpu-ms", "MS", "the CPU time that one task takes, in milliseconds, like 250 or 0.5"},
        {"--no-input", "", "ask nothing: take no, or 0, for what is not given", OptionKind::flag},
        {"--measure", "", "run the COMMAND behind '--', and classify it by what it did", OptionKind::flag},
        {"--output", "FILE", "where the answer goes (default: standard output)"},
        {"--json", "", "print the answer as JSON", OptionKind::flag},
        {"--plain", "", "one fact a line, fields separated by tabs", OptionKind::flag},
        {"--width", "N",
         "columns to write in, 40 or more, 120 used at most (default: COLUMNS, the terminal's, 80)"},
    };
    command.notes =
        "Questions are asked on standard error, and answers read from standard input, a line each: async "
        "API, "
        "blocking I/O, synchronous library, CPU time. Exit codes of --measure: the command's own; 128 and a "
        "signal's number when one ended it; 127 when there is no such program, 126 when it cannot be run; "
        "130 "
        "when interrupted. Otherwise 0 done, 1 the demo failed, 2 wrong usage or an answer is missing.";
    command.run = run_classify;
    return command;
}

}  // namespace overlap
