#include "chatbot_steps.hpp"

#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>
#include <exception>
#include <stop_token>

#include "chatbot_models.hpp"
#include "concurrency/gather.hpp"
#include "demo/redis_backend.hpp"

namespace overlap {
namespace {

const std::string question = "user: And how long will it take?";

asio::awaitable<void> check(Context& run, net::AsyncRedis& redis, int id, const std::string& answer) {
    const std::string read = read_command(id);
    const net::RedisAnswer history = co_await redis.command(read);
    std::vector<std::string> expected = conversation(id);
    expected.push_back(question);
    expected.push_back("assistant: " + answer);
    if (history.ok() && messages_of(history) == expected) co_return;
    if (run.stop().stop_requested()) co_return;
    run.note(id, "");
    run.note_error(id, history.ok() ? "Redis does not hold what was saved" : history.error);
    const Nanoseconds now = steady_now();
    run.record(id, {.state = State::running,
                    .outcome = Outcome::failed,
                    .phase = Phase::save,
                    .begin = now,
                    .end = now});
}

}  // namespace

std::vector<std::string> messages_of(const net::RedisAnswer& history) {
    std::vector<std::string> messages;
    for (const net::RedisReply& item : history.reply.items) messages.push_back(item.text);
    return messages;
}

std::string save_command(int id, const std::string& answer) {
    return net::redis_command({"RPUSH", conversation_key(id), question, "assistant: " + answer});
}

void finish_turn(Context& run, ScopedSpan& span, const net::RedisAnswer& answer, int id, int model) {
    if (!answer.ok()) return span.fail(answer.error);
    span.end();
    run.note(id, model_names[model]);
}

void check_saved(Context& run, const Saved& saved) {
    asio::io_context loop(1);
    net::AsyncRedis redis(loop.get_executor(), run.redis(), redis_options(run));
    const std::stop_callback end_loop_on_stop(run.stop(), [&loop] { loop.stop(); });
    std::vector<asio::awaitable<void>> checks;
    for (const int id : run.tasks()) {
        const std::optional<std::string>& answer = saved[static_cast<std::size_t>(id)];
        if (answer) checks.push_back(check(run, redis, id, *answer));
    }
    asio::co_spawn(loop, gather(std::move(checks)), [](std::exception_ptr error) {
        if (error) std::rethrow_exception(error);
    });
    loop.run();
}

}  // namespace overlap
