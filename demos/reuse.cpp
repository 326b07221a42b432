// Use a connection pool: why? A new connection for each call, one that is kept open, a pool of a few.
// Lesson: lessons/07-connections-and-pools

#include <asio/awaitable.hpp>
#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <asio/thread_pool.hpp>
#include <semaphore>
#include <vector>

#include "concurrency/gather.hpp"
#include "concurrency/semaphore.hpp"
#include "demo/context.hpp"
#include "demo/knobs.hpp"
#include "demos.hpp"
#include "net/http_client.hpp"

namespace overlap {
namespace {

// One call, written for a thread: waits for its turn, opens a connection unless one was kept, asks.
void call(Context& run, net::BlockingClient& client, std::counting_semaphore<>& limit, int id,
          ScopedSpan span) {
    limit.acquire();
    net::Connection connection = client.kept(run.target(id));
    if (!connection.is_open()) {
        span.enter(State::blocked, Phase::connect);
        connection = client.connect(run.target(id));
        if (!connection.is_open()) span.fail(connection.error);
    }
    span.enter(State::blocked);
    const net::Answer answer = client.get(std::move(connection), run.target(id));
    if (!answer.ok()) span.fail(answer.error);
    span.end();  // the next call may begin at once
    limit.release();
}

// The same call, written for an event loop.
asio::awaitable<void> call_async(Context& run, net::AsyncClient& client, Semaphore& limit, int id) {
    ScopedSpan span = run.span(id, State::queued);
    const Semaphore::Permit permit = co_await limit.acquire();
    net::Connection connection = client.kept(run.target(id));
    if (!connection.is_open()) {
        span.enter(State::waiting, Phase::connect);
        connection = co_await client.connect(run.target(id));
        if (!connection.is_open()) span.fail(connection.error);
    }
    span.enter(State::waiting);
    const net::Answer answer = co_await client.get(std::move(connection), run.target(id));
    if (!answer.ok()) span.fail(answer.error);
}

// So many connections are kept open and there are no more, as httpx.Limits does it; 0: each call has its own.
net::ClientOptions keeping(net::ClientOptions options, std::size_t kept) {
    options.keep_alive = kept;
    return options;
}
std::size_t a_few(const Context& run) { return static_cast<std::size_t>(run.settings().get("connections")); }

void sequential(Context& run, std::size_t kept) {
    net::BlockingClient client(keeping(run.client(), kept));
    std::counting_semaphore<> limit(1);
    for (const int id : run.tasks()) call(run, client, limit, id, run.span(id, State::queued));
}

void coroutines(Context& run, std::size_t kept) {
    asio::io_context loop(1);
    auto watch = run.watch(loop);
    net::AsyncClient client(loop.get_executor(), keeping(run.client(), kept));
    Semaphore limit(loop.get_executor(), kept > 0 ? kept : static_cast<std::size_t>(run.task_count()));
    std::vector<asio::awaitable<void>> calls;
    for (const int id : run.tasks()) calls.push_back(call_async(run, client, limit, id));
    asio::co_spawn(loop, gather(std::move(calls)), watch.finish());
    loop.run();
}

void pool(Context& run, std::size_t kept) {
    net::BlockingClient client(keeping(run.client(), kept));
    std::counting_semaphore<> limit(static_cast<int>(kept > 0 ? kept : run.workers()));
    asio::thread_pool threads(run.workers());
    auto watch = run.watch(threads);
    for (const int id : run.tasks()) {
        asio::post(threads, [&run, &client, &limit, id, span = run.span(id, State::queued)]() mutable {
            call(run, client, limit, id, std::move(span));
        });
    }
    threads.join();
}

constexpr Variant variants[] = {{Way::sequential, "new", [](Context& run) { sequential(run, 0); }},
                                {Way::coroutines, "new", [](Context& run) { coroutines(run, 0); }},
                                {Way::pool, "new", [](Context& run) { pool(run, 0); }},
                                {Way::sequential, "one", [](Context& run) { sequential(run, 1); }},
                                {Way::coroutines, "one", [](Context& run) { coroutines(run, 1); }},
                                {Way::pool, "one", [](Context& run) { pool(run, 1); }},
                                {Way::sequential, "pool", [](Context& run) { sequential(run, a_few(run)); }},
                                {Way::coroutines, "pool", [](Context& run) { coroutines(run, a_few(run)); }},
                                {Way::pool, "pool", [](Context& run) { pool(run, a_few(run)); }}};

constexpr Knob knobs[] = {
    knob::tasks(4),
    {.name = "connections", .meaning = "of the pool, at most", .usual = 2, .least = 1, .most = 10'000},
    knob::latency("latency", "time the server takes to answer", 40 * ms),
    knob::rtt(20 * ms),
    knob::timeout,
    knob::connect_timeout};

constexpr Example examples[] = {
    {"overlap reuse", "4 calls to a server 20ms away: new connections, one, and a pool of 2"},
    {"overlap reuse --rtt 100ms --latency 5ms", "far away and quick: opening is most of a call"},
    {"overlap reuse --rtt 0ms", "next door: what opening takes without distance"}};

constexpr std::string_view next[] = {"overlap reuse --rtt 100ms --latency 5ms", "overlap reuse --rtt 0ms"};

std::string caption(const Variant& variant, const Context& run) {
    const char* const ways[] = {"Sequential: ", "Coroutines: ", "Thread pool: "};
    const std::string way = ways[static_cast<int>(variant.way)];
    if (variant.name == "new") return way + "a new connection for each call";
    if (variant.name == "one" || a_few(run) == 1) return way + "one connection at a time, kept if possible";
    return way + "up to " + std::to_string(a_few(run)) + " connections at a time, kept if possible";
}

}  // namespace

const Demo reuse{
    .name = "reuse",
    .summary = "connections: a new one for each call, one kept open, a pool of them",
    .knobs = knobs,
    .examples = examples,
    .title = title_of_calls,
    .caption = caption,
    .request = [](const Settings& settings) { return delay_path(settings.get("latency")); },
    .takes_urls = true,
    .no_processes = "an open connection stays in its process, and keeping them is what it is about",
    .variants = variants,
    .next = next,
    .lesson = 7,
    .source = reuse_source,
};

}  // namespace overlap
