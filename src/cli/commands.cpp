#include "cli/commands.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "claims/claim_test.hpp"
#include "cli/values.hpp"
#include "demos/demos.hpp"

namespace overlap {
namespace {

std::vector<OptionSpec> drawing_options() {
    return {
        {"--width", "N",
         "columns to draw in, 40 or more, 120 used at most (default: COLUMNS, the terminal's, 80)"},
        {.name = "--color",
         .value = "WHEN",
         .meaning = "auto, always or never (default auto: on a terminal, unless NO_COLOR is set)",
         .words = color_words()},
        {"--unicode", "", "draw with box characters instead of ASCII", OptionKind::flag},
        {"--plain", "", "no picture: one fact a line, fields separated by tabs", OptionKind::flag},
    };
}

OptionSpec json_option() {
    return {"--json", "", "print the whole run as JSON, for 'overlap render' and for scripts",
            OptionKind::flag};
}

std::string knob_meaning(const Knob& knob) {
    if (knob.unit == Unit::flag) return std::string(knob.meaning);
    const std::string range =
        knob.unit == Unit::choice
            ? ": " + words_of(knob)
            : fmt::format(", {} to {}", format_value(knob, knob.least), format_value(knob, knob.most));
    std::string text = fmt::format("{}{} (default {}", knob.meaning, range, format_value(knob, knob.usual));
    if (knob.as_in_notes) text += fmt::format(", in the notes {}", format_value(knob, *knob.as_in_notes));
    return text + ")";
}

std::string value_of(Unit unit) {
    switch (unit) {
        case Unit::count:
            return "N";
        case Unit::duration:
            return "TIME";
        case Unit::share:
            return "SHARE";
        case Unit::choice:
            return "WORD";
        case Unit::flag:
            break;
    }
    return "";
}

std::string workers_meaning(const Demo& demo) {
    if (demo.usual_workers == Demo::one_per_core) return "workers in the pool (default: one per core)";
    if (demo.usual_workers == 0) return "workers in the pool (default: one per task, 32 at most)";
    return fmt::format("threads, or connections, in the pool (default {})", demo.usual_workers);
}

std::string usual_pool(const Demo& demo) {
    if (!demo.no_processes.empty()) return " (here: threads only)";
    const bool both = std::any_of(demo.variants.begin(), demo.variants.end(), [](const Variant& variant) {
        return variant.pool == PoolKind::processes && variant.usual;
    });
    return both ? " (default: both)" : " (default: threads)";
}

CommandSpec demo_command(const Demo& demo) {
    CommandSpec command;
    command.name = demo.name;
    command.summary = demo.summary;
    command.examples.assign(demo.examples.begin(), demo.examples.end());
    command.run = run_demo_command;
    command.demo = &demo;
    for (const Knob& knob : demo.knobs) {
        command.options.push_back({.name = "--" + std::string(knob.name),
                                   .value = value_of(knob.unit),
                                   .meaning = knob_meaning(knob),
                                   .kind = knob.unit == Unit::flag ? OptionKind::flag : OptionKind::value,
                                   .words = {knob.words.begin(), knob.words.end()}});
    }
    if (demo.measure != nullptr) {
        command.run = run_costs_command;
        command.options.push_back(json_option());
        const std::vector<OptionSpec> drawing = drawing_options();
        command.options.insert(command.options.end(), drawing.begin(), drawing.end());
        command.options.push_back({"--part", "PART", "", OptionKind::value, true});
        command.options.push_back({"--control", "FD", "", OptionKind::value, true});
        return command;
    }
    if (const std::vector<std::string> variants = variant_words(demo); !variants.empty()) {
        command.options.push_back(
            {.name = "--variant",
             .value = "NAME",
             .meaning = fmt::format("only these of {}; several with commas (default: all)",
                                    fmt::join(variants, ", ")),
             .kind = OptionKind::values,
             .words = variants,
             .several = true});
    }
    if (!demo.sweeps.empty()) {
        command.options.push_back(
            {"--sweep", "N,N,...",
             fmt::format(
                 "run the coroutines with each of these as --{}, 1 to 2000, and show throughput and p99",
                 demo.sweeps),
             OptionKind::values});
    }
    if (demo.takes_redis) {
        command.options.push_back(
            {"--redis", "HOST:PORT", "use this Redis instead of one of our own; it is left as it was"});
    }
    if (demo.takes_urls) {
        command.options.push_back({"--url", "URL",
                                   "call this http server instead of our own; can be given more than once",
                                   OptionKind::values});
    }
    const std::vector<OptionSpec> common{
        {"--workers", "N", workers_meaning(demo)},
        {.name = "--pool",
         .value = "KIND",
         .meaning =
             "what the pool's workers are: threads, processes or both, with a comma" + usual_pool(demo),
         .kind = OptionKind::values,
         .words = pool_words(demo),
         .several = true},
        {.name = "--way",
         .value = "WAY",
         .meaning = "sequential, coroutines or pool, or several with commas (default: all three)",
         .words = way_words(),
         .several = true},
        {"--seed", "N", "of everything random (default 0)"},
        {"--repeat", "N", "run all ways N times in turns, show the median and the spread (default 1)"},
        {"--as-in-notes", "", "the numbers of the notes that this demo comes from", OptionKind::flag},
        json_option(),
    };
    command.options.insert(command.options.end(), common.begin(), common.end());
    const std::vector<OptionSpec> drawing = drawing_options();
    command.options.insert(command.options.end(), drawing.begin(), drawing.end());
    return command;
}

// How our server behaves, for every command that starts one on its own.
std::vector<OptionSpec> server_options(const std::string& usual_latency) {
    return {
        {"--latency", "TIME", fmt::format("hold every answer back this long (default {})", usual_latency)},
        {"--jitter", "TIME", "and up to this much longer, at random (default 0ms)"},
        {"--fail-rate", "SHARE", "answer this share of the requests with 503, 0 to 1 (default 0)"},
        {"--max-in-flight", "N", "answer at most N requests at once (default: no limit)"},
        {.name = "--when-full",
         .value = "WHAT",
         .meaning = "refuse (429) or queue what comes above --max-in-flight (default refuse)",
         .words = when_full_words()},
        {"--seed", "N", "of jitter, failures and /bytes (default 0)"},
    };
}

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
    const std::vector<OptionSpec> own{
        {"--timeout", "TIME", "tell the command to end after this time (default: none)"},
        {"--output", "FILE", "where the picture goes (default: standard output, after the command's own)"},
        {"--json", "", "print the whole run as JSON, for 'overlap render' and for scripts", OptionKind::flag},
    };
    command.options.insert(command.options.end(), own.begin(), own.end());
    const std::vector<OptionSpec> drawing = drawing_options();
    command.options.insert(command.options.end(), drawing.begin(), drawing.end());
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

CommandSpec serve_command() {
    CommandSpec command;
    command.name = "serve";
    command.summary = "run the demos' HTTP server alone, until Ctrl-C";
    command.examples = {
        {"overlap serve", "on a free port of this machine; the url is printed"},
        {"overlap serve --port 8080 --latency 200ms --log",
         "every answer takes 200ms, each request is logged"},
        {"overlap serve --max-in-flight 10", "more than 10 at once are refused with 429"},
        {"curl http://127.0.0.1:8080/", "the paths it answers"},
    };
    command.options = {
        {"--port", "N", "to listen on (default 0: any free one)"},
        {"--host", "ADDRESS", "to listen on (default 127.0.0.1: this machine only)"},
        {"--log", "", "a line on standard error for each request", OptionKind::flag},
        {"--redis", "", "", OptionKind::flag, true},  // the stand-in for Redis, for ourselves
        {"--control", "FD", "", OptionKind::value, true},
    };
    const std::vector<OptionSpec> behaviour = server_options("0ms");
    command.options.insert(command.options.begin() + 2, behaviour.begin(), behaviour.end());
    command.run = run_serve;
    return command;
}

CommandSpec proxy_command() {
    CommandSpec command;
    command.name = "proxy";
    command.summary = "put a server at a distance, until Ctrl-C";
    command.examples = {
        {"overlap proxy --to 127.0.0.1:6379 --rtt 10ms",
         "a Redis of this machine, as if it were 10ms away; the address to use is printed"},
        {"overlap proxy --to 127.0.0.1:8080 --rtt 20ms --port 8081",
         "'curl http://127.0.0.1:8081/' takes 40ms longer: one round trip connects, one asks"},
        {"overlap proxy --to 127.0.0.1:8080 --rtt 20ms --tunnel",
         "a forward proxy: 'curl -p -x ADDRESS http://127.0.0.1:8080/'"},
    };
    command.options = {
        {"--to", "HOST:PORT", "the server that all connections lead to (needed)"},
        {"--rtt", "TIME", "the round trip to add, half of it in each direction (default 10ms)"},
        {"--port", "N", "to listen on (default 0: any free one)"},
        {"--host", "ADDRESS", "to listen on (default 127.0.0.1: this machine only)"},
        {"--tunnel", "", "be a forward proxy: clients ask for the server with CONNECT, no other is to be had",
         OptionKind::flag},
        {"--control", "FD", "", OptionKind::value, true},
    };
    command.run = run_proxy;
    return command;
}

// For ourselves, so they are in no list.
CommandSpec worker_command() {
    CommandSpec command;
    command.name = "worker";
    command.summary = "do the jobs of a process pool, which starts it";
    command.options = {{"--control", "FD", "", OptionKind::value, true}};
    command.run = run_worker_command;
    return command;
}

CommandSpec judge_command() {
    CommandSpec command;
    command.name = "judge";
    command.summary = "judge a program, for 'overlap exercise'";
    command.options = {{"--control", "FD", "", OptionKind::value, true}};
    command.run = run_judge_command;
    return command;
}

CommandSpec man_command() {
    CommandSpec command;
    command.name = "man";
    command.summary = "print the man page, for 'cmake --install'";
    command.examples = {{"overlap man | man -l -", "read it before it is installed"}};
    command.run = run_man;
    return command;
}

CommandSpec completion_command() {
    CommandSpec command;
    command.name = "completion";
    command.summary = "print what makes Tab complete overlap's commands and options";
    command.argument = "SHELL";
    command.argument_words = shell_words();
    command.examples = {
        {"source <(overlap completion bash)", "for this shell; for all, in ~/.bashrc"},
        {"overlap completion bash > ~/.local/share/bash-completion/completions/overlap",
         "for every bash, where the package bash-completion is installed"},
        {"source <(overlap completion zsh)", "in ~/.zshrc, below compinit"},
        {"overlap completion fish > ~/.config/fish/completions/overlap.fish", "for every fish"},
    };
    command.notes =
        "SHELL is bash, zsh or fish. 'cmake --install' puts the three scripts where these shells look for "
        "them.";
    command.run = run_completion;
    return command;
}

CommandSpec claims_command() {
    CommandSpec command;
    command.name = "claims";
    command.summary = "put the notes' claims to the test on this machine";
    command.examples = {
        {"overlap claims --quick", "all of them, the times scaled down: less than a minute"},
        {"overlap claims", "with the notes' own numbers: some minutes"},
        {"overlap claims --list", "which claims there are"},
        {"overlap claims --only three-calls,blocked-loop", "some of them"},
        {"overlap claims --quick --json", "for scripts"},
    };
    command.options = {
        {"--quick", "", "scale the times down", OptionKind::flag},
        {.name = "--only",
         .value = "NAME",
         .meaning = "test only these claims; several with commas",
         .kind = OptionKind::values,
         .words = claim_names(),
         .several = true},
        {"--list", "", "what the claims say; nothing is run", OptionKind::flag},
        {"--json", "", "print the claims and what was measured as JSON", OptionKind::flag},
    };
    const std::vector<OptionSpec> drawing = drawing_options();
    command.options.insert(command.options.end(), drawing.begin(), drawing.end());
    command.notes =
        "A claim is measured again, up to three times in all, before it is said not to hold. Exit codes: 0 "
        "every claim that we call true held, or could not be run; 1 one of them did not hold; 2 wrong usage; "
        "130 interrupted, what was tested by then is shown.";
    command.run = run_claims;
    return command;
}

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

CommandSpec simple_command(std::string name, std::string summary, std::string argument,
                           std::vector<Example> examples, int (*run)(const Invocation&)) {
    CommandSpec command;
    command.name = std::move(name);
    command.summary = std::move(summary);
    command.argument = std::move(argument);
    command.examples = std::move(examples);
    command.run = run;
    return command;
}

}  // namespace

std::vector<std::string> demo_words() {
    std::vector<std::string> words;
    for (const Demo* demo : all_demos()) words.emplace_back(demo->name);
    return words;
}

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
        all.push_back(simple_command("list", "the demos there are", "",
                                     {{"overlap list", "each with what it shows"}}, run_list));
        all.push_back(simple_command("code", "print a demo's source", "DEMO",
                                     {{"overlap code api", "the three ways, one below the other"}},
                                     run_code));
        all.back().argument_words = demo_words();
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
        all.push_back(simple_command("help", "how to use a command", "COMMAND",
                                     {{"overlap help api", "its options"}}, run_help));
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
