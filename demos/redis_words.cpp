#include "redis_words.hpp"

namespace overlap {

std::string redis_title(const Settings& settings, std::span<const std::string>) {
    const std::int64_t tasks = settings.get("tasks");
    return std::to_string(tasks) + (tasks == 1 ? " conversation" : " conversations") + " read from Redis";
}

std::string redis_caption(const Variant& variant, const Context& run) {
    const std::string count = std::to_string(run.workers());
    const std::string s = run.workers() == 1 ? "" : "s";
    if (variant.way == Way::sequential)
        return "Sequential: hiredis, one read after the other on one connection";
    if (variant.way == Way::pool)
        return "Thread pool: hiredis on " + count + " thread" + s + ", each with a connection";
    if (variant.name == "each") return "Coroutines (each): a connection for each read, on one thread";
    if (variant.name == "pooled")
        return "Coroutines (pooled): " + count + " connection" + s + ", on one thread";
    return "Coroutines (pipelined): one connection that all share, on one thread";
}

}  // namespace overlap
