// Calls of libraries that have no asynchronous interface, as jobs: whatever thread or process does one, it
// holds that until it is done.
#pragma once

#include <asio/awaitable.hpp>
#include <cstdint>
#include <memory>
#include <string>

#include "concurrency/job.hpp"
#include "demo/backend.hpp"
#include "demo/context.hpp"
#include "net/ring.hpp"

namespace overlap {

/// What the tasks do: the knob "what".
enum class Library : std::uint8_t { sqlite, file, dns };
inline constexpr std::string_view library_words[] = {"sqlite", "file", "dns"};

/// What the first task meets: the knob "fail".
enum class Trouble : std::uint8_t { none, full, missing };
inline constexpr std::string_view trouble_words[] = {"none", "full", "missing"};

/// What one task is to do.
struct BlockingTask {
    int id = 0;
    Trouble trouble = Trouble::none;
    std::int64_t messages = 0;     ///< to save, each in a transaction of its own
    Nanoseconds locked = 0;        ///< how long somebody else has the database's lock
    Nanoseconds busy_timeout = 0;  ///< how long to wait for that
    std::int64_t bytes = 0;        ///< of a file
    std::string path;              ///< of the database or file
};

/// By the knobs and the task's id; little when warming up.
BlockingTask blocking_task(const Context& run, int id);

/// As a job takes it.
std::string encode(const BlockingTask& task);

/// A name to look up.
std::string name_of(const BlockingTask& task);

/// "save": a conversation into a SQLite database of its own, one COMMIT a message, and read back.
/// "file": written, synced with the disk, and read back, from the disk if the kernel lets go of it.
/// "lookup": getaddrinfo(3).
/// What is read back is compared with what was written. A failure is the lane's: nothing is thrown for it.
extern const Job save_job;
extern const Job file_job;
extern const Job lookup_job;

/// "file", for an event loop, where the kernel has io_uring.
asio::awaitable<void> file_async(Context& run, net::Ring& ring, int id);

/// For Demo::leaves_out: the panel "io_uring" is for files, and for machines that have it.
std::string why_left_out(const Variant& variant, const Settings& settings);

/// The one of the knob "what".
const Job& blocking_job(const Settings& settings);

/// A folder for the databases or files; none for lookups. Throws UsageError for a trouble that the library
/// cannot meet.
std::unique_ptr<Backend> blocking_backend(const RunOptions& options);

}  // namespace overlap
