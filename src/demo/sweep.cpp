#include "demo/sweep.hpp"

#include <algorithm>
#include <map>

#include "timeline/metrics.hpp"

namespace overlap {
namespace {

constexpr std::int64_t calls_per_place = 5;

SweepPoint point_of(const WayRun& way, std::int64_t level) {
    std::vector<Nanoseconds> times;
    std::map<std::string, std::int64_t> reasons;
    SweepPoint point{.concurrency = level};
    for (const TaskSummary& task : summarize_tasks(way.timeline)) {
        ++point.calls;
        if (task.outcome == Outcome::done) {
            times.push_back(task.latency() - task.queued);
            continue;
        }
        ++point.failed;
        const std::string& reason = way.timeline.lanes[task.lane].error;
        if (++reasons[reason] > reasons[point.error]) point.error = reason;
    }
    std::sort(times.begin(), times.end());
    if (!times.empty()) {
        point.median = percentile(times, 50);
        point.p99 = percentile(times, 99);
    }
    point.makespan = total_of(way);
    point.in_flight_peak = in_flight_peak(way.timeline);
    point.server_peak = way.server ? way.server->peak_in_flight : 0;
    return point;
}

}  // namespace

Sweep run_sweep(const Demo& demo, const RunOptions& options, const std::vector<std::int64_t>& levels) {
    const std::int64_t tasks = options.settings.get("tasks");
    Sweep sweep;
    sweep.demo = demo.name;
    sweep.title = demo.title(options.settings, options.urls) + ", or five for each at once";
    sweep.urls = options.urls;
    sweep.seed = options.seed;
    for (const std::int64_t level : levels) {
        RunOptions at_level = options;
        at_level.ways = {Way::coroutines};
        at_level.settings.set(demo.sweeps, level);
        at_level.settings.set("tasks", std::max(tasks, level * calls_per_place));
        const Run run = run_demo(demo, at_level);
        sweep.interrupted = run.interrupted;
        sweep.server_gone = run.server_gone;
        if (sweep.interrupted || sweep.server_gone) break;
        sweep.points.push_back(point_of(run.ways.front(), level));
    }
    return sweep;
}

}  // namespace overlap
