// The demo blocking: who holds which thread, what failing looks like, and that nothing is left behind.
#include <doctest/doctest.h>
#include <signal.h>
#include <stdlib.h>

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "demo/blocking_jobs.hpp"
#include "demo/runner.hpp"
#include "demos/demos.hpp"
#include "support/cli.hpp"
#include "support/error_message.hpp"
#include "support/files.hpp"
#include "support/stopped_run.hpp"
#include "support/text.hpp"
#include "timeline/advice.hpp"
#include "timeline/error.hpp"
#include "timeline/metrics.hpp"
#include "timeline/units.hpp"

namespace overlap::test {
namespace {

TEST_SUITE_BEGIN("blocking");

// Work in a folder of the test's own.
class Work {
  public:
    Work() { ::setenv("TMPDIR", folder_.path().c_str(), 1); }
    ~Work() { ::unsetenv("TMPDIR"); }
    Work(const Work&) = delete;
    Work& operator=(const Work&) = delete;

    [[nodiscard]] std::size_t left_behind() const { return folder_.entries(); }
    [[nodiscard]] const std::string& path() const { return folder_.path(); }

  private:
    TemporaryFolder folder_;
};

// Small, so that it is the structure that is looked at.
RunOptions small_run(Library library, int tasks = 5) {
    RunOptions options{Settings(blocking.knobs)};
    options.ways.assign(std::begin(all_ways), std::end(all_ways));
    options.workers = 2;
    options.program = OVERLAP_BINARY;
    options.settings.set("what", static_cast<int>(library));
    options.settings.set("tasks", tasks);
    options.settings.set("messages", 2);
    options.settings.set("locked", 5 * ms);
    options.settings.set("size", 1);
    return options;
}

int blocked_at_once(Timeline timeline) {
    std::erase_if(timeline.spans, [](const Span& span) { return span.state != State::blocked; });
    return in_flight_peak(timeline);
}

const WayRun& panel(const Run& run, Way way, std::string_view variant, PoolKind pool = PoolKind::threads) {
    const auto found = std::find_if(run.ways.begin(), run.ways.end(), [&](const WayRun& each) {
        return each.way == way && each.variant == variant && each.pool == pool;
    });
    REQUIRE(found != run.ways.end());
    return *found;
}

TEST_CASE("one at a time sequentially and inline, at most as many as there are workers in the pools") {
    for (const Library library : {Library::sqlite, Library::file, Library::dns}) {
        CAPTURE(static_cast<int>(library));
        const Work work;
        const Run run = run_demo(blocking, small_run(library));
        for (const WayRun& way : run.ways) {
            CAPTURE(way.caption);
            for (const Lane& lane : way.timeline.lanes) CHECK(lane.error == "");
            CHECK(outcomes_of(summarize_tasks(way.timeline)).done == 5);
        }
        CHECK(blocked_at_once(panel(run, Way::sequential, "").timeline) == 1);
        CHECK(blocked_at_once(panel(run, Way::coroutines, "inline").timeline) == 1);
        CHECK(panel(run, Way::coroutines, "inline").usage.threads == 1);
        CHECK(blocked_at_once(panel(run, Way::pool, "").timeline) <= 2);
        CHECK(blocked_at_once(panel(run, Way::pool, "", PoolKind::processes).timeline) <= 2);
        CHECK(work.left_behind() == 0);
    }
}

TEST_CASE("inline the loop is held for as long as the calls take, offloaded it is not") {
    const Work work;
    RunOptions options = small_run(Library::sqlite, 3);
    options.settings.set("locked", 40 * ms);
    const Run run = run_demo(blocking, options);
    const WayRun& held = panel(run, Way::coroutines, "inline");
    REQUIRE(held.heartbeat.has_value());
    // A call waits for its lock on the loop's own thread: at least as long the timer was late.
    CHECK(held.heartbeat->worst_lag >= 30 * ms);
    REQUIRE(loop_use(held.timeline).has_value());
    CHECK(loop_use(held.timeline)->busy >= 3 * 30 * ms);
    for (const PoolKind kind : {PoolKind::threads, PoolKind::processes}) {
        const WayRun& offloaded = panel(run, Way::pool, "", kind);
        REQUIRE(loop_use(offloaded.timeline).has_value());
        CHECK(loop_use(offloaded.timeline)->idle >= 30 * ms);
    }
    const std::vector<std::string> why = explain(run);
    REQUIRE(why.size() == 4);
    CHECK(contains(why[0], "Called straight in a coroutine"));
    CHECK(contains(why[1], "The thread pool had up to"));
    CHECK(contains(why[2], "The process pool had up to"));
    CHECK(contains(why[3], "The first task of the process pool began after"));
}

TEST_CASE("what held the loop is no riddle where it is drawn") {
    WayRun way;
    way.way = Way::coroutines;
    way.timeline.lanes = {{.name = "Task1"}};
    way.timeline.spans = {{.state = State::blocked, .begin = 0, .end = 500 * ms}};
    way.heartbeat = Heartbeat{.beats = 1, .worst_lag = 499 * ms, .p99_lag = 499 * ms};
    way.makespans = {500 * ms};
    Run run;
    run.demo = "blocking";
    run.ways = {way};
    CHECK(warnings(run).empty());
    run.ways[0].timeline.spans[0].state = State::waiting;
    REQUIRE(warnings(run).size() == 1);
    CHECK(contains(warnings(run).front(), "something held it"));
}

TEST_CASE("a conversation is saved afresh, whatever an attempt whose worker died has left") {
    const Work work;
    Recorder recorder(16);
    const TaskLane lane{&recorder, recorder.add_lane("Task1")};
    const BlockingTask task{.messages = 2, .busy_timeout = 1'000 * ms, .path = work.path() + "/kept.db"};
    save_job.run(lane, encode(task));
    save_job.run(lane, encode(task));
    const Timeline timeline = recorder.take();
    REQUIRE(timeline.spans.size() == 2);
    CHECK(timeline.spans[0].outcome == Outcome::done);
    CHECK(timeline.spans[1].outcome == Outcome::done);
    CHECK(timeline.lanes[0].error.empty());
}

TEST_CASE("a full disk, a missing file and a name nobody has: data of the first task, the others go on") {
    const auto meets = [](Library library, Trouble trouble, const std::string& reason) {
        CAPTURE(static_cast<int>(library));
        CAPTURE(static_cast<int>(trouble));
        const Work work;
        RunOptions options = small_run(library, 3);
        options.settings.set("fail", static_cast<int>(trouble));
        const Run run = run_demo(blocking, options);
        CHECK(run.ways.size() >= 4);
        for (const WayRun& way : run.ways) {
            CAPTURE(way.caption);
            CHECK(contains(way.timeline.lanes[0].error, reason));
            CHECK(outcomes_of(summarize_tasks(way.timeline)).failed == 1);
            CHECK(outcomes_of(summarize_tasks(way.timeline)).done == 2);
        }
        CHECK(work.left_behind() == 0);
    };
    meets(Library::sqlite, Trouble::full, "database or disk is full");
    meets(Library::sqlite, Trouble::missing, "unable to open database file");
    meets(Library::file, Trouble::full, "no space left on device");
    meets(Library::file, Trouble::missing, "no such file or directory");
    meets(Library::dns, Trouble::missing, "");  // in the words of this machine's resolver
}

TEST_CASE("a lock that outlasts the busy timeout: the database is locked") {
    const Work work;
    RunOptions options = small_run(Library::sqlite, 2);
    options.settings.set("locked", 60'000 * ms);
    options.settings.set("busy-timeout", 5 * ms);
    const Run run = run_demo(blocking, options);
    for (const WayRun& way : run.ways) {
        CAPTURE(way.caption);
        CHECK(way.timeline.lanes[0].error == "database is locked");
        CHECK(way.timeline.lanes[1].error == "database is locked");
    }
    CHECK(contains(joined(warnings(run)), "try a longer --busy-timeout"));
}

TEST_CASE("a stop ends the wait for a lock in every way, and nothing is left behind") {
    for (const Variant& variant : blocking.variants) {
        if (variant.name == "io_uring") continue;  // no lock
        CAPTURE(static_cast<int>(variant.way));
        CAPTURE(variant.name);
        const Work work;
        RunOptions options = small_run(Library::sqlite, 3);
        options.ways = {variant.way};
        options.pools = {variant.pool};
        options.settings.set("locked", 60'000 * ms);
        options.settings.set("busy-timeout", 60'000 * ms);
        const Run run = run_stopped(blocking, options);
        CHECK(run.interrupted);
        for (const WayRun& way : run.ways) {
            CHECK(way.interrupted);
            CHECK(outcomes_of(summarize_tasks(way.timeline)).failed == 0);
            CHECK(outcomes_of(summarize_tasks(way.timeline)).done == 0);
        }
        CHECK(work.left_behind() == 0);
    }
}

TEST_CASE("on the command line: failures are drawn, exit with 1, and are kept; Ctrl-C leaves nothing") {
    const Work work;
    const std::string here = "TMPDIR=" + work.path();
    const Ended failed =
        run({"blocking", "--locked", "60s", "--busy-timeout", "5ms", "--tasks", "2"}, {here});
    CHECK(failed.code == 1);
    CHECK(failed.err == "");
    CHECK(contains(failed.out, "database is locked"));
    CHECK(contains(failed.out, "!"));
    const Ended kept =
        run({"blocking", "--tasks", "2", "--messages", "1", "--locked", "1ms", "--json"}, {here});
    check_done(kept);
    const Json document = Json::parse(kept.out);
    CHECK(document["knobs"][0]["unit"] == "sqlite|file|dns");
    check_done(run(Launch{.arguments = {"render", "-"}, .input = kept.out}));

    Process process({.arguments = {"blocking", "--locked", "60s", "--busy-timeout", "60s"},
                     .environment = {here},
                     .terminal = true});
    process.read_until("task 1 of 4");
    process.type("\x03");
    CHECK(process.wait(long_before_that).code == 130);
    CHECK(work.left_behind() == 0);
}

TEST_CASE("what cannot be is said in one line") {
    check_refused(run({"blocking", "--what", "mysql"}), 2, {"--what is 'mysql'", "sqlite, file, dns"});
    check_refused(run({"blocking", "--what", "dns", "--fail", "full"}), 2, {"--fail is full"});
    check_refused(run({"blocking", "--tasks", "2"}, {"TMPDIR=/nonexistent"}), 1, {"/nonexistent", "TMPDIR"});
    check_refused(run({"blocking", "--what", "file", "--tasks", "500", "--size", "1024"}), 1,
                  {"MiB free", "--size"});
}

}  // namespace
}  // namespace overlap::test
