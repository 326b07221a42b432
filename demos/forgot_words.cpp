#include "forgot_words.hpp"

#include <stdexcept>

namespace overlap {

std::string forgot_title(const Settings& settings, std::span<const std::string>) {
    const std::int64_t tasks = settings.get("tasks");
    return std::to_string(tasks) + (tasks == 1 ? " call" : " calls") + " of " + answer_time(settings) +
           ", with and without await";
}

std::string forgot_caption(const Variant& variant, const Context& run) {
    const std::string threads = std::to_string(run.workers()) + (run.workers() == 1 ? " thread" : " threads");
    if (variant.way == Way::sequential) return "Sequential: blocking calls on one thread";
    if (variant.way == Way::pool) {
        return variant.name == "future"
                   ? "Thread pool, future: " + threads + " blocked on the calls of one loop"
                   : "Thread pool: blocking calls on " + threads;
    }
    if (variant.name == "awaited") return "Coroutines, awaited: co_await gather(calls)";
    if (variant.name == "forgotten") return "Coroutines, forgotten: the calls without co_await";
    if (variant.name == "detached") return "Coroutines, detached: calls that fail, and nobody is told";
    if (variant.name == "heard") return "Coroutines, heard: calls that fail, and whoever awaits them is told";
    return "Coroutines, blocked: the loop's thread waits for what the loop is to bring";
}

Nanoseconds forgot_sequential_time(const Settings& settings) {
    return settings.get("latency") * settings.get("tasks");
}

net::Target target_of(const Context& run, bool failing) {
    return run.target(delay_path(run.settings().get("latency")) + (failing ? "&code=503" : ""));
}

std::string heard_from(asio::io_context& loop) {
    try {
        loop.run();
    } catch (const std::runtime_error& error) {
        return error.what();
    }
    return "";
}

std::chrono::nanoseconds patience(const Context& run) {
    return std::chrono::nanoseconds(run.warming_up() ? ms : run.settings().get("patience"));
}

void conclude_calls(const Calls& calls, const std::string& heard) {
    Context& run = calls.run;
    if (run.stop().stop_requested()) return;
    int never_started = 0;
    for (const int id : run.tasks()) {
        if (run.has_begun(id)) continue;
        run.note(id, "never started");
        ++never_started;
    }
    if (never_started > 0) {
        run.conclude(
            never_started == run.task_count(),
            std::to_string(never_started) + " of " + std::to_string(run.task_count()) + " never started");
    } else if (!heard.empty()) {
        run.conclude(calls.failing, "heard: " + heard);
    } else if (calls.failing) {
        run.conclude(calls.failed > 0, std::to_string(calls.failed) + " failed, nobody heard");
    }
}

}  // namespace overlap
