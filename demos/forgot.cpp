// A call without its await: what becomes of it? And of a failure that nobody awaits, and of the usual repair?
// Lesson: lessons/04-co-await

#include <asio/awaitable.hpp>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <asio/thread_pool.hpp>
#include <asio/use_future.hpp>
#include <atomic>
#include <stdexcept>
#include <vector>

#include "concurrency/gather.hpp"
#include "concurrency/watchdog.hpp"
#include "demo/context.hpp"
#include "demos.hpp"
#include "forgot_words.hpp"
#include "net/http_client.hpp"

namespace overlap {
namespace {

// To call it only makes it: its first line runs when somebody awaits it. (Calls: forgot_words.hpp)
asio::awaitable<void> call_async(Calls& calls, int id) {
    ScopedSpan span = calls.run.span(id, State::waiting);
    const net::Answer answer = co_await span.during(calls.client.get(calls.target));
    if (answer.ok()) co_return;
    ++calls.failed;
    span.fail(answer.error);
    throw std::runtime_error(answer.error);
}

// Python: await asyncio.gather(*(call_async(id) for id in tasks))
asio::awaitable<void> awaited(Calls& calls) {
    std::vector<asio::awaitable<void>> all;
    for (const int id : calls.run.tasks()) all.push_back(call_async(calls, id));
    co_await gather(std::move(all));
}

// Python: for id in tasks: answer = call_async(id)   "RuntimeWarning: ... was never awaited". Here: no word.
asio::awaitable<void> forgotten(Calls& calls) {
    for (const int id : calls.run.tasks()) auto answer = call_async(calls, id);
    co_return;
}

// Python: for id in tasks: asyncio.create_task(call_async(id))
asio::awaitable<void> detached(Calls& calls) {
    for (const int id : calls.run.tasks()) asio::co_spawn(calls.loop, call_async(calls, id), asio::detached);
    co_return;
}

template <asio::awaitable<void> (*make)(Calls&), bool failing>
void coroutines(Context& run) {
    asio::io_context loop(1);
    auto watch = run.watch(loop);
    Calls calls{run, loop, failing};
    asio::co_spawn(loop, make(calls), watch.finish());  // what `make` throws comes out of loop.run()
    const std::string heard = heard_from(loop);
    conclude_calls(calls, heard);
}

// A call, written for a thread: to call it is to run it.
void sequential(Context& run) {
    net::BlockingClient client(run.client());
    for (const int id : run.tasks()) {
        ScopedSpan span = run.span(id, State::blocked);
        const net::Answer answer = client.get(target_of(run));
        if (!answer.ok()) span.fail(answer.error);
    }
}

// Blocks on a call that the loop is to make: future.get(), and a watchdog ends it should that be a deadlock.
void block_on(Calls& calls, Watchdog& watchdog, int id) {
    ScopedSpan span = calls.run.span(id, State::blocked);
    auto future = asio::co_spawn(calls.loop, calls.client.get(calls.target), asio::use_future);
    const auto answer = watchdog.get(std::move(future));
    if (!answer || !answer->ok()) span.fail(answer ? answer->error : "deadlock on its own loop");
}

// Python: asyncio.run_coroutine_threadsafe(call_async(id), loop).result()   in a coroutine of that loop
void blocked(Context& run) {
    asio::io_context loop(1);
    auto watch = run.watch(loop);
    Calls calls{run, loop};
    Watchdog watchdog(loop, patience(run), run.stop());
    asio::post(loop, [&] {
        for (const int id : run.tasks())
            watchdog.deadlock() ? run.note(id, "not reached") : block_on(calls, watchdog, id);
        watch.finish()(nullptr);
        loop.stop();  // its thread is free now, and it would make the call after all
    });
    loop.run();
    run.conclude(watchdog.deadlock(), "deadlock, ended from outside");
}

// The same in threads that are not the loop's: it is free to make the calls, and each gets its answer.
void pool(Context& run) {
    asio::io_context loop(1);
    auto watch = run.watch(loop);
    Calls calls{run, loop};
    Watchdog watchdog(loop, patience(run), run.stop());
    asio::thread_pool threads(run.workers());
    auto stop = run.watch(threads);
    std::atomic<int> left = run.task_count();
    for (const int id : run.tasks()) {
        asio::post(threads, [&, id, queued = run.span(id, State::queued)]() mutable {
            queued.end();
            block_on(calls, watchdog, id);
            if (--left == 0) loop.stop();
        });
    }
    loop.run();
    threads.join();
}

constexpr Variant variants[] = {{Way::sequential, "", sequential},
                                {Way::coroutines, "awaited", coroutines<awaited, false>},
                                {Way::coroutines, "forgotten", coroutines<forgotten, false>},
                                {Way::coroutines, "detached", coroutines<detached, true>},
                                {Way::coroutines, "heard", coroutines<awaited, true>},
                                {Way::coroutines, "blocked", blocked},
                                {Way::pool, "future", pool}};

}  // namespace

const Demo forgot{
    .name = "forgot",
    .summary = "a call without its await: never started, failed unheard, or a deadlock",
    .knobs = forgot_knobs,
    .examples = forgot_examples,
    .title = forgot_title,
    .caption = forgot_caption,
    .sequential_time = forgot_sequential_time,
    .no_processes = "a loop that waits for itself has to be in the process that waits",
    .variants = variants,
    .next = forgot_next,
    .lesson = 4,
    .source = forgot_source,
};

}  // namespace overlap
