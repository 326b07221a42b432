#include "demo/blocking_jobs.hpp"

#include <fcntl.h>
#include <netdb.h>
#include <unistd.h>

#include <array>
#include <memory>
#include <optional>
#include <sstream>
#include <vector>

#include "demo/folder_backend.hpp"
#include "demo/runner.hpp"
#include "net/file_io.hpp"
#include "net/sqlite_store.hpp"
#include "timeline/error.hpp"

namespace overlap {
namespace {

constexpr std::int64_t piece = mebibyte / 4;  // of a file, read or written at once

BlockingTask decode(std::string_view argument) {
    std::istringstream words{std::string(argument)};
    BlockingTask task;
    int trouble = 0;
    words >> task.id >> trouble >> task.messages >> task.locked >> task.busy_timeout >> task.bytes;
    task.trouble = static_cast<Trouble>(trouble);
    words.ignore(1);
    std::getline(words, task.path);
    return task;
}

void end_if_interrupted(const TaskLane& lane) {
    if (lane.recorder->interrupted()) throw Error("interrupted");
}

std::vector<std::string> messages_of(const BlockingTask& task) {
    std::vector<std::string> messages;
    for (std::int64_t i = 0; i < task.messages; ++i) {
        messages.push_back((i % 2 == 0 ? "user: question " : "assistant: answer ") + std::to_string(i / 2) +
                           " of conversation " + std::to_string(task.id));
    }
    return messages;
}

std::string save(const TaskLane& lane, std::string_view argument) {
    const BlockingTask task = decode(argument);
    // What an attempt whose worker died has left is not this one's.
    if (task.trouble != Trouble::missing) {
        ::unlink(task.path.c_str());
        ::unlink((task.path + "-journal").c_str());
    }
    std::optional<net::SqliteWriter> other;
    ScopedSpan span = lane.span(State::blocked);
    try {
        if (task.locked > 0 && task.trouble == Trouble::none) other.emplace(task.path, task.locked);
        net::SqliteStore store(task.path, {.create = task.trouble != Trouble::missing,
                                           .busy_timeout = task.busy_timeout,
                                           .most_pages = task.trouble == Trouble::full ? 1 : 0,
                                           .stopped = [&lane] { return lane.recorder->interrupted(); }});
        const std::vector<std::string> said = messages_of(task);
        for (const std::string& message : said) {
            end_if_interrupted(lane);
            store.add(message);
        }
        if (store.messages() != said) span.fail("not what was written");
    } catch (const std::exception& error) {
        span.fail(error.what());
    }
    return "";
}

std::string file(const TaskLane& lane, std::string_view argument) {
    const BlockingTask task = decode(argument);
    std::vector<char> chunk(piece);
    std::vector<char> expected(piece);

    ScopedSpan span = lane.span(State::blocked);
    try {
        {
            net::File out(task.path, O_WRONLY | O_CREAT | O_TRUNC);
            for (std::int64_t at = 0; at < task.bytes; at += piece) {
                end_if_interrupted(lane);
                net::pattern(chunk, task.id, at);
                out.write(chunk, at);
            }
            out.sync();
            out.forget();
        }
        if (task.trouble == Trouble::missing) ::unlink(task.path.c_str());
        net::File in(task.path, O_RDONLY);
        for (std::int64_t at = 0; at < task.bytes; at += piece) {
            end_if_interrupted(lane);
            in.read(chunk, at);
            net::pattern(expected, task.id, at);
            if (chunk != expected) throw Error("not what was written");
        }
    } catch (const Error& error) {
        span.fail(error.what());
    }
    return "";
}

}  // namespace

// The same, step for step: only who waits is another.
asio::awaitable<void> file_async(Context& run, net::Ring& ring, int id) {
    const BlockingTask task = blocking_task(run, id);
    std::vector<char> chunk(piece);
    std::vector<char> expected(piece);

    ScopedSpan span = run.span(id, State::waiting);
    try {
        {
            const net::File out(co_await ring.open(task.path, O_WRONLY | O_CREAT | O_TRUNC));
            for (std::int64_t at = 0; at < task.bytes; at += piece) {
                net::pattern(chunk, task.id, at);
                co_await ring.write(out.descriptor(), chunk, at);
            }
            co_await ring.sync(out.descriptor());
            co_await ring.forget(out.descriptor());
        }
        if (task.trouble == Trouble::missing) ::unlink(task.path.c_str());
        const net::File in(co_await ring.open(task.path, O_RDONLY));
        for (std::int64_t at = 0; at < task.bytes; at += piece) {
            co_await ring.read(in.descriptor(), chunk, at);
            net::pattern(expected, task.id, at);
            if (chunk != expected) throw Error("not what was written");
        }
    } catch (const Error& error) {
        span.fail(error.what());
    }
}

namespace {

std::string lookup(const TaskLane& lane, std::string_view argument) {
    const std::string name = name_of(decode(argument));
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;

    ScopedSpan span = lane.span(State::blocked);
    const int error = ::getaddrinfo(name.c_str(), "80", &hints, &found);
    if (error != 0) {
        span.fail(error == EAI_SYSTEM ? net::words_of_errno(errno)
                                      : net::uncapitalized(::gai_strerror(error)));
    } else {
        ::freeaddrinfo(found);
    }
    return "";
}

}  // namespace

const Job save_job{"save", save};
const Job file_job{"file", file};
const Job lookup_job{"lookup", lookup};

std::string why_left_out(const Variant& variant, const Settings& settings) {
    if (variant.name != "io_uring") return "";
    if (settings.get("what") != static_cast<int>(Library::file)) return "it is for --what file";
    return net::ring_trouble();
}

const Job& blocking_job(const Settings& settings) {
    const Job* const jobs[] = {&save_job, &file_job, &lookup_job};
    return *jobs[settings.get("what")];
}

BlockingTask blocking_task(const Context& run, int id) {
    const Settings& settings = run.settings();
    const bool sqlite = settings.get("what") == static_cast<int>(Library::sqlite);
    BlockingTask task{.id = id,
                      .messages = settings.get("messages"),
                      .locked = settings.get("locked"),
                      .busy_timeout = settings.get("busy-timeout"),
                      .bytes = settings.get("size") * mebibyte,
                      .path = run.address() + "/task" + std::to_string(id + 1) + (sqlite ? ".db" : ".bin")};
    if (run.warming_up()) {
        task.messages = 1;
        task.locked = 0;
        task.bytes = mebibyte;
    } else if (id == 0) {
        task.trouble = static_cast<Trouble>(settings.get("fail"));
        // A device that is always full: full(4).
        if (task.trouble == Trouble::full && !sqlite) task.path = "/dev/full";
    }
    return task;
}

std::string encode(const BlockingTask& task) {
    std::ostringstream words;
    words << task.id << ' ' << static_cast<int>(task.trouble) << ' ' << task.messages << ' ' << task.locked
          << ' ' << task.busy_timeout << ' ' << task.bytes << ' ' << task.path;
    return words.str();
}

// RFC 6761, section 6.4: no name that ends in .invalid is ever there.
std::string name_of(const BlockingTask& task) {
    return task.trouble == Trouble::missing ? "overlap.invalid" : "localhost";
}

std::unique_ptr<Backend> blocking_backend(const RunOptions& options) {
    const Settings& settings = options.settings;
    const auto library = static_cast<Library>(settings.get("what"));
    if (library == Library::dns) {
        if (static_cast<Trouble>(settings.get("fail")) == Trouble::full) {
            throw UsageError(
                "--fail is full: expected none or missing with --what dns, which writes nothing");
        }
        return no_backend(options);
    }
    const bool file = library == Library::file;
    const std::int64_t bytes = file ? settings.get("size") * settings.get("tasks") * mebibyte : 0;
    return folder_backend(bytes, "use a smaller --size or fewer --tasks", file ? net::ring_trouble() : "");
}

}  // namespace overlap
