// A library that only blocks: SQLite, plain files, getaddrinfo. What does it do to an event loop, and what
// helps?
// Lesson: lessons/10-offloading

#include <asio/awaitable.hpp>
#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>
#include <asio/thread_pool.hpp>
#include <vector>

#include "blocking_words.hpp"
#include "concurrency/gather.hpp"
#include "concurrency/to_thread.hpp"
#include "demo/blocking_jobs.hpp"
#include "demo/context.hpp"
#include "demo/in_process.hpp"
#include "demo/knobs.hpp"
#include "demos.hpp"

namespace overlap {
namespace {

// One task, by the library's blocking calls: connect, INSERT, COMMIT, SELECT; or open, write, fsync, read; or
// getaddrinfo. They hold whatever thread makes them until they are done (src/demo/blocking_jobs.cpp).
void work(Context& run, int id) {
    const Job& job = blocking_job(run.settings());
    job.run(run.lane(id), encode(blocking_task(run, id)));
}

// Python: async def task(): sqlite3.connect(...).execute(...)
// A coroutine that awaits nothing: until work() returns, the loop cannot do anything else.
asio::awaitable<void> work_inline(Context& run, int id, ScopedSpan queued) {
    queued.end();
    work(run, id);
    co_return;
}

// Python: await asyncio.to_thread(work)
// The same call on a thread of a pool. Only this coroutine waits for it, and the loop is free.
asio::awaitable<void> work_to_thread(Context& run, asio::thread_pool& threads, int id) {
    auto on_thread = [&run, id, queued = run.span(id, State::queued)]() mutable {
        queued.end();
        work(run, id);
    };
    co_await to_thread(threads, std::move(on_thread));
}

// Python: await loop.run_in_executor(process_pool, work)
asio::awaitable<void> work_in_process(Context& run, ProcessPool& workers, int id) {
    co_await in_process(run, workers, id, std::string(blocking_job(run.settings()).name),
                        encode(blocking_task(run, id)), State::blocked);
}

// Python: for id in tasks: work(id)
void sequential(Context& run) {
    for (const int id : run.tasks()) work(run, id);
}

// Python: asyncio.run(asyncio.gather(*(work_inline(id) for id in tasks)))
void called_inline(Context& run) {
    asio::io_context loop(1);
    auto watch = run.watch(loop);
    std::vector<asio::awaitable<void>> tasks;
    for (const int id : run.tasks()) tasks.push_back(work_inline(run, id, run.span(id, State::queued)));
    asio::co_spawn(loop, gather(std::move(tasks)), watch.finish());
    loop.run();
}

// For files only, and no Python of the notes has it: io_uring. The kernel does open, write, fsync and read,
// and says when it is done: nobody's thread waits. file_async() is work() with a co_await at each of them.
void io_uring(Context& run) {
    asio::io_context loop(1);
    auto watch = run.watch(loop);
    net::Ring ring(loop.get_executor());
    std::vector<asio::awaitable<void>> tasks;
    for (const int id : run.tasks()) tasks.push_back(file_async(run, ring, id));
    asio::co_spawn(loop, gather(std::move(tasks)), watch.finish());
    loop.run();
}

// Python: asyncio.run(asyncio.gather(*(asyncio.to_thread(work, id) for id in tasks)))
void threads(Context& run) {
    asio::io_context loop(1);
    auto watch = run.watch(loop);
    asio::thread_pool threads(run.workers());  // after the loop, as it has to end before it
    auto stop = run.watch(threads);
    std::vector<asio::awaitable<void>> tasks;
    for (const int id : run.tasks()) tasks.push_back(work_to_thread(run, threads, id));
    asio::co_spawn(loop, gather(std::move(tasks)), watch.finish());
    loop.run();
}

void processes(Context& run) { run_in_processes(run, work_in_process); }

constexpr Variant variants[] = {{Way::sequential, "", sequential},
                                {Way::coroutines, "inline", called_inline},
                                {Way::coroutines, "io_uring", io_uring},
                                {Way::pool, "", threads},
                                {Way::pool, "", processes, PoolKind::processes}};

constexpr Knob knobs[] = {
    choice("what", "the library that blocks", library_words),
    {.name = "tasks", .meaning = "databases, files or lookups", .usual = 4, .least = 1, .most = 500},
    {.name = "messages",
     .meaning = "sqlite: to save in each, a COMMIT each",
     .usual = 4,
     .least = 1,
     .most = 10'000},
    {.name = "locked",
     .meaning = "sqlite: how long another connection has each database's lock",
     .unit = Unit::duration,
     .usual = 100 * ms,
     .most = 60'000 * ms},
    {.name = "busy-timeout",
     .meaning = "sqlite: how long to wait for that lock",
     .unit = Unit::duration,
     .usual = 5'000 * ms,
     .most = 60'000 * ms},
    {.name = "size", .meaning = "file: MiB in each", .usual = 16, .least = 1, .most = 1'024},
    choice("fail", "the trouble that Task1 meets", trouble_words),
};

}  // namespace

const Demo blocking{
    .name = "blocking",
    .summary = "libraries with no async interface: SQLite, files, getaddrinfo",
    .knobs = knobs,
    .examples = blocking_examples,
    .title = blocking_title,
    .caption = blocking_caption,
    .backend = blocking_backend,
    .sequential_time = blocking_time,
    .sync_library = true,
    .variants = variants,
    .leaves_out = why_left_out,
    .next = blocking_next,
    .lesson = 10,
    .source = blocking_source,
};

}  // namespace overlap
