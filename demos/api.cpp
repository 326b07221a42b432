// Three calls that do not need each other's answer. Must they wait for each other?
// Lesson: lessons/02-overlapping-waits

#include <asio/awaitable.hpp>
#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <asio/thread_pool.hpp>
#include <vector>

#include "concurrency/gather.hpp"
#include "demo/call_job.hpp"
#include "demo/context.hpp"
#include "demo/in_process.hpp"
#include "demo/knobs.hpp"
#include "demos.hpp"
#include "net/http_client.hpp"

namespace overlap {
namespace {

// One call, written for a thread: get() holds it until the answer is in.
void call(Context& run, net::BlockingClient& client, int id) {
    for (Backoff backoff = run.backoff(id);; backoff.wait()) {
        ScopedSpan span = run.span(id, State::blocked);
        const net::Answer answer = client.get(run.target(id));
        if (!answer.ok()) span.fail(answer.error);
        if (!backoff.again(answer)) return;
    }
}

// The same call, written for an event loop: co_await suspends only this call, the thread is free for others.
asio::awaitable<void> call_async(Context& run, net::AsyncClient& client, int id) {
    for (Backoff backoff = run.backoff(id);; co_await backoff.async_wait()) {
        ScopedSpan span = run.span(id, State::waiting);
        const net::Answer answer = co_await client.get(run.target(id));
        if (!answer.ok()) span.fail(answer.error);
        if (!backoff.again(answer)) co_return;
    }
}

// Python: for id in tasks: call(id)
void sequential(Context& run) {
    net::BlockingClient client(run.client());
    for (const int id : run.tasks()) call(run, client, id);
}

// Python: await asyncio.gather(*(call_async(id) for id in tasks))
void coroutines(Context& run) {
    asio::io_context loop(1);
    auto watch = run.watch(loop);
    net::AsyncClient client(loop.get_executor(), run.client());
    std::vector<asio::awaitable<void>> calls;
    for (const int id : run.tasks()) calls.push_back(call_async(run, client, id));
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

constexpr Variant variants[] = {{Way::sequential, "", sequential},
                                {Way::coroutines, "", coroutines},
                                {Way::pool, "", pool},
                                {Way::pool, "", processes, PoolKind::processes, false}};

constexpr Knob knobs[] = {knob::tasks(3),        knob::latency(200 * ms, 2'000 * ms),
                          knob::jitter,          knob::timeout,
                          knob::connect_timeout, knob::retries,
                          knob::backoff,         knob::fail_rate};

constexpr Example examples[] = {
    {"overlap api", "three calls of 200ms, three ways"},
    {"overlap api --tasks 10 --workers 4", "more calls than the pool has threads"},
    {"overlap api --tasks 10 --fail-rate 0.3 --retries 5", "a server that fails, tried again after a while"},
    {"overlap api --tasks 1000 --way coroutines", "a thousand calls on one thread"},
    {"overlap api --pool threads,processes", "blocking calls in processes too"},
    {"overlap api --as-in-notes", "three calls of 2s: 6s against 2s"},
    {"overlap api --url http://127.0.0.1:8080/", "the same against a server of yours"},
    {"overlap api --json | overlap render -", "keep a run, draw it again"},
};

constexpr std::string_view next[] = {"overlap api --tasks 10 --workers 4",
                                     "overlap api --tasks 1000 --way coroutines", "overlap code api"};

}  // namespace

const Demo api{
    .name = "api",
    .summary = "HTTP calls that do not need each other's answer",
    .knobs = knobs,
    .examples = examples,
    .title = title_of_calls,
    .caption = [](const Variant& variant, const Context& run) -> std::string {
        switch (variant.way) {
            case Way::sequential:
                return "Sequential: blocking calls on one thread";
            case Way::coroutines:
                return "Coroutines: co_await on one thread";
            case Way::pool:
                if (variant.pool == PoolKind::processes) return process_caption(run);
                return "Thread pool: blocking calls on " + std::to_string(run.workers()) +
                       (run.workers() == 1 ? " thread" : " threads");
        }
        return "";
    },
    .request = [](const Settings& settings) { return delay_path(settings.get("latency")); },
    .sequential_time =
        [](const Settings& settings) { return settings.get("latency") * settings.get("tasks"); },
    .takes_urls = true,
    .variants = variants,
    .next = next,
    .lesson = 2,
    .source = api_source,
};

}  // namespace overlap
