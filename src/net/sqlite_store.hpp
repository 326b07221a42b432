// SQLite: a library with no asynchronous interface. Every call holds its thread until the disk, or whoever
// has the lock, lets it go on.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "timeline/timeline.hpp"

struct sqlite3;

namespace overlap::net {

/// How a SqliteStore uses its database.
struct SqliteOptions {
    bool create = true;             ///< else the database must be there
    bool table = true;              ///< makes the table for messages if there is none
    Nanoseconds busy_timeout = 0;   ///< how long to wait for somebody else's lock, in all of one statement
    std::int64_t most_pages = 0;    ///< of 4096 bytes; a write beyond them finds the disk full. 0: no limit
    std::function<bool()> stopped;  ///< asked now and then; true ends what is waited for. Empty: never
};

/// A conversation in a database file of its own. Each call throws Error with SQLite's own words ("database is
/// locked") when it fails, "interrupted" when `stopped` ended it.
class SqliteStore {
  public:
    explicit SqliteStore(const std::string& path, SqliteOptions options = {});
    ~SqliteStore();
    SqliteStore(const SqliteStore&) = delete;
    SqliteStore& operator=(const SqliteStore&) = delete;

    /// Adds a message in a transaction of its own: when it returns, the message is on the disk (a rollback
    /// journal and synchronous=FULL: https://www.sqlite.org/pragma.html#pragma_synchronous).
    void add(std::string_view message);

    /// All messages, in the order they were added.
    std::vector<std::string> messages();

    /// Takes the write lock, as a transaction that writes does, and lets it go without having written.
    void lock();
    void unlock();  ///< what lock() took

  private:
    struct Statement;
    void execute(const char* sql);
    [[noreturn]] void fail(int code);
    static int when_busy(void* self, int calls);

    SqliteOptions options_;
    std::unique_ptr<sqlite3, int (*)(sqlite3*)> database_;
    Nanoseconds busy_since_ = 0;
};

/// Somebody else, with a long transaction: another connection that has the database's write lock from its
/// construction on, for `time` or until this is destroyed. Makes the file if it is not there, and writes
/// nothing.
class SqliteWriter {
  public:
    SqliteWriter(const std::string& path, Nanoseconds time);
    ~SqliteWriter();
    SqliteWriter(const SqliteWriter&) = delete;
    SqliteWriter& operator=(const SqliteWriter&) = delete;

  private:
    SqliteStore store_;
    std::mutex mutex_;
    std::condition_variable left_;
    bool leaving_ = false;
    std::thread thread_;
};

/// "3.40.1"
std::string sqlite_version();

}  // namespace overlap::net
