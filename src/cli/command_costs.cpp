// overlap spawn, overlap layers: demos that measure what things cost.
#include <algorithm>

#include "cli/commands.hpp"
#include "cli/interrupt.hpp"
#include "cli/progress.hpp"
#include "cli/terminal.hpp"
#include "demo/fresh_process.hpp"
#include "render/costs.hpp"
#include "timeline/error.hpp"

namespace overlap {
namespace {

// A child that measures for its parent.
int run_part(const Invocation& invocation) {
    const Demo& demo = *invocation.command->demo;
    if (demo.measure_part == nullptr || invocation.control < 0)
        throw UsageError("--part is for child processes that measure");
    end_with_parent(invocation.control);
    send_to_parent(invocation.control, demo.measure_part(invocation.part));
    return exit_done;
}

}  // namespace

int run_costs_command(const Invocation& invocation) {
    if (!invocation.part.empty()) return run_part(invocation);
    const AsciiOptions ascii = ascii_options(invocation.output);  // first: it may find COLUMNS at fault
    RunOptions options = *invocation.run;
    options.program = "/proc/self/exe";
    const Interrupt interrupt;
    options.stop = interrupt.token();
    Costs costs;
    {
        ProgressLine progress(1);
        options.observer = progress.observer();
        costs = invocation.command->demo->measure(options);
    }
    const OutputOptions& output = invocation.output;
    print(output.json ? render_json(costs) : output.plain ? render_plain(costs) : render_ascii(costs, ascii));
    if (costs.interrupted) return exit_interrupted;
    // A limit that was met is a finding; an error, or a kind of which nothing is known, is a failure.
    const bool failed = std::any_of(costs.kinds.begin(), costs.kinds.end(), [](const CostKind& kind) {
        return kind.points.empty() || !kind.error.empty();
    });
    return failed ? exit_failed : exit_done;
}

}  // namespace overlap
