// Posts can be asked for once their user is known. What can overlap? Lesson: lessons/05-chains-and-fan-out

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

net::Target target_of(const Context& run, const std::string& what, int id) {
    return run.target(delay_path(run.settings().get(what + "-latency")) + "&" + what + "=" +
                      std::to_string(id));
}

// One user's chain, written for a thread: two calls in order.
void fetch(Context& run, net::BlockingClient& client, int id) {
    ScopedSpan span = run.span(id, State::blocked, Phase::user);
    const net::Answer user = client.get(target_of(run, "user", id));
    if (!user.ok()) return span.fail("user: " + user.error);
    span.enter(State::blocked, Phase::posts);
    const net::Answer posts = client.get(target_of(run, "posts", id));
    if (!posts.ok()) span.fail("posts: " + posts.error);
}

// The same chain, written for an event loop. co_await keeps the order just as a blocking call does.
asio::awaitable<void> fetch_async(Context& run, net::AsyncClient& client, int id) {
    ScopedSpan span = run.span(id, State::waiting, Phase::user);
    const net::Answer user = co_await client.get(target_of(run, "user", id));
    if (!user.ok()) co_return span.fail("user: " + user.error);
    span.enter(State::waiting, Phase::posts);
    const net::Answer posts = co_await client.get(target_of(run, "posts", id));
    if (!posts.ok()) span.fail("posts: " + posts.error);
}

// Python: for id in users: fetch(id)
void sequential(Context& run) {
    net::BlockingClient client(run.client());
    for (const int id : run.tasks()) fetch(run, client, id);
}

// Python: for id in users: await fetch(id)   The loop is free while each call waits, and has nothing to do.
asio::awaitable<void> one_after_the_other(Context& run, net::AsyncClient& client) {
    for (const int id : run.tasks()) co_await fetch_async(run, client, id);
}

// Python: await asyncio.gather(*(fetch(id) for id in users))   Each chain keeps its order; they overlap.
asio::awaitable<void> all_at_once(Context& run, net::AsyncClient& client) {
    std::vector<asio::awaitable<void>> chains;
    for (const int id : run.tasks()) chains.push_back(fetch_async(run, client, id));
    co_await gather(std::move(chains));
}

using FetchAll = asio::awaitable<void> (*)(Context&, net::AsyncClient&);

template <FetchAll fetch_all>
void coroutines(Context& run) {
    asio::io_context loop(1);
    auto watch = run.watch(loop);
    net::AsyncClient client(loop.get_executor(), run.client());
    asio::co_spawn(loop, fetch_all(run, client), watch.finish());
    loop.run();
}

// Python: with ThreadPoolExecutor(workers) as threads: for id in users: threads.submit(fetch, id)
void pool(Context& run) {
    net::BlockingClient client(run.client());
    asio::thread_pool threads(run.workers());
    auto watch = run.watch(threads);
    for (const int id : run.tasks()) {
        asio::post(threads, [&run, &client, id, queued = run.span(id, State::queued)]() mutable {
            queued.end();
            fetch(run, client, id);
        });
    }
    threads.join();
}

// Python: with ProcessPoolExecutor(workers) as pool: pool.submit(fetch, id) for each
asio::awaitable<void> fetch_in_process(Context& run, ProcessPool& workers, int id) {
    std::vector<Call> chain{{target_of(run, "user", id), Phase::user},
                            {target_of(run, "posts", id), Phase::posts}};
    co_await calls_in_process(run, workers, id, std::move(chain));
}
void processes(Context& run) { run_in_processes(run, fetch_in_process); }

constexpr Variant variants[] = {{Way::sequential, "", sequential},
                                {Way::coroutines, "naive", coroutines<one_after_the_other>},
                                {Way::coroutines, "gather", coroutines<all_at_once>},
                                {Way::pool, "", pool},
                                {Way::pool, "", processes, PoolKind::processes, false}};
constexpr Knob knobs[] = {
    {.name = "users", .meaning = "users to fetch", .usual = 3, .least = 1, .most = 10'000},
    knob::latency("user-latency", "time our server takes for a user", 200 * ms),
    knob::latency("posts-latency", "time our server takes for a user's posts", 100 * ms),
    knob::jitter,
    knob::timeout,
    knob::fail_rate,
};
constexpr Example examples[] = {
    {"overlap chain", "three users, each with the user first and then the posts"},
    {"overlap chain --variant naive,gather --way coroutines", "await in a loop beside gather"},
    {"overlap chain --users 10 --jitter 300ms", "uneven chains: the longest is the critical path"},
};
constexpr std::string_view next[] = {"overlap chain --users 10 --jitter 300ms", "overlap code chain"};

}  // namespace

const Demo chain{
    .name = "chain",
    .summary = "calls that need the one before: awaiting in turn is not concurrent",
    .knobs = knobs,
    .examples = examples,
    .title =
        [](const Settings& settings, std::span<const std::string>) {
            const std::int64_t users = settings.get("users");
            return std::to_string(users) + (users == 1 ? " user" : " users") + " in " +
                   answer_time(settings, "user-latency") + ", then the posts in " +
                   answer_time(settings, "posts-latency");
        },
    .caption = [](const Variant& variant, const Context& run) -> std::string {
        if (variant.way == Way::sequential) return "Sequential: one user after the other on one thread";
        if (variant.pool == PoolKind::processes) return process_caption(run, "one chain at a time");
        if (variant.way == Way::pool)
            return "Thread pool: one chain each, threads: " + std::to_string(run.workers());
        return variant.name == "naive" ? "Coroutines, naive: co_await one chain after the other"
                                       : "Coroutines, gather: all chains at once on one thread";
    },
    .lanes = [](const Settings& settings) { return lane_names(settings.get("users"), "User"); },
    .sequential_time =
        [](const Settings& settings) {
            return (settings.get("user-latency") + settings.get("posts-latency")) * settings.get("users");
        },
    .variants = variants,
    .next = next,
    .lesson = 5,
    .source = chain_source,
};

}  // namespace overlap
