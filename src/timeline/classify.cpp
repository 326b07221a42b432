#include "timeline/classify.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "timeline/duration.hpp"

namespace overlap {
namespace {

bool blocks(const TaskTraits& task) { return task.uses_blocking_io || task.uses_sync_lib; }

std::string what_blocks(const TaskTraits& task) {
    if (task.uses_blocking_io && task.uses_sync_lib)
        return "It does blocking I/O through a synchronous library";
    return task.uses_blocking_io ? "It does blocking I/O" : "It uses a synchronous library";
}

}  // namespace

std::string_view name_of(Pattern pattern) {
    switch (pattern) {
        case Pattern::pure_async:
            return "PURE_ASYNC";
        case Pattern::to_thread:
            return "TO_THREAD";
        case Pattern::process_pool:
            return "PROCESS_POOL";
    }
    return "?";
}

char case_of(Pattern pattern) { return static_cast<char>('A' + static_cast<int>(pattern)); }

Pattern classify_task(const TaskTraits& task) {
    if (task.has_async_api && !task.uses_blocking_io && !task.uses_sync_lib) return Pattern::pure_async;
    if (task.uses_blocking_io || task.uses_sync_lib) {
        return task.cpu_cost_ms < heavy_cpu_ms ? Pattern::to_thread : Pattern::process_pool;
    }
    if (task.cpu_cost_ms >= heavy_cpu_ms) return Pattern::process_pool;
    return Pattern::pure_async;
}

std::string_view code_name(const TaskTraits& task) {
    switch (classify_task(task)) {
        case Pattern::to_thread:
            return "to_thread";
        case Pattern::process_pool:
            return "process_pool";
        case Pattern::pure_async:
            break;
    }
    return task.has_async_api ? "await" : "inline";
}

std::string reason_of(const TaskTraits& task) {
    const std::string cpu = milliseconds_in_words(task.cpu_cost_ms);
    switch (classify_task(task)) {
        case Pattern::to_thread:
            return what_blocks(task) + " and needs less than 100ms of CPU (" + cpu +
                   "). On the event loop it would hold up every other task until it is done; a thread of a "
                   "pool can wait in its place.";
        case Pattern::process_pool:
            return (blocks(task) ? what_blocks(task) + " and needs" : "It does no blocking I/O, but needs") +
                   " 100ms of CPU or more (" + cpu +
                   "). That is too much for the event loop, and in Python too much for a thread: the "
                   "threads of an interpreter take turns at computing.";
        case Pattern::pure_async:
            break;
    }
    if (task.has_async_api) {
        return "It has an async API and nothing in it blocks: awaited on the event loop, it leaves the "
               "thread to others whenever it waits.";
    }
    return "Nothing in it blocks and it needs less than 100ms of CPU (" + cpu +
           "): a coroutine may call it as it is.";
}

std::vector<std::string> cautions_of(const TaskTraits& task) {
    std::vector<std::string> cautions;
    const std::string cpu = milliseconds_in_words(task.cpu_cost_ms);
    const Pattern pattern = classify_task(task);
    if (pattern == Pattern::pure_async && task.cpu_cost_ms >= heavy_cpu_ms) {
        cautions.push_back(
            "The notes' rule asks for no CPU time once there is an async API. But " + cpu +
            " of CPU on the event loop hold up every other task for as long. Await the I/O there, and hand "
            "the computing over: in C++ co_await to_thread(pool, compute), in Python a process pool.");
    } else if (pattern == Pattern::pure_async && task.cpu_cost_ms >= noticeable_cpu_ms) {
        cautions.push_back(
            cpu +
            " of CPU on the event loop make every other task that much later. Where many run at once and "
            "p99 rises, hand the computing to a thread (TO_THREAD).");
    }
    if (blocks(task) && task.has_async_api) {
        cautions.push_back(
            "It has an async API: with that in place of what blocks, the answer is PURE_ASYNC.");
    }
    if (pattern == Pattern::to_thread && task.cpu_cost_ms >= heavy_cpu_ms / 2) {
        cautions.push_back(
            "The notes draw the line between a thread and a process somewhere from 50 to 100ms of CPU: "
            "this near to it, measure both.");
    }
    if (task.uses_sync_lib) {
        cautions.push_back(
            "Calls of a library from several threads at once need a library that is thread-safe. Otherwise "
            "give it a pool of one thread, or a process for each call at a time.");
    }
    return cautions;
}

std::string in_cpp(Pattern pattern) {
    if (pattern == Pattern::pure_async)
        return "Here C++ and Python agree: the coroutines of one event loop share its one thread.";
    const std::string processes_win =
        "Processes still win for isolation, for a library that is not thread-safe, and where a crash must "
        "not take others along; and a process can be killed in the middle, which a thread cannot.";
    const std::string lock = "threads share one lock (the GIL; free-threaded builds have none)";
    if (pattern == Pattern::to_thread) {
        return "The limit of 100ms is Python's: its " + lock +
               " and compute in turns. In C++ threads use all cores, so a pool of threads is also the "
               "answer to more CPU time. " +
               processes_win;
    }
    return "That it takes processes is Python's only: its " + lock +
           ". In C++ threads use all cores: a pool with a thread for each core is enough, and nothing has "
           "to be copied into another process: co_await to_thread(pool, compute). " +
           processes_win;
}

std::string_view in_python(const TaskTraits& task) {
    switch (classify_task(task)) {
        case Pattern::to_thread:
            return "result = await asyncio.to_thread(f, argument)";
        case Pattern::process_pool:
            return "result = await loop.run_in_executor(process_pool, f, argument)";
        case Pattern::pure_async:
            break;
    }
    return task.has_async_api ? "result = await client.get(url)" : "result = f(argument)";
}

std::vector<std::string> next_of(const TaskTraits& task) {
    switch (classify_task(task)) {
        case Pattern::to_thread:
            return {"overlap blocking"};
        case Pattern::process_pool:
            return {"overlap cpu"};
        case Pattern::pure_async:
            break;
    }
    std::vector<std::string> next;
    if (task.cpu_cost_ms >= noticeable_cpu_ms) next.emplace_back("overlap starve");
    next.emplace_back("overlap api");
    return next;
}

std::string milliseconds_in_words(double milliseconds) {
    if (milliseconds == 0) return "0ms";
    if (milliseconds < heavy_cpu_ms - 1 || milliseconds >= heavy_cpu_ms) {
        return format_duration(static_cast<std::int64_t>(std::llround(std::min(milliseconds, 1e12) * 1e6)));
    }
    // Rounded down, or 99.9999ms would be shown as the 100ms that it is not.
    const double down = std::floor(milliseconds * 1'000) / 1'000;
    std::array<char, 32> text{};
    char* const end = std::to_chars(text.data(), text.data() + text.size(), down).ptr;
    return std::string(text.data(), end) + "ms";
}

Fact time_fact(std::string key, std::string label, Nanoseconds time, const std::string& note) {
    const double milliseconds = static_cast<double>(time) / 1e6;
    return {std::move(key), std::move(label), milliseconds_in_words(milliseconds) + note, milliseconds};
}

}  // namespace overlap
