// overlap api, and every other demo: run it, show it.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <iostream>

#include "cli/commands.hpp"
#include "cli/interrupt.hpp"
#include "cli/progress.hpp"
#include "cli/terminal.hpp"
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

}  // namespace

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

}  // namespace overlap
