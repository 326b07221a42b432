#include "demo/runner.hpp"

#include <algorithm>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <system_error>
#include <thread>

#include "demo/backend.hpp"
#include "demo/context.hpp"
#include "net/descriptors.hpp"
#include "record/usage.hpp"
#include "timeline/error.hpp"
#include "timeline/metrics.hpp"

namespace overlap {
namespace {

// States a task goes through, at most, in the demos there are; more only cost an allocation.
constexpr std::size_t spans_per_task = 3;
constexpr std::size_t spans_of_loop = 16 * 1024;

int threads_of_tasks(const Timeline& timeline) {
    std::set<std::uint32_t> threads;
    for (const Span& span : timeline.spans) {
        const bool work = timeline.lanes[span.lane].kind == LaneKind::task && span.state != State::queued;
        if (work) threads.insert(span.thread);
    }
    return static_cast<int>(threads.size());
}

// Calls way_ends() however the way ends: the observer must not look at a context that is gone.
class Observed {
  public:
    Observed(const Observer& observer, const Variant& variant, int repeat, const Context& context)
        : observer_(observer) {
        if (observer.own_cost) before_ = observer.own_cost();
        if (observer.way_begins)
            observer.way_begins(variant, repeat, context.task_count(), context.started());
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

WayRun measure_way(const Demo& demo, const Variant& variant, int repeat, const RunOptions& options,
                   const Surroundings& surroundings) {
    Recorder recorder(surroundings.lanes.size() * spans_per_task + spans_of_loop, steady_now, options.stop);
    Context context(surroundings, recorder);
    WayRun result;
    {
        const Observed observed(options.observer, variant, repeat, context);
        const UsageMeter meter;
        recorder.start();
        variant.run(context);
        CpuSample instrument = context.instrument();
        instrument += observed.cost();
        result.usage = meter.finish(instrument);
    }
    result.way = variant.way;
    result.variant = variant.name;
    result.caption = demo.caption(variant, context);
    result.part_of = context.part_of();
    result.result = context.result();
    result.interrupted = options.stop.stop_requested();
    result.timeline = recorder.take();
    const int threads =
        threads_of_tasks(result.timeline) - context.worker_processes() + context.more_threads();
    // The pool's own event loop, where the tasks are worker processes'.
    result.usage.threads = context.worker_processes() > 0 ? std::max(1, threads) : threads;
    if (variant.pool == PoolKind::processes && result.usage.peak_memory) {
        const std::optional<std::int64_t> workers = context.worker_memory();
        result.usage.peak_memory =
            workers ? std::optional(*result.usage.peak_memory + *workers) : std::nullopt;
    }
    result.heartbeat = context.heartbeat();
    result.workers = variant.way == Way::pool ? surroundings.workers : 0;
    result.pool = variant.pool;
    result.makespans = {total_of(result)};
    return result;
}

// What a way's first run costs beside its work (code that is read from disk, memory that is taken once) is
// not the way's: without this, the way that comes first would look the heaviest.
void warm_up(std::span<const Variant> variants, const RunOptions& options, Surroundings surroundings) {
    constexpr std::size_t enough_lanes = 8;
    surroundings.warming_up = true;
    surroundings.amount = std::min<std::int64_t>(surroundings.amount, 1);
    surroundings.client.via.reset();  // distance would not be quick
    surroundings.lanes.resize(std::min(surroundings.lanes.size(), enough_lanes));
    surroundings.workers = std::min(surroundings.workers, static_cast<int>(surroundings.lanes.size()));
    for (net::Target& target : surroundings.targets) target.target = "/";
    for (const Variant& variant : variants) {
        Recorder recorder(spans_of_loop, steady_now, options.stop);
        Context context(surroundings, recorder);
        variant.run(context);
    }
}

// The repeat in the middle of those in which all tasks were done, or the first with failures when there is no
// other; with the makespans of all that were done. An interrupted repeat counts only when it is the only one.
WayRun middle_of(std::vector<WayRun> repeats) {
    if (repeats.size() > 1) std::erase_if(repeats, [](const WayRun& way) { return way.interrupted; });
    const std::size_t count = repeats.size();
    const auto failed = static_cast<std::size_t>(
        std::count_if(repeats.begin(), repeats.end(), [](const WayRun& way) { return !work_done(way); }));
    if (failed < count) {
        std::erase_if(repeats, [](const WayRun& way) { return !work_done(way); });
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

// Our own backend, which may go away in the middle: what was measured by then is worth showing.
class OwnBackend {
  public:
    explicit OwnBackend(std::unique_ptr<Backend> backend) : backend_(std::move(backend)) {}

    [[nodiscard]] const Backend& get() const { return *backend_; }

    void reset() {
        ask([&] { backend_->reset(); });
    }
    [[nodiscard]] std::optional<ServerCounts> counts() {
        std::optional<ServerCounts> counts;
        ask([&] { counts = backend_->counts(); });
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

    std::unique_ptr<Backend> backend_;
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

void check_limits(std::span<const Variant> variants, bool connects, const RunOptions& options,
                  const Surroundings& surroundings) {
    const std::size_t tasks = surroundings.lanes.size();
    const auto limit = static_cast<std::size_t>(options.settings.get("limit", 0));
    std::size_t most = 1;
    bool threads = false;
    for (const Variant& variant : variants) {
        const Way way = variant.way;
        if (way == Way::coroutines) most = std::max(most, limit > 0 ? std::min(limit, tasks) : tasks);
        if (way == Way::pool) most = std::max(most, static_cast<std::size_t>(surroundings.workers));
        threads = threads || (way == Way::pool && variant.pool == PoolKind::threads);
    }
    if (threads && surroundings.workers > 1) need_threads(surroundings.workers);
    if (connects) net::need_descriptors(most);
}

net::ClientOptions client_options(const RunOptions& options) {
    net::ClientOptions client;
    client.timeout = std::chrono::nanoseconds(options.settings.get("timeout", client.timeout.count()));
    client.connect_timeout =
        std::chrono::nanoseconds(options.settings.get("connect-timeout", client.connect_timeout.count()));
    client.connect_timeout = std::min(client.connect_timeout, client.timeout);
    client.stop = options.stop;
    return client;
}

// None when it was interrupted before it was ready.
std::unique_ptr<Backend> start_backend(const Demo& demo, const RunOptions& options) {
    try {
        return demo.backend != nullptr ? demo.backend(options) : http_backend(options);
    } catch (const Error&) {
        if (options.stop.stop_requested()) return nullptr;
        throw;
    }
}

}  // namespace

std::vector<Variant> chosen_variants(const Demo& demo, const RunOptions& options) {
    std::vector<Variant> chosen;
    for (const Variant& variant : demo.variants) {
        const auto among = [](const auto& list, const auto& value) {
            return std::find(list.begin(), list.end(), value) != list.end();
        };
        const bool named =
            variant.name.empty() || options.variants.empty() || among(options.variants, variant.name);
        const bool pool = variant.way != Way::pool ||
                          (options.pools.empty() ? variant.usual : among(options.pools, variant.pool));
        const bool possible =
            demo.leaves_out == nullptr || demo.leaves_out(variant, options.settings).empty();
        if (named && pool && possible && among(options.ways, variant.way)) chosen.push_back(variant);
    }
    return chosen;
}

Run run_demo(const Demo& demo, const RunOptions& options) {
    Surroundings surroundings{.settings = options.settings,
                              .lanes = lanes_of(demo, options.settings),
                              .workers = options.workers,
                              .client = client_options(options),
                              .program = options.program,
                              .seed = options.seed,
                              .stop = options.stop};
    // More threads than tasks would have nothing to do.
    surroundings.workers = std::min(options.workers, static_cast<int>(surroundings.lanes.size()));
    const std::vector<Variant> variants = chosen_variants(demo, options);
    const bool connects = demo.backend == nullptr || demo.takes_redis;
    check_limits(variants, connects, options, surroundings);

    if (demo.amount != nullptr) surroundings.amount = demo.amount(options.settings);

    std::optional<OwnBackend> backend;
    std::unique_ptr<Backend> started;
    if (options.urls.empty()) started = start_backend(demo, options);
    if (started) {
        backend.emplace(std::move(started));
        surroundings.address = backend->get().address();
        if (surroundings.address.starts_with('/')) {
            // Nothing that listens: files.
        } else if (surroundings.address.starts_with("http://")) {
            const std::string path = demo.request != nullptr ? demo.request(options.settings) : "/";
            surroundings.targets = {net::resolve(net::parse_url(surroundings.address + path))};
        } else {
            surroundings.targets = {net::resolve(net::parse_address(surroundings.address))};
        }
        if (const std::string redis = backend->get().redis(); !redis.empty()) {
            surroundings.redis = net::resolve(net::parse_address(redis));
        }
        if (const std::string proxy = backend->get().proxy(); !proxy.empty()) {
            surroundings.client.via = net::resolve(net::parse_address(proxy)).endpoints.front();
        }
        // With jitter no call of this server is quick; nor at a distance, unless the client can go straight.
        const bool distant = options.settings.get("rtt", 0) > 0 && !surroundings.client.via;
        if (options.settings.get("jitter", 0) == 0 && !distant) warm_up(variants, options, surroundings);
    }
    for (const std::string& url : options.urls)
        surroundings.targets.push_back(net::resolve(net::parse_url(url)));

    std::vector<std::vector<WayRun>> repeats(variants.size());
    int runs = 0;
    for (int repeat = 0; repeat < options.repeat; ++repeat) {
        for (std::size_t i = 0; i < variants.size(); ++i) {
            if (options.stop.stop_requested()) break;
            if (backend) backend->reset();
            WayRun result = measure_way(demo, variants[i], repeat, options, surroundings);
            if (backend) result.server = backend->counts();
            if (!result.interrupted) ++runs;
            repeats[i].push_back(std::move(result));
        }
    }

    Run run;
    run.demo = demo.name;
    run.title = demo.title(options.settings, options.urls);
    if (options.ways.size() == std::size(all_ways)) run.title += ", three ways";
    if (backend) run.title += backend->get().note();
    run.knobs = options.settings.values(!options.urls.empty());
    run.urls = options.urls;
    if (!options.redis.empty()) run.urls = {options.redis};
    run.seed = options.seed;
    run.interrupted = runs < options.repeat * static_cast<int>(variants.size());
    run.server_gone = backend && backend->gone();
    run.machine = describe_machine();
    for (std::vector<WayRun>& all : repeats) {
        if (!all.empty()) run.ways.push_back(middle_of(std::move(all)));
    }
    run.next = next_after(demo);
    return run;
}

}  // namespace overlap
