// SQLite databases: what is written is read, and what goes wrong is said in SQLite's words.
#include <doctest/doctest.h>
#include <sqlite3.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "net/sqlite_store.hpp"
#include "support/error_message.hpp"
#include "support/eventually.hpp"
#include "support/files.hpp"
#include "support/text.hpp"
#include "timeline/error.hpp"
#include "timeline/units.hpp"

namespace overlap::test {
namespace {

TEST_SUITE_BEGIN("sqlite_store");

using net::SqliteStore;
using net::SqliteWriter;
using Messages = std::vector<std::string>;

constexpr Nanoseconds minute = 60'000 * ms;

TEST_CASE("what one connection added, another reads, in its order and byte for byte") {
    const TemporaryFolder folder;
    const std::string path = folder.path() + "/a.db";
    const Messages said{"user: hello", "", "assistant: xin ch\xc3\xa0o", std::string("a\0b", 3)};
    SqliteStore store(path);
    for (const std::string& message : said) store.add(message);
    CHECK(store.messages() == said);
    CHECK(SqliteStore(path, {.create = false}).messages() == said);
}

TEST_CASE("a database that is gone is not made anew unless that was asked for") {
    const TemporaryFolder folder;
    CHECK(error_message<Error>([&] { SqliteStore(folder.path() + "/a.db", {.create = false}); }) ==
          "unable to open database file");
    CHECK(error_message<Error>([&] { SqliteStore(folder.path() + "/gone/a.db"); }) ==
          "unable to open database file");
}

TEST_CASE("a file that is no database is told to be none") {
    const TemporaryFile file(std::string(5'000, 'x'));
    CHECK(contains(error_message<Error>([&] { SqliteStore(file.path()).messages(); }), "not a database"));
}

TEST_CASE("when there is no room for more, the write fails and what was committed stays") {
    const TemporaryFolder folder;
    const std::string path = folder.path() + "/a.db";
    SqliteStore(path).add("first");
    SqliteStore full(path, {.most_pages = 2});
    CHECK(error_message<Error>([&] { full.add(std::string(20'000, 'x')); }) == "database or disk is full");
    CHECK(SqliteStore(path).messages() == Messages{"first"});
}

TEST_CASE("somebody else's lock is waited for, as long as the busy timeout allows") {
    const TemporaryFolder folder;
    const std::string path = folder.path() + "/a.db";
    SqliteStore hasty(path, {.busy_timeout = 20 * ms});
    {
        const SqliteWriter other(path, minute);
        CHECK(error_message<Error>([&] { hasty.add("no"); }) == "database is locked");
        CHECK(hasty.messages().empty());  // readers are let in
    }
    const SqliteWriter other(path, 20 * ms);
    SqliteStore patient(path, {.busy_timeout = minute});
    patient.add("yes");
    CHECK(patient.messages() == Messages{"yes"});
}

TEST_CASE("somebody else lets the lock go even while another reads") {
    const TemporaryFolder folder;
    const std::string path = folder.path() + "/a.db";
    sqlite3* reader = nullptr;
    REQUIRE(::sqlite3_open(path.c_str(), &reader) == SQLITE_OK);
    REQUIRE(::sqlite3_exec(reader, "BEGIN; SELECT count(*) FROM sqlite_master", nullptr, nullptr, nullptr) ==
            SQLITE_OK);
    const SqliteWriter other(path, 1 * ms);
    SqliteStore next(path, {.table = false, .busy_timeout = minute});
    next.lock();
    next.unlock();
    ::sqlite3_close(reader);
}

TEST_CASE("a stop ends the wait for a lock") {
    const TemporaryFolder folder;
    const std::string path = folder.path() + "/a.db";
    std::atomic<bool> stop = false;
    std::atomic<bool> asked = false;
    SqliteStore store(path, {.busy_timeout = minute, .stopped = [&] {
                                 asked = true;
                                 return stop.load();
                             }});
    const SqliteWriter other(path, minute);
    const std::jthread stopper([&] { stop = eventually([&] { return asked.load(); }); });
    CHECK(error_message<Error>([&] { store.add("no"); }) == "interrupted");
}

}  // namespace
}  // namespace overlap::test
