// A coroutine or a thread: what do N of them cost, all suspended at once? Each N in a fresh process.
// Lesson: lessons/03-coroutines

#include <asio/awaitable.hpp>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/io_context.hpp>
#include <asio/redirect_error.hpp>
#include <asio/steady_timer.hpp>
#include <asio/use_awaitable.hpp>
#include <condition_variable>
#include <mutex>
#include <new>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include "demo/spawn_costs.hpp"
#include "demos.hpp"

namespace overlap {
namespace {

// ---- Coroutines: they all wait for one signal, on one thread. With Python's asyncio:
//
//     event = asyncio.Event()
//     tasks = [asyncio.create_task(event.wait()) for _ in range(n)]
//     await asyncio.sleep(0)            # each runs up to its await
//     event.set()
//     await asyncio.gather(*tasks)

asio::awaitable<void> wait_for(asio::steady_timer& signal, std::int64_t& waiting) {
    ++waiting;
    asio::error_code woken;
    co_await signal.async_wait(asio::redirect_error(asio::use_awaitable, woken));
    --waiting;
}

void coroutines(SpawnMeter& meter) {
    asio::io_context loop(1);
    asio::steady_timer signal(loop, asio::steady_timer::time_point::max());  // never expires by itself
    std::int64_t waiting = 0;
    meter.begin();
    try {
        while (meter.one_more()) asio::co_spawn(loop, wait_for(signal, waiting), asio::detached);
    } catch (const std::bad_alloc&) {
        meter.refused("memory for another coroutine was refused");
    }
    loop.poll();  // each runs up to its co_await
    meter.suspended(waiting);
    signal.expires_at(asio::steady_timer::time_point::min());  // wakes them all, and who would wait later
    loop.restart();
    loop.run();
    meter.finished(waiting);
}

// ---- Threads: they all wait for one signal too, each on a stack of its own. With Python's threading:
//
//     event = threading.Event()
//     threads = [threading.Thread(target=event.wait) for _ in range(n)]
//     for t in threads: t.start()
//     event.set()
//     for t in threads: t.join()

struct Signal {
    std::mutex mutex;
    std::condition_variable given;
    std::condition_variable one_more_waits;
    std::int64_t waiting = 0;
    bool is_given = false;
};

void block_on(Signal& signal) {
    std::unique_lock lock(signal.mutex);
    ++signal.waiting;
    signal.one_more_waits.notify_one();
    signal.given.wait(lock, [&] { return signal.is_given; });
    --signal.waiting;
}

void threads(SpawnMeter& meter) {
    Signal signal;
    std::vector<std::thread> started;
    started.reserve(static_cast<std::size_t>(meter.most()));
    meter.begin();
    try {
        while (meter.one_more()) started.emplace_back(block_on, std::ref(signal));
    } catch (const std::system_error& error) {  // pthread_create: EAGAIN
        meter.refused("another thread was refused (" + error.code().message() + ")");
    }
    const auto count = static_cast<std::int64_t>(started.size());
    std::unique_lock lock(signal.mutex);
    signal.one_more_waits.wait(lock, [&] { return signal.waiting == count; });
    meter.suspended(count);
    signal.is_given = true;
    lock.unlock();
    signal.given.notify_all();
    for (std::thread& thread : started) thread.join();
    meter.finished(signal.waiting);
}

constexpr SpawnKind kinds[] = {{"coroutine", coroutines, room_for_coroutines_here},
                               {"thread", threads, room_for_threads_here}};

constexpr Knob knobs[] = {
    {.name = "tasks", .meaning = "of each, at most", .usual = 10'000, .least = 1, .most = 1'000'000},
    {"repeat", "times to measure each number, of which the median is shown", Unit::count, 3, 1, 100}};

constexpr Example examples[] = {
    {"overlap spawn", "up to ten thousand of each, suspended at once"},
    {"overlap spawn --tasks 100000 --repeat 1", "where do threads come to their limit, and which one is it?"},
};

constexpr std::string_view next[] = {"overlap spawn --tasks 100000 --repeat 1", "overlap layers",
                                     "overlap code spawn"};

}  // namespace

const Demo spawn{
    .name = "spawn",
    .summary = "a coroutine against a thread: what does one more cost?",
    .knobs = knobs,
    .examples = examples,
    .title =
        [](const Settings& settings, std::span<const std::string>) {
            return "A coroutine against a thread (with " + std::to_string(default_stack() / 1024) +
                   " KiB of stack): up to " + std::to_string(settings.get("tasks")) +
                   " of each, suspended at once";
        },
    .caption = nullptr,
    .measure = [](const RunOptions& options) { return measure_spawning(spawn, options, kinds); },
    .measure_part = [](const std::string& part) { return measure_spawn_part(part, kinds); },
    .next = next,
    .lesson = 3,
    .source = spawn_source,
};

}  // namespace overlap
