#include "chatbot_models.hpp"

#include <asio/post.hpp>
#include <asio/this_coro.hpp>
#include <atomic>
#include <chrono>
#include <future>
#include <utility>
#include <vector>

#include "concurrency/first_completed.hpp"

namespace overlap {
namespace {

using std::chrono::nanoseconds;

// Our server's chat endpoint, at the model's pace, or failing as the knobs say.
net::Target model_target(const Context& run, int model) {
    const std::string& name = model_names[model];
    const bool fails = run.settings().get(name + "-fails") != 0;
    return run.target(chat_path(run.settings(), name + "-latency") + (fails ? "&code=503" : ""));
}

BlockingStream ask(Context& run, int model, const std::string& prompt,
                   nanoseconds limit = nanoseconds::max()) {
    BlockingStream stream{
        model, std::make_unique<net::BlockingChat>(run.client(), model_target(run, model), prompt)};
    stream.token = stream.chat->next(limit);
    return stream;
}

// Cancelling it ends it by an exception, which closes the connection on the way.
asio::awaitable<AsyncStream> ask_async(Context& run, int model, const std::string& prompt) {
    const auto executor = co_await asio::this_coro::executor;
    AsyncStream stream{
        model, std::make_unique<net::AsyncChat>(executor, run.client(), model_target(run, model), prompt)};
    stream.token = co_await stream.chat->next();
    co_return stream;
}

}  // namespace

// Python: try: main with a timeout   except: fallback
BlockingStream main_or_fallback(Context& run, const std::string& prompt) {
    BlockingStream stream = ask(run, 0, prompt, nanoseconds(run.settings().get("main-timeout")));
    return stream.good() ? std::move(stream) : ask(run, 1, prompt);
}

// Two more threads race. The loser cannot be cancelled: it holds its thread until its own first token.
BlockingStream race_models(Context& run, asio::thread_pool& models, const std::string& prompt) {
    struct Race {
        std::atomic<bool> won = false;
        std::atomic<int> failed = 0;
        std::promise<BlockingStream> first;
    };
    const auto race = std::make_shared<Race>();
    for (const int model : {0, 1}) {
        asio::post(models, [&run, race, model, prompt] {
            BlockingStream stream = ask(run, model, prompt);
            const bool first = stream.good() ? !race->won.exchange(true) : ++race->failed == 2;
            if (first) race->first.set_value(std::move(stream));
        });
    }
    return race->first.get_future().get();
}

// Python: await asyncio.wait(models, return_when=FIRST_COMPLETED), and the loser cancelled
asio::awaitable<AsyncStream> race_models_async(Context& run, const std::string& prompt) {
    std::vector<asio::awaitable<AsyncStream>> models;
    for (const int model : {0, 1}) models.push_back(ask_async(run, model, prompt));
    auto race = co_await first_completed(std::move(models), &AsyncStream::good);
    co_return std::move(race.results[race.winner.value_or(1)]).value_or(AsyncStream{});
}

}  // namespace overlap
