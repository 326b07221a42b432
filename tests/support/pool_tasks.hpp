// Jobs under way in a process pool, watched from the test's own thread.
#pragma once

#include <signal.h>
#include <sys/types.h>

#include <asio/bind_cancellation_slot.hpp>
#include <asio/cancellation_signal.hpp>
#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>
#include <cerrno>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "concurrency/children.hpp"
#include "concurrency/process_pool.hpp"

namespace overlap::test {

/// A job that was given to a pool.
struct Task {
    std::optional<JobReply> reply;
    bool cancelled = false;
    asio::cancellation_signal cancellation;

    [[nodiscard]] bool ended() const { return reply.has_value() || cancelled; }
    void cancel() { cancellation.emit(asio::cancellation_type::terminal); }
};

inline std::shared_ptr<Task> start(asio::io_context& loop, ProcessPool& pool, std::string job,
                                   std::string argument = "") {
    auto task = std::make_shared<Task>();
    asio::co_spawn(loop, pool.run(std::move(job), std::move(argument)),
                   asio::bind_cancellation_slot(task->cancellation.slot(),
                                                [task](const std::exception_ptr& error, JobReply reply) {
                                                    if (!error) task->reply = std::move(reply);
                                                    task->cancelled = is_cancellation(error);
                                                }));
    return task;
}

/// Runs the loop until `condition` holds. Gives false after 30 s: a limit against hangs, not a measurement.
template <typename Condition>
bool drive(asio::io_context& loop, Condition condition) {
    const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (!condition()) {
        if (std::chrono::steady_clock::now() > limit) return false;
        loop.restart();
        loop.run_for(std::chrono::milliseconds(1));
    }
    return true;
}

/// Does a job from its begin to its end. A reply with the error "hangs" when it has not come to that.
inline JobReply do_job(asio::io_context& loop, ProcessPool& pool, std::string job,
                       std::string argument = "") {
    const auto task = start(loop, pool, std::move(job), std::move(argument));
    if (!drive(loop, [&] { return task->ended(); })) return {.error = "hangs"};
    return task->reply.value_or(JobReply{.error = "cancelled"});
}

}  // namespace overlap::test
