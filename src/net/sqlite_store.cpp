#include "net/sqlite_store.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "record/clock.hpp"
#include "timeline/error.hpp"
#include "timeline/units.hpp"

namespace overlap::net {
namespace {

// SQLite counts what it allocates, under one lock for the whole process: threads would wait for each other
// at it.
void configure_once() {
    static const bool done = [] { return ::sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0) == SQLITE_OK; }();
    static_cast<void>(done);
}

}  // namespace

struct SqliteStore::Statement {
    Statement(SqliteStore& owner, const char* sql) : store(owner) {
        const int code = ::sqlite3_prepare_v2(store.database_.get(), sql, -1, &statement, nullptr);
        if (code != SQLITE_OK) store.fail(code);
    }
    ~Statement() { ::sqlite3_finalize(statement); }
    Statement(const Statement&) = delete;
    Statement& operator=(const Statement&) = delete;

    /// Whether there is a row.
    bool step() {
        const int code = ::sqlite3_step(statement);
        if (code == SQLITE_ROW) return true;
        if (code != SQLITE_DONE) store.fail(code);
        return false;
    }

    SqliteStore& store;
    sqlite3_stmt* statement = nullptr;
};

SqliteStore::SqliteStore(const std::string& path, SqliteOptions options)
    : options_(std::move(options)), database_(nullptr, ::sqlite3_close) {
    configure_once();
    sqlite3* database = nullptr;
    const int flags =
        SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | (options_.create ? SQLITE_OPEN_CREATE : 0);
    const int code = ::sqlite3_open_v2(path.c_str(), &database, flags, nullptr);
    database_.reset(database);
    if (code != SQLITE_OK) fail(code);
    ::sqlite3_busy_handler(database, when_busy, this);
    execute("PRAGMA synchronous=FULL");
    if (options_.most_pages > 0) {
        execute(("PRAGMA max_page_count=" + std::to_string(options_.most_pages)).c_str());
    }
    if (!options_.table) return;
    execute("CREATE TABLE IF NOT EXISTS messages (id INTEGER PRIMARY KEY, text TEXT NOT NULL)");
}

SqliteStore::~SqliteStore() = default;

void SqliteStore::add(std::string_view message) {
    Statement insert(*this, "INSERT INTO messages (text) VALUES (?)");
    ::sqlite3_bind_text(insert.statement, 1, message.data(), static_cast<int>(message.size()), SQLITE_STATIC);
    insert.step();  // no BEGIN before it: a transaction of its own, committed when this returns
}

std::vector<std::string> SqliteStore::messages() {
    Statement select(*this, "SELECT text FROM messages ORDER BY id");
    std::vector<std::string> messages;
    while (select.step()) {
        const auto* const text = static_cast<const char*>(::sqlite3_column_blob(select.statement, 0));
        messages.emplace_back(text, static_cast<std::size_t>(::sqlite3_column_bytes(select.statement, 0)));
    }
    return messages;
}

void SqliteStore::lock() { execute("BEGIN IMMEDIATE"); }
// Not COMMIT: in a database that is still empty there is a first page to write, for which it would have to
// wait until nobody reads.
void SqliteStore::unlock() { execute("ROLLBACK"); }

void SqliteStore::execute(const char* sql) {
    Statement statement(*this, sql);
    while (statement.step()) continue;
}

void SqliteStore::fail(int code) {
    if (code == SQLITE_BUSY && options_.stopped && options_.stopped()) throw Error("interrupted");
    throw Error(database_ ? ::sqlite3_errmsg(database_.get()) : ::sqlite3_errstr(code));
}

// Called while somebody else has the lock; 0 gives up. There is nothing that tells when a lock is let go:
// SQLite looks again after a while. What sqlite3_busy_timeout() installs does so too, but would not hear of
// Ctrl-C.
int SqliteStore::when_busy(void* self, int calls) {
    SqliteStore& store = *static_cast<SqliteStore*>(self);
    const Nanoseconds now = steady_now();
    if (calls == 0) store.busy_since_ = now;
    const Nanoseconds left = store.busy_since_ + store.options_.busy_timeout - now;
    if (left <= 0 || (store.options_.stopped && store.options_.stopped())) return 0;
    ::sqlite3_sleep(static_cast<int>(std::min(2 * ms, left) / ms + (left < ms ? 1 : 0)));
    return 1;
}

SqliteWriter::SqliteWriter(const std::string& path, Nanoseconds time) : store_(path, {.table = false}) {
    store_.lock();
    thread_ = std::thread([this, time] {
        {
            std::unique_lock waiting(mutex_);
            left_.wait_for(waiting, std::chrono::nanoseconds(time), [this] { return leaving_; });
        }
        try {
            store_.unlock();
        } catch (const Error&) {  // closing it lets the lock go too
        }
    });
}

SqliteWriter::~SqliteWriter() {
    {
        const std::lock_guard lock(mutex_);
        leaving_ = true;
    }
    left_.notify_one();
    thread_.join();
}

std::string sqlite_version() { return ::sqlite3_libversion(); }

}  // namespace overlap::net
