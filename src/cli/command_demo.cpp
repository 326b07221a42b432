// overlap api, and every other demo: run it, show it.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <iostream>

#include "cli/commands.hpp"
#include "cli/interrupt.hpp"
#include "cli/progress.hpp"
#include "cli/shared_options.hpp"
#include "cli/terminal.hpp"
#include "cli/values.hpp"
#include "demo/sweep.hpp"
#include "render/ascii.hpp"
#include "render/json.hpp"
#include "render/plain.hpp"
#include "render/sweep.hpp"
#include "timeline/duration.hpp"
#include "timeline/metrics.hpp"

namespace overlap {
namespace {

constexpr Nanoseconds long_wait = 60'000'000'000;

// One at a time can take very long, and nothing would say so before it is over.
void warn_of_long_wait(const Demo& demo, const RunOptions& run) {
    const bool sequential = std::find(run.ways.begin(), run.ways.end(), Way::sequential) != run.ways.end();
    if (!sequential || !run.urls.empty() || demo.sequential_time == nullptr) return;
    const Nanoseconds total = demo.sequential_time(run.settings) * run.repeat;
    if (total < long_wait) return;
    std::cerr << fmt::format(
        "overlap: the sequential way will take about {}; --way coroutines,pool leaves it out\n",
        format_duration(total));
}

int exit_code_of(const Run& run, bool interrupted) {
    if (interrupted) return exit_interrupted;
    if (run.server_gone) return exit_failed;
    for (const WayRun& way : run.ways) {
        if (way.failed_repeats > 0 || !work_done(way)) return exit_failed;
    }
    return exit_done;
}

int run_sweep_command(const Invocation& invocation, const AsciiOptions& ascii, RunOptions options) {
    const Interrupt interrupt;
    options.stop = interrupt.token();
    Sweep sweep;
    {
        ProgressLine progress(1);
        options.observer = progress.observer();
        sweep = run_sweep(*invocation.command->demo, options, invocation.sweep);
    }
    const OutputOptions& output = invocation.output;
    print(output.json ? render_json(sweep) : output.plain ? render_plain(sweep) : render_ascii(sweep, ascii));
    if (sweep.interrupted) return exit_interrupted;
    const bool failures = std::any_of(sweep.points.begin(), sweep.points.end(),
                                      [](const SweepPoint& point) { return point.failed > 0; });
    return sweep.server_gone || failures ? exit_failed : exit_done;
}

int run_demo_command(const Invocation& invocation) {
    const AsciiOptions ascii = ascii_options(invocation.output);  // first: it may find COLUMNS at fault
    RunOptions options = *invocation.run;
    options.program = "/proc/self/exe";
    if (!invocation.sweep.empty()) return run_sweep_command(invocation, ascii, options);
    warn_of_long_wait(*invocation.command->demo, options);
    const Interrupt interrupt;
    options.stop = interrupt.token();

    Run run;
    {
        ProgressLine progress(options.repeat);
        options.observer = progress.observer();
        options.observer.notice = [](const std::string& sentence) {
            std::cerr << "overlap: " + sentence + "\n";
        };
        run = run_demo(*invocation.command->demo, options);
    }
    const OutputOptions& output = invocation.output;
    print(output.json ? render_json(run) : output.plain ? render_plain(run) : render_ascii(run, ascii));
    return exit_code_of(run, run.interrupted);
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

}  // namespace

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
        add_options(command, drawing_options());
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
    add_options(
        command,
        {
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
        });
    add_options(command, drawing_options());
    return command;
}

}  // namespace overlap
