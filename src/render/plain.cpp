#include "render/plain.hpp"

#include <fmt/format.h>

#include <iterator>

#include "render/json.hpp"
#include "render/lanes.hpp"
#include "render/text.hpp"
#include "timeline/advice.hpp"
#include "timeline/duration.hpp"
#include "timeline/metrics.hpp"

namespace overlap {
namespace {

void add_way(std::string& text, const Run& run, const WayRun& way) {
    const auto out = std::back_inserter(text);
    const bool processes = way.pool == PoolKind::processes;
    const std::string name = std::string(run.traced ? way_of_server : name_of(way.way)) +
                             (processes ? " processes" : "") +
                             (way.variant.empty() ? "" : " " + printable(way.variant));
    const std::vector<TaskSummary> tasks = summarize_tasks(way.timeline);
    for (const TaskSummary& task : tasks) {
        fmt::format_to(out, "{}\ttask\t{}\t{:.3f}\t{:.3f}\t{}\t{}\n", name,
                       printable(way.timeline.lanes[task.lane].name), milliseconds(task.begin),
                       milliseconds(task.end), name_of(task.outcome), printable(describe(way, task)));
    }
    const Outcomes outcomes = outcomes_of(tasks);
    fmt::format_to(out, "{}\ttotal_ms\t{:.3f}\n", name, milliseconds(total_of(way)));
    if (const std::optional<double> times = speedup(run, way)) {
        fmt::format_to(out, "{}\tspeedup\t{:.2f}\n", name, *times);
    }
    fmt::format_to(out, "{}\tfailed\t{}\n", name, outcomes.failed);
    fmt::format_to(out, "{}\tin_flight_peak\t{}\n", name, in_flight_peak(way.timeline));
    if (way.server) fmt::format_to(out, "{}\tserver_peak\t{}\n", name, way.server->peak_in_flight);
    if (run.traced) {
        fmt::format_to(out, "{}\tverdict\t{}\n", name, verdict(way));
        fmt::format_to(out, "{}\tconnections\t{}\n", name, way.server ? way.server->connections : 0);
    } else {
        fmt::format_to(out, "{}\tthreads\t{}\n", name, way.usage.threads);
    }
    fmt::format_to(out, "{}\tcpu_ms\t{:.3f}\n", name, milliseconds(way.usage.cpu));
    if (way.result) fmt::format_to(out, "{}\tresult\t{}\n", name, printable(way.result->text));
    if (way.part_of > 0) fmt::format_to(out, "{}\tpart_of\t{}\n", name, way.part_of);
    if (way.interrupted) fmt::format_to(out, "{}\tinterrupted\tyes\n", name);
}

}  // namespace

std::string render_plain(const Run& run) {
    std::string text = fmt::format("title\t{}\n", printable(run.title));
    for (const WayRun& way : run.ways) add_way(text, run, way);
    for (const std::string& sentence : explain(run)) text += "why\t" + printable(sentence) + '\n';
    for (const std::string& sentence : warnings(run)) text += "note\t" + printable(sentence) + '\n';
    return text;
}

}  // namespace overlap
