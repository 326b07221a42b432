// overlap classify: where a task belongs, by what is said of it, or by what it was seen to do.
#include <fmt/format.h>

#include <algorithm>
#include <iostream>

#include "cli/commands.hpp"
#include "cli/destination.hpp"
#include "cli/interrupt.hpp"
#include "cli/progress.hpp"
#include "cli/questions.hpp"
#include "cli/terminal.hpp"
#include "demos/patterns.hpp"
#include "render/classification.hpp"
#include "timeline/classify_observed.hpp"
#include "timeline/error.hpp"
#include "trace/measure.hpp"

namespace overlap {
namespace {

// Asks for what was not given.
TaskTraits traits_of(const ClassifyRequest& request) {
    TaskTraits task;
    Questions questions;
    const auto flag = [&](const std::optional<bool>& given, const char* question, const char* option) {
        if (given || request.no_input) return given.value_or(false);
        return questions.yes_or_no(question, option);
    };
    task.has_async_api = flag(
        request.async_api, "Does what it waits for have an async API, which can be awaited?", "--async-api");
    task.uses_blocking_io =
        flag(request.blocking_io, "Does it do I/O that holds its thread until it is done?", "--blocking-io");
    task.uses_sync_lib = flag(request.sync_lib, "Does it call a library that is synchronous?", "--sync-lib");
    if (request.cpu_ms || request.no_input) {
        task.cpu_cost_ms = request.cpu_ms.value_or(0);
    } else {
        task.cpu_cost_ms =
            questions.milliseconds("How many milliseconds of CPU does one task take?", "--cpu-ms");
    }
    return task;
}

// A few tasks tell as much as many: the notes' hundred calls, one after the other, would only take longer.
constexpr std::int64_t enough_tasks = 4;

// With its usual settings, sequentially and in coroutines.
RunOptions small_run(const Demo& demo) {
    RunOptions options((Settings(demo.knobs)));
    for (const Knob& knob : demo.knobs) {
        if (knob.name != "tasks") continue;
        options.settings.set(knob.name, std::clamp(enough_tasks, knob.least, knob.usual));
    }
    options.ways = {Way::sequential, Way::coroutines};
    options.program = "/proc/self/exe";
    return options;
}

Run run_of(const Demo& demo) {
    RunOptions options = small_run(demo);
    const Interrupt interrupt;
    options.stop = interrupt.token();
    ProgressLine progress(options.repeat);
    options.observer = progress.observer();
    return run_demo(demo, options);
}

std::string shown(Classification classification, const OutputOptions& output, int width) {
    classification.code = pattern_source(code_name(classification.traits));
    if (output.json) return render_json(classification);
    if (output.plain) return render_plain(classification);
    return render_ascii(classification, width);
}

int run_classify(const Invocation& invocation) {
    const ClassifyRequest& request = invocation.classify;
    const bool measure = request.measure;
    if (measure && (request.command.empty() || request.command.front().empty()))
        throw UsageError(
            "--measure needs a COMMAND behind '--', as in 'overlap classify --measure -- gzip -k file'");
    const int width = output_width(invocation.output);
    const Demo* const demo = invocation.argument.empty() ? nullptr : &demo_named(invocation.argument);
    if (demo != nullptr && demo->measure != nullptr) {
        throw UsageError(
            fmt::format("{} measures costs, it has no task to classify: expected a demo such as api, cpu or "
                        "blocking",
                        demo->name));
    }
    TaskTraits task;
    if (!measure && demo == nullptr) {
        task = traits_of(request);
    }
    // Only now, for it empties the file: an answer may have been wrong usage too.
    const Destination destination(invocation.output_file);
    const auto show = [&](Classification classification) {
        destination.write(shown(std::move(classification), invocation.output, width));
    };
    if (measure) {
        const CommandUse use = measure_command(request.command);
        const bool below =
            invocation.output_file.empty() && !invocation.output.json && !invocation.output.plain;
        if (below) destination.write("\n");  // the command's own output may end anywhere in a line
        show(classify_command(use));
        return exit_code_of(use);
    }
    if (demo != nullptr) {
        const Run run = run_of(*demo);
        if (run.interrupted) {
            std::cerr << fmt::format("overlap: interrupted before '{}' was measured\n", demo->name);
            return exit_interrupted;
        }
        show(classify_run(run, demo->sync_library));
        return exit_done;
    }
    show({.traits = task});
    return exit_done;
}

}  // namespace

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
