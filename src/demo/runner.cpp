#include "demo/runner.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <set>

#include "demo/context.hpp"
#include "net/descriptors.hpp"
#include "net/server_process.hpp"
#include "record/usage.hpp"
#include "timeline/metrics.hpp"

namespace overlap {
namespace {

// States a task goes through, at most, in the demos there are; more only cost an allocation.
constexpr std::size_t spans_per_task = 3;
constexpr std::size_t spans_of_loop = 16 * 1024;

// Every demo has this knob.
int tasks_of(const RunOptions& options) { return static_cast<int>(options.settings.get("tasks")); }

int threads_of_tasks(const Timeline& timeline) {
    std::set<std::uint32_t> threads;
    for (const Span& span : timeline.spans) {
        const bool work = timeline.lanes[span.lane].kind == LaneKind::task && span.state != State::queued;
        if (work) threads.insert(span.thread);
    }
    return static_cast<int>(threads.size());
}

void run_way(const Demo& demo, Way way, Context& context) {
    switch (way) {
        case Way::sequential:
            return demo.sequential(context);
        case Way::coroutines:
            return demo.coroutines(context);
        case Way::pool:
            return demo.pool(context);
    }
}

WayRun measure_way(const Demo& demo, Way way, int repeat, const RunOptions& options,
                   const Surroundings& surroundings, net::ServerProcess* server) {
    Recorder recorder(static_cast<std::size_t>(tasks_of(options)) * spans_per_task + spans_of_loop,
                      steady_now, options.stop);
    Context context(surroundings, recorder);
    if (server != nullptr) server->reset_counts();
    if (options.observer.way_begins)
        options.observer.way_begins(way, repeat, tasks_of(options), context.started());

    const UsageMeter meter;
    recorder.start();
    run_way(demo, way, context);
    WayRun result;
    result.usage = meter.finish(context.instrument());

    if (options.observer.way_ends) options.observer.way_ends();
    result.way = way;
    result.caption = demo.caption(way, context);
    result.interrupted = options.stop.stop_requested();
    result.timeline = recorder.take();
    result.usage.threads = threads_of_tasks(result.timeline);
    result.heartbeat = context.heartbeat();
    result.workers = way == Way::pool ? options.workers : 0;
    if (server != nullptr) result.server = server->counts();
    result.makespans = {makespan(result.timeline)};
    return result;
}

// The repeat in the middle, with the makespans of all. An interrupted repeat counts only when it is the only
// one.
WayRun middle_of(std::vector<WayRun> repeats) {
    if (repeats.size() > 1) std::erase_if(repeats, [](const WayRun& way) { return way.interrupted; });
    std::vector<Nanoseconds> makespans;
    for (const WayRun& repeat : repeats) makespans.push_back(repeat.makespans.front());
    std::sort(repeats.begin(), repeats.end(),
              [](const WayRun& a, const WayRun& b) { return a.makespans.front() < b.makespans.front(); });
    WayRun middle = std::move(repeats[(repeats.size() - 1) / 2]);
    middle.makespans = std::move(makespans);
    return middle;
}

void check_descriptors(const RunOptions& options) {
    std::size_t most = 1;
    for (const Way way : options.ways) {
        if (way == Way::coroutines) most = std::max(most, static_cast<std::size_t>(tasks_of(options)));
        if (way == Way::pool) most = std::max(most, static_cast<std::size_t>(options.workers));
    }
    net::need_descriptors(most);
}

}  // namespace

Run run_demo(const Demo& demo, const RunOptions& options) {
    check_descriptors(options);

    Surroundings surroundings{.settings = options.settings,
                              .tasks = tasks_of(options),
                              .workers = options.workers,
                              .targets = {},
                              .client = options.client,
                              .stop = options.stop};
    surroundings.client.stop = options.stop;
    std::unique_ptr<net::ServerProcess> server;
    if (options.urls.empty()) {
        net::ServerOptions serve;
        serve.seed = options.seed;
        serve.jitter = options.jitter;
        server = std::make_unique<net::ServerProcess>(options.program, net::serve_arguments(serve));
        surroundings.targets = {net::resolve(net::parse_url(server->url() + demo.request(options.settings)))};
    } else {
        for (const std::string& url : options.urls)
            surroundings.targets.push_back(net::resolve(net::parse_url(url)));
    }

    std::map<Way, std::vector<WayRun>> repeats;
    for (int repeat = 0; repeat < options.repeat && !options.stop.stop_requested(); ++repeat) {
        for (const Way way : options.ways) {
            if (options.stop.stop_requested()) break;
            repeats[way].push_back(measure_way(demo, way, repeat, options, surroundings, server.get()));
        }
    }

    Run run;
    run.demo = demo.name;
    run.title = demo.title(options.settings, options.urls);
    if (options.ways.size() == std::size(all_ways)) run.title += ", three ways";
    run.knobs = options.settings.values();
    run.urls = options.urls;
    run.seed = options.seed;
    run.interrupted = options.stop.stop_requested();
    run.machine = describe_machine();
    for (auto& [way, all] : repeats) run.ways.push_back(middle_of(std::move(all)));
    for (const std::string_view command : demo.next) run.next.emplace_back(command);
    return run;
}

}  // namespace overlap
