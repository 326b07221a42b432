#include "chatbot_words.hpp"

#include <algorithm>

#include "demo/cores.hpp"

namespace overlap {

std::string chatbot_title(const Settings& settings, std::span<const std::string>) {
    const std::int64_t users = settings.get("users");
    return "A chatbot's turn for " + std::to_string(users) + (users == 1 ? " user" : " users");
}

std::string chatbot_caption(const Variant& variant, const Context& run) {
    if (variant.way == Way::sequential)
        return "Sequential: one user after the other; main, and fallback when main is given up";
    if (variant.way == Way::pool) {
        return "Thread pool: a user holds its thread, threads: " + std::to_string(run.workers()) +
               ", and for the races " + std::to_string(2 * run.workers());
    }
    return variant.name == "inline" ? "Coroutines (inline): all on one thread, formatting too"
                                    : "Coroutines (offloaded): formatting on other threads, at most " +
                                          std::to_string(format_threads(run));
}

Nanoseconds chatbot_sequential_time(const Settings& settings) {
    const Nanoseconds main = settings.get("main-latency");
    const Nanoseconds limit = settings.get("main-timeout");
    const bool given_up = settings.get("main-fails") != 0 || main >= limit;
    const Nanoseconds model = std::min(main, limit) + (given_up ? settings.get("fallback-latency") : 0);
    return settings.get("users") * (2 * settings.get("rtt") + settings.get("work") + model +
                                    settings.get("interval") * settings.get("tokens"));
}

std::size_t format_threads(const Context& run) {
    return static_cast<std::size_t>(std::clamp(usable_cores(), 1, run.task_count()));
}

}  // namespace overlap
