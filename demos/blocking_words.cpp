#include "blocking_words.hpp"

#include <algorithm>

#include "demo/blocking_jobs.hpp"
#include "demo/in_process.hpp"

namespace overlap {
namespace {

std::string count_of(std::int64_t count, const std::string& noun) {
    return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

}  // namespace

std::string blocking_title(const Settings& settings, std::span<const std::string>) {
    const std::int64_t tasks = settings.get("tasks");
    const Nanoseconds locked = settings.get("locked");
    switch (static_cast<Library>(settings.get("what"))) {
        case Library::sqlite:
            return count_of(tasks, "conversation") + " saved in SQLite, " +
                   count_of(settings.get("messages"), "commit") + " each, and read back" +
                   (locked > 0 ? "; somebody else has each database's lock for " + format_exact(locked) : "");
        case Library::file:
            return count_of(tasks, "file") + " of " + std::to_string(settings.get("size")) +
                   "MiB written, synced with the disk and read back";
        case Library::dns:
            return count_of(tasks, "lookup") + " of localhost by getaddrinfo";
    }
    return "";
}

Nanoseconds blocking_time(const Settings& settings) {
    if (static_cast<Library>(settings.get("what")) != Library::sqlite) return 0;
    return settings.get("tasks") * std::min(settings.get("locked"), settings.get("busy-timeout"));
}

std::string blocking_caption(const Variant& variant, const Context& run) {
    if (variant.way == Way::sequential) return "Sequential: blocking calls on one thread";
    if (variant.name == "io_uring")
        return "Coroutines (io_uring): the kernel reads and writes, on one thread";
    if (variant.way == Way::coroutines) return "Coroutines (inline): blocking calls made on the event loop";
    if (variant.pool == PoolKind::processes) return process_caption(run);
    return "Thread pool: co_await to_thread(), " +
           count_of(static_cast<std::int64_t>(run.workers()), "thread") + " beside the event loop";
}

}  // namespace overlap
