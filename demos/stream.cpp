// Several conversations with a model, each answered token by token. Who waits for which token, and how long?
// Lesson: lessons/12-streaming

#include <algorithm>
#include <asio/awaitable.hpp>
#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <asio/this_coro.hpp>
#include <asio/thread_pool.hpp>
#include <vector>

#include "concurrency/gather.hpp"
#include "demo/context.hpp"
#include "demo/knobs.hpp"
#include "demo/pause.hpp"
#include "demos.hpp"
#include "net/chat_client.hpp"

namespace overlap {
namespace {

// No more tokens: the stream is at its end, or broken.
void close(ScopedSpan& span, const std::string& error) {
    if (!error.empty()) return span.fail(error);
    span.rename(Phase::finish);
}

// One conversation, written for a thread: next() holds it until there is a token.
void talk(Context& run, int id) {
    net::BlockingChat chat(run.client(), run.target(id), "Hello");
    for (Phase phase = Phase::first_token;; phase = Phase::token) {
        ScopedSpan span = run.span(id, State::blocked, phase);
        const auto token = chat.next();
        if (!token) return close(span, chat.error());
        span.end();
        if (const auto pace = run.settings().get("consume")) pause(run, id, State::reading, pace);
    }
}

// The same conversation, written for an event loop: co_await suspends only this one.
asio::awaitable<void> talk_async(Context& run, int id) {
    net::AsyncChat chat(co_await asio::this_coro::executor, run.client(), run.target(id), "Hello");
    for (Phase phase = Phase::first_token;; phase = Phase::token) {
        ScopedSpan span = run.span(id, State::waiting, phase);
        const auto token = co_await chat.next();
        if (!token) co_return close(span, chat.error());
        span.end();
        if (const auto pace = run.settings().get("consume"))
            co_await async_pause(run, id, State::reading, pace);
    }
}

// Python: for id in tasks: for line in client.stream(...).iter_lines(): ...
void sequential(Context& run) {
    for (const int id : run.tasks()) talk(run, id);
}

// Python: await asyncio.gather(*(talk_async(id) for id in tasks))
void coroutines(Context& run) {
    asio::io_context loop(1);
    auto watch = run.watch(loop);
    std::vector<asio::awaitable<void>> talks;
    for (const int id : run.tasks()) talks.push_back(talk_async(run, id));
    asio::co_spawn(loop, gather(std::move(talks)), watch.finish());
    loop.run();
}

// Python: with ThreadPoolExecutor(workers) as threads: for id in tasks: threads.submit(talk, id)
void pool(Context& run) {
    asio::thread_pool threads(run.workers());
    auto watch = run.watch(threads);
    for (const int id : run.tasks()) {
        asio::post(threads, [&run, id, queued = run.span(id, State::queued)]() mutable {
            queued.end();
            talk(run, id);
        });
    }
    threads.join();
}

constexpr Variant variants[] = {
    {Way::sequential, "", sequential}, {Way::coroutines, "", coroutines}, {Way::pool, "", pool}};

// clang-format off
constexpr Knob knobs[] = {
    {"tasks", "conversations", Unit::count, 3, 1, 10'000},
    {"tokens", "tokens in each answer", Unit::count, 12, 1, 1'000, {}, true},
    {"latency", "time to the first token", Unit::duration, 300 * ms, 0, 60'000 * ms, {}, true},
    {"interval", "from one token to the next", Unit::duration, 60 * ms, 0, 60'000 * ms, {}, true},
    {"consume", "time the reader takes over each token", Unit::duration, 0, 0, 10'000 * ms},
    {"padding", "bytes of ballast in each token", Unit::count, 3'000, 0, 10'000, {}, true},
    {"cut-after", "tokens after which the server breaks off; 0: never", Unit::count, 0, 0, 1'000, {}, true},
    knob::timeout, knob::connect_timeout,
};
// clang-format on

constexpr Example examples[] = {
    {"overlap stream", "three conversations, three ways"},
    {"overlap stream --consume 200ms", "a reader slower than the server, which has to wait for it"},
    {"overlap stream --cut-after 5", "streams that break off in the middle: what came is kept"},
    {"overlap stream --tasks 10 --workers 4", "more conversations than the pool has threads"},
};

constexpr std::string_view next[] = {"overlap stream --consume 200ms", "overlap stream --cut-after 5",
                                     "overlap code stream"};

}  // namespace

const Demo stream{
    .name = "stream",
    .summary = "conversations whose answers come token by token",
    .knobs = knobs,
    .examples = examples,
    .title =
        [](const Settings& settings, std::span<const std::string> urls) {
            const std::int64_t tasks = settings.get("tasks");
            const std::string title = std::to_string(tasks) + (tasks == 1 ? " chat" : " chats");
            if (!urls.empty()) return title + " with " + urls.front();
            return title + ", a token each " + format_exact(settings.get("interval")) + " after " +
                   format_exact(settings.get("latency"));
        },
    .caption = [](const Variant& variant, const Context& run) -> std::string {
        if (variant.way == Way::sequential) return "Sequential: one conversation at a time on one thread";
        if (variant.way == Way::coroutines) return "Coroutines: co_await each token, all on one thread";
        return "Thread pool: a conversation holds its thread; threads: " + std::to_string(run.workers());
    },
    .request = chat_path,
    .sequential_time =
        [](const Settings& settings) {
            const Nanoseconds gap = std::max(settings.get("interval"), settings.get("consume"));
            return settings.get("tasks") * (settings.get("latency") + gap * settings.get("tokens"));
        },
    .takes_urls = true,
    .no_processes = "it shows tokens as they arrive, and a worker process answers once",
    .variants = variants,
    .next = next,
    .lesson = 12,
    .source = stream_source,
};

}  // namespace overlap
