// Two models can answer, and either answer will do. Must the second wait until the first is given up?
// Lesson: lessons/06-racing

#include <algorithm>
#include <asio/awaitable.hpp>
#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <asio/thread_pool.hpp>
#include <atomic>
#include <chrono>
#include <vector>

#include "concurrency/first_completed.hpp"
#include "concurrency/with_timeout.hpp"
#include "demo/context.hpp"
#include "demo/knobs.hpp"
#include "demos.hpp"
#include "net/http_client.hpp"

namespace overlap {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::nanoseconds;

const std::string names[] = {"main", "fallback"};

auto setting(const Context& run, const std::string& name) { return nanoseconds(run.settings().get(name)); }

// What a model is asked: our server answers after its latency, or says then that it failed.
net::Target target_of(const Context& run, int model) {
    const std::string code = run.settings().get(names[model] + "-fails") != 0 ? "&code=503" : "";
    return run.target(delay_path(run.settings().get(names[model] + "-latency")) + code);
}

// Asks a model, written for a thread: nothing but its own time limit ends the call early.
net::Answer ask(Context& run, int model, nanoseconds limit) {
    ScopedSpan span = run.span(model, State::blocked);
    net::ClientOptions options = run.client();
    options.timeout = limit;
    net::Answer answer = net::BlockingClient(options).get(target_of(run, model));
    if (!answer.ok()) span.fail(answer.error);
    return answer;
}

// The same, for an event loop. Cancelling it ends it by an exception, which closes its socket on the way.
asio::awaitable<net::Answer> ask_async(Context& run, net::AsyncClient& client, int model) {
    ScopedSpan span = run.span(model, State::waiting);
    net::Answer answer = co_await span.during(client.get(target_of(run, model)));
    if (!answer.ok()) span.fail(answer.error);
    co_return answer;
}

// Python: try: main with a timeout   except: fallback
void sequential(Context& run) {
    const auto deadline = Clock::now() + setting(run, "deadline");
    for (const int model : run.tasks()) {
        nanoseconds limit = deadline - Clock::now();
        if (model == 0) limit = std::min(limit, setting(run, "main-timeout"));
        const bool good = limit.count() > 0 && ask(run, model, limit).ok();
        if (good && run.conclude(true, names[model] + " answered")) return;
    }
    run.conclude(false, "no answer");
}

// Python: async with asyncio.timeout(deadline): await asyncio.wait(models, return_when=FIRST_COMPLETED)
asio::awaitable<void> first_good(Context& run, net::AsyncClient& client) {
    std::vector<asio::awaitable<net::Answer>> models;
    for (const int model : run.tasks()) models.push_back(ask_async(run, client, model));
    auto race = first_completed(std::move(models), &net::Answer::ok);
    const auto result = co_await with_timeout(std::move(race), setting(run, "deadline"));
    if (!result || !result->winner) co_return void(run.conclude(false, "no answer"));
    run.conclude(true, names[*result->winner] + " answered");
    run.note(static_cast<int>(*result->winner), "won");
}

void coroutines(Context& run) {
    asio::io_context loop(1);
    auto watch = run.watch(loop);
    net::AsyncClient client(loop.get_executor(), run.client());
    asio::co_spawn(loop, first_good(run, client), watch.finish());
    loop.run();
}

// Python: next(concurrent.futures.as_completed(futures))   The other thread cannot be cancelled: it runs on.
void pool(Context& run) {
    const auto deadline = Clock::now() + setting(run, "deadline");
    asio::thread_pool threads(run.workers());
    auto watch = run.watch(threads);
    std::atomic<int> failed = 0;
    for (const int model : run.tasks()) {
        asio::post(threads, [&, model, queued = run.span(model, State::queued)]() mutable {
            queued.end();
            const bool good = ask(run, model, deadline - Clock::now()).ok();
            if (good) run.note(model, run.conclude(true, names[model] + " answered") ? "won" : "too late");
            if (!good && ++failed == run.task_count()) run.conclude(false, "no answer");
        });
    }
    threads.join();
}

constexpr Variant variants[] = {
    {Way::sequential, "", sequential}, {Way::coroutines, "", coroutines}, {Way::pool, "", pool}};
constexpr Knob knobs[] = {
    knob::latency("main-latency", "time main takes to answer", 500 * ms, 2'500 * ms),
    knob::latency("fallback-latency", "time fallback takes to answer", 200 * ms, 1'000 * ms),
    knob::limit("main-timeout", "when the sequential way gives main up", 400 * ms, 2'000 * ms),
    knob::limit("deadline", "when there must be an answer", 30'000 * ms),
    {.name = "main-fails", .meaning = "main answers with an error (503)", .unit = Unit::flag, .most = 1},
    {.name = "fallback-fails", .meaning = "fallback answers with an error", .unit = Unit::flag, .most = 1},
};
constexpr Example examples[] = {
    {"overlap race", "main is too slow: wait until it is given up, or ask both at once"},
    {"overlap race --fallback-fails", "the first to answer has failed: the other wins"},
    {"overlap race --deadline 100ms", "neither answers in time"},
};
constexpr std::string_view next[] = {"overlap race --fallback-fails", "overlap code race"};
const std::string captions[] = {"Sequential: main, and once it is given up the fallback",
                                "Coroutines: both at once, the first good answer wins",
                                "Thread pool: both at once, a thread each"};
}  // namespace

const Demo race{
    .name = "race",
    .summary = "a main and a fallback model: the first good answer wins",
    .knobs = knobs,
    .examples = examples,
    .title =
        [](const Settings& settings, std::span<const std::string>) {
            return "One answer from main in " + format_exact(settings.get("main-latency")) +
                   " or fallback in " + format_exact(settings.get("fallback-latency"));
        },
    .caption = [](const Variant& variant, const Context&) { return captions[static_cast<int>(variant.way)]; },
    .lanes = [](const Settings&) { return std::vector<std::string>(std::begin(names), std::end(names)); },
    .no_processes = "the loser of a race is called off where it runs, by what saw the winner",
    .variants = variants,
    .next = next,
    .lesson = 6,
    .source = race_source,
};

}  // namespace overlap
