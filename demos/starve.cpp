// Ten answers come in at once, and each is formatted for 50 ms of CPU time. Where? A coroutine that computes
// holds up all others of its loop. Lesson: lessons/09-one-thread

#include <asio/awaitable.hpp>
#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>
#include <asio/thread_pool.hpp>
#include <string>
#include <vector>

#include "concurrency/gather.hpp"
#include "concurrency/to_thread.hpp"
#include "conversation.hpp"
#include "demo/context.hpp"
#include "demo/in_process.hpp"
#include "demo/knobs.hpp"
#include "demos.hpp"
#include "net/http_client.hpp"

namespace overlap {
namespace {

std::string amount(const Context& run) { return std::to_string(run.amount()); }

// Waits for the task's answer, suspended. An answer that was there, while the loop was busy, is drawn as
// such.
asio::awaitable<bool> ask(Context& run, net::AsyncClient& client, int id) {
    ScopedSpan span = run.span(id, State::waiting);
    const net::Answer answer = co_await client.get(run.target(id));
    run.was_ready(span, answer);
    if (!answer.ok()) span.fail(answer.error);
    co_return answer.ok();
}

asio::awaitable<void> format_inline(Context& run, net::AsyncClient& client, int id) {
    const bool good = co_await ask(run, client, id);
    if (good) format_job.run(run.lane(id), amount(run));  // nothing else runs on this loop meanwhile
}

// Python: await asyncio.to_thread(format, conversation)
asio::awaitable<void> format_in_thread(Context& run, net::AsyncClient& client, asio::thread_pool& threads,
                                       int id) {
    const bool good = co_await ask(run, client, id);
    if (!good) co_return;
    auto job = [&run, id, queued = run.span(id, State::queued)]() mutable {
        queued.end();
        return format_job.run(run.lane(id), amount(run));
    };
    co_await to_thread(threads, std::move(job));
}

// Python: await loop.run_in_executor(process_pool, format, conversation)
asio::awaitable<void> format_in_process(Context& run, ProcessPool& workers, int id) {
    net::AsyncClient client(co_await asio::this_coro::executor, run.client());
    const bool good = co_await ask(run, client, id);
    if (good) co_await in_process(run, workers, id, "format", amount(run));
}

void sequential(Context& run) {
    net::BlockingClient client(run.client());
    for (const int id : run.tasks()) {
        ScopedSpan span = run.span(id, State::blocked);
        const net::Answer answer = client.get(run.target(id));
        if (!answer.ok()) span.fail(answer.error);
        span.end();
        if (answer.ok()) format_job.run(run.lane(id), amount(run));
    }
}

void coroutines(Context& run) {
    asio::io_context loop(1);
    auto watch = run.watch(loop);
    net::AsyncClient client(loop.get_executor(), run.client());
    std::vector<asio::awaitable<void>> tasks;
    for (const int id : run.tasks()) tasks.push_back(format_inline(run, client, id));
    asio::co_spawn(loop, gather(std::move(tasks)), watch.finish());
    loop.run();
}

void threads(Context& run) {
    asio::io_context loop(1);
    auto watch = run.watch(loop);
    net::AsyncClient client(loop.get_executor(), run.client());
    asio::thread_pool threads(run.workers());
    std::vector<asio::awaitable<void>> tasks;
    for (const int id : run.tasks()) tasks.push_back(format_in_thread(run, client, threads, id));
    asio::co_spawn(loop, gather(std::move(tasks)), watch.finish());
    loop.run();
}

void processes(Context& run) { run_in_processes(run, format_in_process); }

std::string caption(const Variant& variant, const Context& run) {
    const std::string workers = std::to_string(run.workers());
    if (variant.way == Way::sequential) return "Sequential: blocking calls, formatting in between";
    if (variant.way == Way::coroutines) return "Coroutines: formatting on the loop";
    return variant.pool == PoolKind::threads
               ? "Coroutines and to_thread: formatting in a pool, threads: " + workers
               : "Coroutines and processes: formatting in a pool, processes: " + workers;
}

constexpr Variant variants[] = {{Way::sequential, "", sequential},
                                {Way::coroutines, "", coroutines},
                                {Way::pool, "", threads},
                                {Way::pool, "", processes, PoolKind::processes}};

constexpr Knob knobs[] = {knob::tasks(10), knob::latency(10 * ms), knob::jitter, knob::work(50 * ms)};

constexpr Example examples[] = {
    {"overlap starve", "ten answers at once, each formatted for 50ms"},
    {"overlap starve --tasks 100", "what it does to p99"},
    {"overlap starve --work 1ms", "when it does not matter"},
    {"overlap starve --workers 10 --pool threads", "more threads than cores: the loop has to share them"},
};

constexpr std::string_view next[] = {"overlap starve --tasks 100", "overlap cpu", "overlap code starve"};

}  // namespace

const Demo starve{
    .name = "starve",
    .summary = "CPU work on the event loop, and who waits for it",
    .knobs = knobs,
    .examples = examples,
    .title =
        [](const Settings& settings, std::span<const std::string> urls) {
            return title_of_calls(settings, urls) + ", then " + format_duration(settings.get("work")) +
                   " of formatting each";
        },
    .caption = caption,
    .amount = [](const Settings& settings) { return conversations_in(settings.get("work")); },
    .request = [](const Settings& settings) { return delay_path(settings.get("latency")); },
    .sequential_time =
        [](const Settings& settings) {
            return (settings.get("latency") + settings.get("work")) * settings.get("tasks");
        },
    .usual_workers = Demo::one_per_core,
    .variants = variants,
    .next = next,
    .lesson = 9,
    .source = starve_source,
};

}  // namespace overlap
