// Eight tasks that compute and wait for nothing. What can run them at the same time?
// As in the notes: for i in range(1_000_000): count += (i * n) % 7. The loop itself is in
// src/demo/count_job.cpp.
// Lesson: lessons/11-cpu-and-processes

#include <asio/awaitable.hpp>
#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>
#include <asio/thread_pool.hpp>
#include <vector>

#include "concurrency/gather.hpp"
#include "concurrency/to_thread.hpp"
#include "demo/backend.hpp"
#include "demo/context.hpp"
#include "demo/count_job.hpp"
#include "demo/in_process.hpp"
#include "demo/knobs.hpp"
#include "demos.hpp"

namespace overlap {
namespace {

bool with_gil(const Settings& settings) { return settings.get("gil") != 0; }

Count work_of(const Context& run, int id) { return {id, run.amount(), with_gil(run.settings())}; }

// Python: count = heavy_cpu_task(n)
void compute(Context& run, int id) { count_job.run(run.lane(id), argument_of(work_of(run, id))); }

// Python: async def ...: heavy_cpu_task(n). Without an await in it, nothing else runs on its loop meanwhile.
asio::awaitable<void> compute_async(Context& run, int id, ScopedSpan ready) {
    ready.end();  // from when it was spawned until now it could have run
    compute(run, id);
    co_return;
}

// Python: await asyncio.to_thread(heavy_cpu_task, n)
asio::awaitable<void> compute_in_thread(Context& run, asio::thread_pool& threads, Gil& gil, int id) {
    auto work = [&run, &gil, id, queued = run.span(id, State::queued)]() mutable {
        queued.end();
        const Count count_this = work_of(run, id);
        count(run.lane(id), count_this, count_this.gil ? &gil : nullptr);
    };
    co_await to_thread(threads, std::move(work));
}

// Python: await loop.run_in_executor(processes, heavy_cpu_task, n)
asio::awaitable<void> compute_in_process(Context& run, ProcessPool& workers, int id) {
    co_await in_process(run, workers, id, std::string(count_job.name), argument_of(work_of(run, id)));
}

// Python: for id in tasks: heavy_cpu_task(id)
void sequential(Context& run) {
    for (const int id : run.tasks()) compute(run, id);
}

// Python: await asyncio.gather(*(compute_async(id) for id in tasks))
void coroutines(Context& run) {
    asio::io_context loop(1);
    auto watch = run.watch(loop);
    std::vector<asio::awaitable<void>> tasks;
    for (const int id : run.tasks()) tasks.push_back(compute_async(run, id, run.span(id, State::ready)));
    asio::co_spawn(loop, gather(std::move(tasks)), watch.finish());
    loop.run();
}

// Python: the same with to_thread. The loop stays free, unless it needs a lock that the threads hold.
void pool(Context& run) {
    Gil gil;
    LoopLock lock;
    if (with_gil(run.settings())) lock = {[&gil] { gil.lock(); }, [&gil] { gil.unlock(); }};
    asio::io_context loop(1);
    asio::thread_pool threads(run.workers());
    auto stop_threads = run.watch(threads);
    auto watch = run.watch(loop, lock);
    std::vector<asio::awaitable<void>> tasks;
    for (const int id : run.tasks()) tasks.push_back(compute_in_thread(run, threads, gil, id));
    asio::co_spawn(loop, gather(std::move(tasks)), watch.finish());
    loop.run();
}

// Python: with ProcessPoolExecutor(workers) as processes: the same with run_in_executor
void processes(Context& run) { run_in_processes(run, compute_in_process); }

constexpr Variant variants[] = {{Way::sequential, "", sequential},
                                {Way::coroutines, "", coroutines},
                                {Way::pool, "", pool},
                                {Way::pool, "", processes, PoolKind::processes}};

constexpr Knob knobs[] = {
    {.name = "tasks", .meaning = "tasks to compute", .usual = 8, .least = 1, .most = 10'000},
    knob::work(50 * ms),
    knob::steps,
    knob::gil};

constexpr Example examples[] = {
    {"overlap cpu", "eight tasks of 50ms of computing, four ways"},
    {"overlap cpu --gil", "threads that have one lock between them, as in CPython"},
    {"overlap cpu --workers 8", "more workers than this machine may have cores"},
    {"overlap cpu --as-in-notes", "a million steps for each task: short in C++"},
    {"taskset -c 0 overlap cpu", "with one core only"},
};

constexpr std::string_view next[] = {"overlap cpu --gil", "overlap cpu --workers 8", "overlap code cpu"};

}  // namespace

const Demo cpu{
    .name = "cpu",
    .summary = "tasks that compute: only more cores help",
    .knobs = knobs,
    .examples = examples,
    .title = title_of_counting,
    .caption = [](const Variant& variant, const Context& run) -> std::string {
        const bool gil = with_gil(run.settings());
        switch (variant.way) {
            case Way::sequential:
                return "Sequential: computing on one thread";
            case Way::coroutines:
                return "Coroutines: computing on the event loop's thread";
            case Way::pool:
                if (variant.pool == PoolKind::processes)
                    return process_caption(run, "computing") +
                           (gil ? ", each imitating a GIL of its own" : "");
                return "Thread pool: computing on " + std::to_string(run.workers()) +
                       (run.workers() == 1 ? " thread" : " threads") +
                       (gil ? ", imitating CPython's GIL" : "");
        }
        return "";
    },
    .amount = steps_of_counting,
    .backend = no_backend,
    .sequential_time = time_of_counting,
    .usual_workers = Demo::one_per_core,
    .variants = variants,
    .next = next,
    .lesson = 11,
    .source = cpu_source,
};

}  // namespace overlap
