// A chatbot keeps its conversations in Redis and reads many of them back. How many round trips must it wait?
// Lesson: lessons/07-connections-and-pools

#include <asio/awaitable.hpp>
#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <asio/thread_pool.hpp>
#include <deque>
#include <functional>
#include <vector>

#include "concurrency/gather.hpp"
#include "concurrency/semaphore.hpp"
#include "demo/context.hpp"
#include "demo/knobs.hpp"
#include "demo/redis_backend.hpp"
#include "demos.hpp"
#include "redis_words.hpp"

namespace overlap {
namespace {

// One read, written for a thread: command(), which is hiredis, holds it until the reply is in.
void read(Context& run, net::BlockingRedis& redis, int id) {
    ScopedSpan span = run.span(id, State::blocked);
    const net::RedisAnswer answer = redis.command(read_command(id));  // LRANGE key 0 -1
    compare(span, answer, id);                                        // with what was written before the run
}

// The same for an event loop: co_await suspends only this read. Reads that share `redis` are pipelined.
asio::awaitable<void> read_async(Context& run, net::AsyncRedis& redis, int id) {
    ScopedSpan span = run.span(id, State::waiting);
    const std::string command = read_command(id);
    const net::RedisAnswer answer = co_await redis.command(command);
    compare(span, answer, id);
}

// Python: for id in tasks: redis.lrange(key(id), 0, -1)
void sequential(Context& run) {
    net::BlockingRedis redis(run.target(0), redis_options(run));
    for (const int id : run.tasks()) read(run, redis, id);
}

// Python: asyncio.run(asyncio.gather(*(read(id) for id in tasks)))
void overlapped(Context& run, asio::io_context& loop, const std::function<asio::awaitable<void>(int)>& read) {
    auto watch = run.watch(loop);
    std::vector<asio::awaitable<void>> reads;
    for (const int id : run.tasks()) reads.push_back(read(id));
    asio::co_spawn(loop, gather(std::move(reads)), watch.finish());
    loop.run();
}

// A connection for each read.
asio::awaitable<void> read_alone(Context& run, asio::io_context& loop, int id) {
    net::AsyncRedis redis(loop.get_executor(), run.target(0), redis_options(run));
    co_await read_async(run, redis, id);
}

void each(Context& run) {
    asio::io_context loop(1);
    overlapped(run, loop, [&](int id) { return read_alone(run, loop, id); });
}

// K connections, one read on each at a time. Python: redis.asyncio.BlockingConnectionPool(max_connections=K)
asio::awaitable<void> read_pooled(Context& run, Semaphore& free, std::deque<net::AsyncRedis*>& idle, int id) {
    ScopedSpan queued = run.span(id, State::queued);
    const Semaphore::Permit permit = co_await free.acquire();
    queued.end();
    net::AsyncRedis* const redis = idle.front();
    idle.pop_front();
    co_await read_async(run, *redis, id);
    idle.push_back(redis);
}

void pooled(Context& run) {
    asio::io_context loop(1);
    std::deque<net::AsyncRedis> connections;
    std::deque<net::AsyncRedis*> idle;
    for (std::size_t i = 0; i < run.workers(); ++i) {
        idle.push_back(&connections.emplace_back(loop.get_executor(), run.target(0), redis_options(run)));
    }
    Semaphore free(loop.get_executor(), run.workers());
    overlapped(run, loop, [&](int id) { return read_pooled(run, free, idle, id); });
}

// One connection that all share: their commands go out together, and the replies come back in order.
void pipelined(Context& run) {
    asio::io_context loop(1);
    net::AsyncRedis redis(loop.get_executor(), run.target(0), redis_options(run));
    overlapped(run, loop, [&](int id) { return read_async(run, redis, id); });
}

// Blocking on K threads, each with a connection.
void threads(Context& run) {
    net::BlockingRedis redis(run.target(0), redis_options(run));
    asio::thread_pool pool(run.workers());
    auto watch = run.watch(pool);
    for (const int id : run.tasks()) {
        asio::post(pool, [&run, &redis, id, queued = run.span(id, State::queued)]() mutable {
            queued.end();
            read(run, redis, id);
        });
    }
    pool.join();
}

constexpr Variant variants[] = {{Way::sequential, "", sequential},
                                {Way::coroutines, "each", each},
                                {Way::coroutines, "pooled", pooled},
                                {Way::coroutines, "pipelined", pipelined},
                                {Way::pool, "", threads}};

constexpr Knob knobs[] = {
    {.name = "tasks", .meaning = "conversations to read", .usual = 8, .least = 1, .most = 10'000},
    knob::rtt(10 * ms),
    knob::timeout,
    knob::connect_timeout,
};

}  // namespace

const Demo redis{
    .name = "redis",
    .summary = "conversations read back from Redis: connections, a pool of them, pipelining",
    .knobs = knobs,
    .examples = redis_examples,
    .title = redis_title,
    .caption = redis_caption,
    .backend = redis_backend,
    .sequential_time = [](const Settings& settings) { return settings.get("rtt") * settings.get("tasks"); },
    .takes_redis = true,
    .usual_workers = 4,
    .no_processes = "an open connection stays in its process, and sharing them is what it is about",
    .variants = variants,
    .next = redis_next,
    .lesson = 7,
    .source = redis_source,
};

}  // namespace overlap
