// Many calls, few seconds. How many at once does it take, and how many are too many?
// Lesson: lessons/08-limits-and-retries

#include <asio/awaitable.hpp>
#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <asio/thread_pool.hpp>
#include <vector>

#include "concurrency/gather.hpp"
#include "concurrency/semaphore.hpp"
#include "demo/call_job.hpp"
#include "demo/context.hpp"
#include "demo/in_process.hpp"
#include "demo/knobs.hpp"
#include "demos.hpp"
#include "net/http_client.hpp"

namespace overlap {
namespace {

// One call, written for a thread. The pool's size is the limit: a thread makes one call at a time.
void call(Context& run, net::BlockingClient& client, int id) {
    for (Backoff backoff = run.backoff(id);; backoff.wait()) {
        ScopedSpan span = run.span(id, State::blocked);
        const net::Answer answer = client.get(run.target(id));
        if (!answer.ok()) span.fail(answer.error);
        if (!backoff.again(answer)) return;
    }
}

// The same call, written for an event loop. Nothing but the semaphore limits how many are in flight.
asio::awaitable<void> call_async(Context& run, net::AsyncClient& client, Semaphore& limit, int id) {
    for (Backoff backoff = run.backoff(id);; co_await backoff.async_wait()) {
        ScopedSpan queued = run.span(id, State::queued);
        const Semaphore::Permit permit = co_await limit.acquire();
        queued.end();
        ScopedSpan span = run.span(id, State::waiting);
        const net::Answer answer = co_await client.get(run.target(id));
        if (!answer.ok()) span.fail(answer.error);
        if (!backoff.again(answer)) co_return;
    }
}

// Python: for id in tasks: call(id)
void sequential(Context& run) {
    net::BlockingClient client(run.client());
    for (const int id : run.part_of_tasks(run.settings().get("sequential-tasks"))) call(run, client, id);
}

// Python: limit = asyncio.Semaphore(K); async with limit: ... in each; await asyncio.gather(...)
void coroutines(Context& run) {
    asio::io_context loop(1);
    auto watch = run.watch(loop);
    net::AsyncClient client(loop.get_executor(), run.client());
    const std::int64_t most = run.settings().get("limit");
    Semaphore limit(loop.get_executor(), static_cast<std::size_t>(most > 0 ? most : run.task_count()));
    std::vector<asio::awaitable<void>> calls;
    for (const int id : run.tasks()) calls.push_back(call_async(run, client, limit, id));
    asio::co_spawn(loop, gather(std::move(calls)), watch.finish());
    loop.run();
}

// Python: with ThreadPoolExecutor(workers) as threads: for id in tasks: threads.submit(call, id)
void pool(Context& run) {
    net::BlockingClient client(run.client());
    asio::thread_pool threads(run.workers());
    auto watch = run.watch(threads);
    for (const int id : run.tasks()) {
        asio::post(threads, [&run, &client, id, queued = run.span(id, State::queued)]() mutable {
            queued.end();
            call(run, client, id);
        });
    }
    threads.join();
}

// Python: with ProcessPoolExecutor(workers) as pool: pool.submit(call, url) for each
void processes(Context& run) { run_in_processes(run, call_in_process); }

constexpr Knob knobs[] = {
    knob::tasks(100),
    knob::latency(20 * ms, 1'000 * ms),
    {.name = "limit", .meaning = "coroutines in flight at once; 0: no limit", .most = 10'000},
    {"sequential-tasks", "calls that the sequential way makes, a part of --tasks", Unit::count, 100, 1,
     10'000},
    knob::max_in_flight,
    knob::jitter,
    knob::timeout,
    knob::connect_timeout,
    knob::retries,
    knob::backoff,
    knob::fail_rate};

constexpr Example examples[] = {
    {"overlap burst", "a hundred calls of 20ms, three ways"},
    {"overlap burst --limit 10", "a semaphore: at most ten coroutines in flight"},
    {"overlap burst --max-in-flight 30 --retries 8", "a server that refuses above 30, tried again"},
    {"overlap burst --sweep 1,10,30,100,300,1000", "throughput and p99 against concurrency, and the knee"},
    {"overlap burst --as-in-notes", "a hundred calls of 1s: 100s against 1s"},
};

constexpr Variant variants[] = {{Way::sequential, "", sequential},
                                {Way::coroutines, "", coroutines},
                                {Way::pool, "", pool},
                                {Way::pool, "", processes, PoolKind::processes, false}};

constexpr std::string_view next[] = {"overlap burst --limit 10", "overlap burst --sweep 1,10,30,100,300,1000",
                                     "overlap code burst"};

std::string caption(const Variant& variant, const Context& run) {
    if (variant.way == Way::sequential) return "Sequential: blocking calls on one thread";
    if (variant.pool == PoolKind::processes) return process_caption(run);
    if (variant.way == Way::pool)
        return "Thread pool: blocking calls, workers: " + std::to_string(run.workers());
    const std::int64_t limit = run.settings().get("limit");
    return "Coroutines: co_await on one thread" +
           (limit > 0 ? ", a semaphore of " + std::to_string(limit) : std::string());
}

}  // namespace

const Demo burst{
    .name = "burst",
    .summary = "many calls, few seconds: how many at once?",
    .knobs = knobs,
    .examples = examples,
    .title = title_of_calls,
    .caption = caption,
    .request = [](const Settings& settings) { return delay_path(settings.get("latency")); },
    .sequential_time =
        [](const Settings& settings) {
            return settings.get("latency") *
                   std::min(settings.get("tasks"), settings.get("sequential-tasks"));
        },
    .sweeps = "limit",
    .takes_urls = true,
    .variants = variants,
    .next = next,
    .lesson = 8,
    .source = burst_source,
};

}  // namespace overlap
