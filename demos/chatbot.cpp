// A chatbot, whole: which stage of its turn costs most, and where may it run? Lesson: lessons/14-chatbot

#include <asio/awaitable.hpp>
#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <asio/thread_pool.hpp>
#include <functional>
#include <vector>

#include "chatbot_models.hpp"
#include "chatbot_steps.hpp"
#include "chatbot_words.hpp"
#include "concurrency/gather.hpp"
#include "concurrency/to_thread.hpp"
#include "conversation.hpp"
#include "demo/chatbot_backend.hpp"
#include "demo/redis_backend.hpp"
#include "demos.hpp"

namespace overlap {
namespace {

// One user's turn, written for a thread: each stage holds it until it is done.
void turn(Context& run, net::BlockingRedis& redis, Saved& saved, int id,
          const std::function<BlockingStream(const std::string&)>& models) {
    ScopedSpan read = run.span(id, State::blocked, Phase::history);
    const net::RedisAnswer history = redis.command(read_command(id));  // LRANGE key 0 -1
    if (!compare(read, history, id)) return;
    read.end();
    const auto prompt = format_messages(run.lane(id), messages_of(history), run.amount(), Phase::format);
    ScopedSpan span = run.span(id, State::blocked, Phase::model);
    BlockingStream stream = models(prompt);
    if (!stream.good()) return span.fail(why_none(stream));
    span.enter(State::blocked, Phase::answer);
    std::string answer;
    for (auto token = stream.token; token; token = stream.chat->next()) answer += *token;
    if (!stream.chat->error().empty()) return span.fail(stream.chat->error());
    span.enter(State::blocked, Phase::save);
    const net::RedisAnswer done = redis.command(save_command(id, answer));  // RPUSH key question answer
    if (done.ok()) saved[static_cast<std::size_t>(id)] = answer;
    finish_turn(run, span, done, id, stream.model);
}

// Formats on the loop, or on a thread meanwhile: await asyncio.to_thread(format, history)
asio::awaitable<std::string> format_async(Context& run, std::optional<asio::thread_pool>& threads, int id,
                                          std::vector<std::string> history) {
    if (!threads) co_return format_messages(run.lane(id), history, run.amount(), Phase::format);
    auto job = [&run, id, history, queued = run.span(id, State::queued, Phase::format)]() mutable {
        queued.end();
        return format_messages(run.lane(id), history, run.amount(), Phase::format);
    };
    co_return co_await to_thread(*threads, std::move(job));
}

// The same turn, written for an event loop: co_await suspends only this one.
asio::awaitable<void> turn_async(Context& run, net::AsyncRedis& redis, Saved& saved, int id,
                                 std::optional<asio::thread_pool>& threads) {
    ScopedSpan read = run.span(id, State::waiting, Phase::history);
    const std::string command = read_command(id);
    const net::RedisAnswer history = co_await redis.command(command);
    if (!compare(read, history, id)) co_return;
    read.end();
    const auto prompt = co_await format_async(run, threads, id, messages_of(history));
    ScopedSpan span = run.span(id, State::waiting, Phase::model);
    AsyncStream stream = co_await span.during(race_models_async(run, prompt));  // the first token wins
    if (!stream.good()) co_return span.fail(why_none(stream));
    span.enter(State::waiting, Phase::answer);
    std::string answer;
    for (auto token = stream.token; token; token = co_await stream.chat->next()) answer += *token;
    if (!stream.chat->error().empty()) co_return span.fail(stream.chat->error());
    span.enter(State::waiting, Phase::save);
    const std::string save = save_command(id, answer);
    const net::RedisAnswer done = co_await redis.command(save);
    if (done.ok()) saved[static_cast<std::size_t>(id)] = answer;
    finish_turn(run, span, done, id, stream.model);
}

// Python: for id in users: turn(id)
void sequential(Context& run) {
    net::BlockingRedis redis(run.redis(), redis_options(run));
    Saved saved(static_cast<std::size_t>(run.task_count()));
    const auto models = [&run](const std::string& prompt) { return main_or_fallback(run, prompt); };
    for (const int id : run.tasks()) turn(run, redis, saved, id, models);
    check_saved(run, saved);
}

// Python: await asyncio.gather(*(turn(id) for id in users))   One connection to Redis, which all share.
template <bool offload>
void coroutines(Context& run) {
    asio::io_context loop(1);
    std::optional<asio::thread_pool> threads;
    if (offload) threads.emplace(format_threads(run));
    Saved saved(static_cast<std::size_t>(run.task_count()));
    auto watch = run.watch(loop);
    net::AsyncRedis redis(loop.get_executor(), run.redis(), redis_options(run));
    std::vector<asio::awaitable<void>> turns;
    for (const int id : run.tasks()) turns.push_back(turn_async(run, redis, saved, id, threads));
    asio::co_spawn(loop, gather(std::move(turns)), watch.finish());
    loop.run();
    check_saved(run, saved);
}

// Python: with ThreadPoolExecutor(workers) as threads: for id in users: threads.submit(turn, id)
void pool(Context& run) {
    net::BlockingRedis redis(run.redis(), redis_options(run));
    Saved saved(static_cast<std::size_t>(run.task_count()));
    asio::thread_pool models(2 * run.workers());
    asio::thread_pool threads(run.workers());
    auto watch = run.watch(threads);
    for (const int id : run.tasks()) {
        asio::post(threads, [&, id, queued = run.span(id, State::queued)]() mutable {
            queued.end();
            turn(run, redis, saved, id,
                 [&](const std::string& prompt) { return race_models(run, models, prompt); });
        });
    }
    threads.join();
    run.more_threads(static_cast<int>(2 * run.workers()));
    check_saved(run, saved);
    models.join();
}

constexpr Variant variants[] = {{Way::sequential, "", sequential},
                                {Way::coroutines, "inline", coroutines<false>},
                                {Way::coroutines, "offloaded", coroutines<true>},
                                {Way::pool, "", pool}};

}  // namespace

const Demo chatbot{
    .name = "chatbot",
    .summary = "the whole: history from Redis, format, race two models, stream, save",
    .knobs = chatbot_knobs,
    .examples = chatbot_examples,
    .title = chatbot_title,
    .caption = chatbot_caption,
    .lanes = [](const Settings& settings) { return lane_names(settings.get("users"), "User"); },
    .amount = [](const Settings& settings) { return conversations_in(settings.get("work")); },
    .backend = chatbot_backend,
    .sequential_time = chatbot_sequential_time,
    .takes_redis = true,
    .no_processes = "a worker process answers once, and the stages here go back and forth",
    .variants = variants,
    .next = chatbot_next,
    .lesson = 14,
    .source = chatbot_source,
};

}  // namespace overlap
