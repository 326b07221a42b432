#include "demo/runner.hpp"

#include <algorithm>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <system_error>
#include <thread>

#include "demo/context.hpp"
#include "net/descriptors.hpp"
#include "net/server_process.hpp"
#include "record/usage.hpp"
#include "timeline/error.hpp"
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

// Calls way_ends() however the way ends: the observer must not look at a context that is gone.
class Observed {
  public:
    Observed(const Observer& observer, Way way, int repeat, const Context& context) : observer_(observer) {
        if (observer.own_cost) before_ = observer.own_cost();
        if (observer.way_begins) observer.way_begins(way, repeat, context.task_count(), context.started());
    }
    ~Observed() {
        if (observer_.way_ends) observer_.way_ends();
    }
    Observed(const Observed&) = delete;
    Observed& operator=(const Observed&) = delete;

    [[nodiscard]] CpuSample cost() const {
        return observer_.own_cost ? observer_.own_cost() - before_ : CpuSample{};
    }

  private:
    const Observer& observer_;
    CpuSample before_;
};

WayRun measure_way(const Demo& demo, Way way, int repeat, const RunOptions& options,
                   const Surroundings& surroundings) {
    Recorder recorder(static_cast<std::size_t>(surroundings.tasks) * spans_per_task + spans_of_loop,
                      steady_now, options.stop);
    Context context(surroundings, recorder);
    WayRun result;
    {
        const Observed observed(options.observer, way, repeat, context);
        const UsageMeter meter;
        recorder.start();
        run_way(demo, way, context);
        CpuSample instrument = context.instrument();
        instrument += observed.cost();
        result.usage = meter.finish(instrument);
    }
    result.way = way;
    result.caption = demo.caption(way, context);
    result.interrupted = options.stop.stop_requested();
    result.timeline = recorder.take();
    result.usage.threads = threads_of_tasks(result.timeline);
    result.heartbeat = context.heartbeat();
    result.workers = way == Way::pool ? surroundings.workers : 0;
    result.makespans = {makespan(result.timeline)};
    return result;
}

// What a way's first run costs beside its work (code that is read from disk, memory that is taken once) is
// not the way's: without this, the way that comes first would look the heaviest.
void warm_up(const Demo& demo, const RunOptions& options, Surroundings surroundings,
             const std::string& quick_url) {
    surroundings.tasks = 1;
    surroundings.workers = 1;
    surroundings.targets = {net::resolve(net::parse_url(quick_url))};
    for (const Way way : options.ways) {
        Recorder recorder(spans_of_loop, steady_now, options.stop);
        Context context(surroundings, recorder);
        run_way(demo, way, context);
    }
}

bool all_done(const WayRun& way) {
    const Outcomes outcomes = outcomes_of(summarize_tasks(way.timeline));
    return outcomes.failed + outcomes.cancelled == 0;
}

// The repeat in the middle of those in which all tasks were done, or the first with failures when there is no
// other; with the makespans of all that were done. An interrupted repeat counts only when it is the only one.
WayRun middle_of(std::vector<WayRun> repeats) {
    if (repeats.size() > 1) std::erase_if(repeats, [](const WayRun& way) { return way.interrupted; });
    const std::size_t count = repeats.size();
    const auto failed = static_cast<std::size_t>(
        std::count_if(repeats.begin(), repeats.end(), [](const WayRun& way) { return !all_done(way); }));
    if (failed < count) {
        std::erase_if(repeats, [](const WayRun& way) { return !all_done(way); });
    } else {
        repeats.resize(1);
    }
    std::vector<Nanoseconds> makespans;
    for (const WayRun& repeat : repeats) makespans.push_back(repeat.makespans.front());
    std::sort(repeats.begin(), repeats.end(),
              [](const WayRun& a, const WayRun& b) { return a.makespans.front() < b.makespans.front(); });
    WayRun middle = std::move(repeats[(repeats.size() - 1) / 2]);
    middle.makespans = std::move(makespans);
    middle.repeats = static_cast<int>(count);
    middle.failed_repeats = static_cast<int>(failed);
    return middle;
}

// Our own server, which may go away in the middle: what was measured by then is worth showing.
class OwnServer {
  public:
    OwnServer(const Demo& demo, const RunOptions& options) : demo_(demo), settings_(options.settings) {
        net::ServerOptions serve;
        serve.seed = options.seed;
        serve.jitter = options.settings.get("jitter");
        process_ = std::make_unique<net::ServerProcess>(options.program, net::serve_arguments(serve));
    }

    [[nodiscard]] std::string url() const { return process_->url() + demo_.request(settings_); }
    [[nodiscard]] std::string quick_url() const { return process_->url() + "/"; }

    void reset_counts() {
        ask([&] { process_->reset_counts(); });
    }
    [[nodiscard]] std::optional<ServerCounts> counts() {
        std::optional<ServerCounts> counts;
        ask([&] { counts = process_->counts(); });
        return counts;
    }
    [[nodiscard]] bool gone() const { return gone_; }

  private:
    void ask(const std::function<void()>& question) {
        if (gone_) return;
        try {
            question();
        } catch (const Error&) {
            gone_ = true;
        }
    }

    const Demo& demo_;
    const Settings& settings_;
    std::unique_ptr<net::ServerProcess> process_;
    bool gone_ = false;
};

// A pool that cannot start all of its threads waits for ever for those it has: Asio joins them with work
// outstanding. So try, with threads of our own.
void need_threads(int count) {
    std::vector<std::thread> threads;
    std::promise<void> release;
    const std::shared_future<void> released = release.get_future().share();
    std::string reason;
    try {
        for (int i = 0; i < count; ++i) threads.emplace_back([released] { released.wait(); });
    } catch (const std::system_error& error) {
        reason = error.code().message();
    }
    release.set_value();
    for (std::thread& thread : threads) thread.join();
    if (reason.empty()) return;
    throw Error("a pool of " + std::to_string(count) + " threads cannot be started (" + reason +
                "): " + std::to_string(threads.size()) + " fit here; use fewer with --workers");
}

// Above this many threads it is worth asking first.
constexpr int many_threads = 64;

void check_limits(const RunOptions& options, const Surroundings& surroundings) {
    std::size_t most = 1;
    for (const Way way : options.ways) {
        if (way == Way::coroutines) most = std::max(most, static_cast<std::size_t>(surroundings.tasks));
        if (way == Way::pool) most = std::max(most, static_cast<std::size_t>(surroundings.workers));
        if (way == Way::pool && surroundings.workers > many_threads) need_threads(surroundings.workers);
    }
    net::need_descriptors(most);
}

}  // namespace

Run run_demo(const Demo& demo, const RunOptions& options) {
    const int tasks = tasks_of(options);
    // More threads than tasks would have nothing to do.
    Surroundings surroundings{.settings = options.settings,
                              .tasks = tasks,
                              .workers = std::min(options.workers, tasks),
                              .targets = {},
                              .client = {},
                              .stop = options.stop};
    check_limits(options, surroundings);
    surroundings.client.timeout = std::chrono::nanoseconds(options.settings.get("timeout"));
    surroundings.client.connect_timeout =
        std::min(surroundings.client.connect_timeout, surroundings.client.timeout);
    surroundings.client.stop = options.stop;

    std::optional<OwnServer> server;
    if (options.urls.empty()) {
        server.emplace(demo, options);
        surroundings.targets = {net::resolve(net::parse_url(server->url()))};
        // With jitter no call of this server is quick.
        if (options.settings.get("jitter") == 0) warm_up(demo, options, surroundings, server->quick_url());
    }
    for (const std::string& url : options.urls)
        surroundings.targets.push_back(net::resolve(net::parse_url(url)));

    std::map<Way, std::vector<WayRun>> repeats;
    int runs = 0;
    for (int repeat = 0; repeat < options.repeat; ++repeat) {
        for (const Way way : options.ways) {
            if (options.stop.stop_requested()) break;
            if (server) server->reset_counts();
            WayRun result = measure_way(demo, way, repeat, options, surroundings);
            if (server) result.server = server->counts();
            if (!result.interrupted) ++runs;
            repeats[way].push_back(std::move(result));
        }
    }

    Run run;
    run.demo = demo.name;
    run.title = demo.title(options.settings, options.urls);
    if (options.ways.size() == std::size(all_ways)) run.title += ", three ways";
    run.knobs = options.settings.values(!options.urls.empty());
    run.urls = options.urls;
    run.seed = options.seed;
    run.interrupted = runs < options.repeat * static_cast<int>(options.ways.size());
    run.server_gone = server && server->gone();
    run.machine = describe_machine();
    for (auto& [way, all] : repeats) run.ways.push_back(middle_of(std::move(all)));
    for (const std::string_view command : demo.next) run.next.emplace_back(command);
    return run;
}

}  // namespace overlap
