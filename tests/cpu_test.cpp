#include <doctest/doctest.h>
#include <sched.h>

#include <algorithm>
#include <asio/io_context.hpp>
#include <ctime>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "concurrency/process_pool.hpp"
#include "demo/count_job.hpp"
#include "demo/runner.hpp"
#include "demos/demos.hpp"
#include "render/ascii.hpp"
#include "render/json.hpp"
#include "support/cli.hpp"
#include "support/loops.hpp"
#include "support/stopped_run.hpp"
#include "support/text.hpp"
#include "timeline/advice.hpp"
#include "timeline/metrics.hpp"
#include "timeline/units.hpp"

namespace overlap {
namespace {

TEST_SUITE_BEGIN("cpu");

using test::contains;
using test::operator+;

// Steps that nobody waits for the end of: what ends was stopped.
constexpr std::int64_t forever = 100'000'000'000;

RunOptions options_of(std::int64_t tasks, std::int64_t iterations) {
    RunOptions options{Settings(cpu.knobs)};
    options.ways.assign(std::begin(all_ways), std::end(all_ways));
    options.workers = 2;
    options.program = OVERLAP_BINARY;
    options.settings.set("tasks", tasks);
    options.settings.set("iterations", iterations);
    return options;
}

// The running spans of tasks, by their begin.
std::vector<Span> running_spans(const Timeline& timeline) {
    std::vector<Span> spans;
    for (const Span& span : timeline.spans) {
        const bool task = timeline.lanes[span.lane].kind == LaneKind::task;
        if (task && span.state == State::running) spans.push_back(span);
    }
    std::sort(spans.begin(), spans.end(), [](const Span& a, const Span& b) { return a.begin < b.begin; });
    return spans;
}

int running_peak(const Timeline& timeline) {
    return in_flight_peak({timeline.lanes, running_spans(timeline)});
}

TEST_CASE("the loop's sum is that of the formula, step for step and wherever it is cut") {
    for (const std::int64_t n : {0, 1, 3, 6, 7, 8, 9'999}) {
        std::int64_t sum = 0;
        for (std::int64_t steps = 0; steps < 30; ++steps) {
            CAPTURE(n);
            CAPTURE(steps);
            CHECK(count_steps(n, 0, steps) == sum);
            CHECK(count_expected({n, steps}) == sum);
            CHECK(count_steps(n, 0, steps / 2) + count_steps(n, steps / 2, steps) == sum);
            sum += steps * n % 7;
        }
        CHECK(count_steps(n, 0, 1'000'000) == count_expected({n, 1'000'000}));
    }
    CHECK(count_expected({1, 7}) == 21);
}

Nanoseconds cpu_of(std::int64_t steps) {
    const auto now = [] {
        timespec time{};
        ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
        return Nanoseconds{time.tv_sec} * 1'000 * ms + time.tv_nsec;
    };
    Nanoseconds least = 0;
    for (int i = 0; i < 5; ++i) {
        const Nanoseconds begin = now();
        CHECK(count_steps(5, 0, steps) == count_expected({5, steps}));
        const Nanoseconds cost = now() - begin;
        least = i == 0 ? cost : std::min(least, cost);
    }
    return least;
}

TEST_CASE("the compiler has not shortened the loop: twenty times the steps cost many times the CPU time") {
    CHECK(cpu_of(4'000'000) > 5 * cpu_of(200'000));
}

TEST_CASE("one task computes at a time in sequence and in coroutines, at most one a worker in pools") {
    const Run run = run_demo(cpu, options_of(5, 300'000));
    REQUIRE(run.ways.size() == 4);
    for (const WayRun& way : run.ways) {
        CAPTURE(way.caption);
        CHECK(work_done(way));
        CHECK_FALSE(way.server.has_value());
        CHECK(outcomes_of(summarize_tasks(way.timeline)).done == 5);
        CHECK(running_spans(way.timeline).size() == 5);
        const int peak = running_peak(way.timeline);
        CHECK(peak >= 1);
        CHECK(peak <= (way.way == Way::pool ? 2 : 1));
        CHECK(way.heartbeat.has_value() == (way.way != Way::sequential));
    }
    CHECK(run.ways[1].usage.threads == 1);
    CHECK(run.ways[2].usage.threads <= 2);
    CHECK(run.ways[2].pool == PoolKind::threads);
    CHECK(run.ways[3].pool == PoolKind::processes);
}

TEST_CASE(
    "a coroutine's task is ready from when it was spawned until it runs, and runs when the one before has") {
    RunOptions options = options_of(4, 300'000);
    options.ways = {Way::coroutines};
    const Run run = run_demo(cpu, options);
    const Timeline& timeline = run.ways.front().timeline;
    const std::vector<TaskSummary> tasks = summarize_tasks(timeline);
    REQUIRE(tasks.size() == 4);
    const Nanoseconds first_run = running_spans(timeline).front().begin;
    for (std::size_t i = 0; i < tasks.size(); ++i) {
        REQUIRE(tasks[i].last - tasks[i].first == 2);
        const Span& ready = timeline.spans[tasks[i].first];
        const Span& running = timeline.spans[tasks[i].first + 1];
        CHECK(ready.state == State::ready);
        CHECK(running.state == State::running);
        CHECK(ready.begin <= first_run);
        CHECK(ready.end <= running.begin);
        if (i > 0) CHECK(ready.end >= tasks[i - 1].end);
    }
}

TEST_CASE("a worker process computes the same sums as a thread, with a lock of its own or without") {
    asio::io_context loop(1);
    std::vector<std::string> sums;
    const auto work = [&]() -> asio::awaitable<void> {
        ProcessPool workers(loop.get_executor(), 2, {.program = OVERLAP_BINARY});
        for (std::int64_t n = 0; n < 8; ++n) {
            const JobReply reply = co_await workers.run("count", argument_of({n, 50'000, n % 2 == 1}));
            CHECK(reply.error == "");
            CHECK(reply.lane_error == "");
            sums.push_back(reply.result);
        }
    };
    test::run(loop, work());
    REQUIRE(sums.size() == 8);
    Recorder recorder(64);
    const TaskLane lane{&recorder, recorder.add_lane("Task1")};
    for (std::int64_t n = 0; n < 8; ++n) {
        const Count count{n, 50'000};
        CHECK(sums[static_cast<std::size_t>(n)] == std::to_string(count_expected(count)));
        CHECK(sums[static_cast<std::size_t>(n)] == count_job.run(lane, argument_of(count)));
    }
}

TEST_CASE("a wrong sum is a failed task, which says so") {
    Recorder recorder(8);
    const std::uint32_t right = recorder.add_lane("Right");
    const std::uint32_t wrong = recorder.add_lane("Wrong");
    const Count work{3, 1'000};
    ScopedSpan first(recorder, right, State::running);
    check_count(first, work, count_expected(work));
    ScopedSpan second(recorder, wrong, State::running);
    check_count(second, work, count_expected(work) + 1);
    const Timeline timeline = recorder.take();
    REQUIRE(timeline.spans.size() == 2);
    CHECK(timeline.spans[0].outcome == Outcome::done);
    CHECK(timeline.lanes[0].error == "");
    CHECK(timeline.spans[1].outcome == Outcome::failed);
    CHECK(timeline.lanes[1].error == "wrong result");
}

TEST_CASE("an argument that is none is refused with what is expected") {
    Recorder recorder(8);
    const TaskLane lane{&recorder, recorder.add_lane("Task1")};
    CHECK_THROWS_WITH(count_job.run(lane, "seven"), "count takes n, iterations and 0 or 1");
}

TEST_CASE("with --gil no two threads run at the same time, the loop's included, and they take turns") {
    RunOptions options = options_of(4, 0);
    options.settings.set("work", 30 * ms);
    options.settings.set("gil", 1);
    options.ways = {Way::pool};
    options.workers = 4;
    const Run run = run_demo(cpu, options);
    REQUIRE(run.ways.size() == 2);
    const Timeline& threads = run.ways[0].timeline;
    CHECK(running_peak(threads) == 1);
    std::vector<Span> spans = running_spans(threads);
    CHECK(spans.size() > 4);  // handed over in the middle of tasks
    for (const Span& span : threads.spans) {
        const bool loop = threads.lanes[span.lane].kind == LaneKind::loop;
        if (loop && span.state == State::running) spans.push_back(span);
    }
    std::sort(spans.begin(), spans.end(), [](const Span& a, const Span& b) { return a.begin < b.begin; });
    for (std::size_t i = 1; i < spans.size(); ++i) CHECK(spans[i].begin >= spans[i - 1].end);
    CHECK(contains(run.ways[0].caption, "imitating CPython's GIL"));
    CHECK(work_done(run.ways[0]));

    // In processes nobody else wants the lock: a task is never interrupted.
    CHECK(running_spans(run.ways[1].timeline).size() == 4);
    CHECK(work_done(run.ways[1]));
}

TEST_CASE("a stop ends every way in the middle of a task, with the lock or without") {
    for (const bool gil : {false, true}) {
        for (const Way way : all_ways) {
            for (const PoolKind pool : {PoolKind::threads, PoolKind::processes}) {
                if (way != Way::pool && pool == PoolKind::processes) continue;
                CAPTURE(gil);
                CAPTURE(name_of(way));
                CAPTURE(name_of(pool));
                RunOptions options = options_of(3, forever);
                options.settings.set("gil", gil ? 1 : 0);
                options.ways = {way};
                options.pools = {pool};
                const Run run = test::run_stopped(cpu, options);
                REQUIRE(run.ways.size() == 1);
                CHECK(run.interrupted);
                CHECK(run.ways[0].interrupted);
                for (const TaskSummary& task : summarize_tasks(run.ways[0].timeline)) {
                    CHECK(task.outcome == Outcome::cancelled);
                }
            }
        }
    }
}

TEST_CASE("Ctrl-C in the middle of computing ends at once and leaves no process behind") {
    for (const test::Words& way : {test::Words{"--way", "sequential"}, test::Words{"--way", "coroutines"},
                                   test::Words{"--way", "pool", "--pool", "threads", "--gil"},
                                   test::Words{"--way", "pool", "--pool", "processes"}}) {
        CAPTURE(test::joined(way));
        const test::Words arguments{"cpu", "--iterations", std::to_string(forever), "--workers", "2"};
        test::Process process(test::Launch{.arguments = arguments + way, .terminal = true});
        process.read_until(" of 8");
        const std::vector<pid_t> workers = test::children_of(process.pid());
        process.type("\x03");
        const test::Ended ended = process.wait(test::long_before_that);
        CHECK(ended.code == 130);
        CHECK(contains(ended.out, "nterrupted"));
        for (const pid_t worker : workers) CHECK_FALSE(test::is_alive(worker));
    }
}

TEST_CASE("a run that was kept is the same run, and fits its width") {
    RunOptions options = options_of(3, 200'000);
    options.settings.set("gil", 1);
    const Run run = run_demo(cpu, options);
    CHECK(parse_run(render_json(run)) == run);
    for (const int width : {40, 80, 120}) {
        const std::string picture = render_ascii(run, {.width = width});
        for (const std::string& line : test::lines_of(picture)) CHECK(static_cast<int>(line.size()) <= width);
        CHECK(render_ascii(parse_run(render_json(run)), {.width = width}) == picture);
    }
}

TEST_CASE("with one core to use there is one worker, and the words say one core") {
    cpu_set_t mine;
    REQUIRE(::sched_getaffinity(0, sizeof mine, &mine) == 0);
    int first = 0;
    while (!CPU_ISSET(first, &mine)) ++first;
    const test::Ended ended = test::run(test::Launch{.arguments = {"cpu", "--iterations", "300000", "--json"},
                                                     .wrapper = {"taskset", "-c", std::to_string(first)}});
    test::check_done(ended);
    const test::Json run = test::Json::parse(ended.out);
    CHECK(run["machine"]["cores"] == 1);
    CHECK(run["ways"].back()["workers"] == 1);
    CHECK(contains(run["why"].dump(), "(1 thread, 1 core to use)"));
    CHECK(contains(run["why"].dump(), "(1 process, 1 core to use)"));
}

TEST_CASE("--as-in-notes: eight tasks of a million steps") {
    const test::Json run = test::run_as_json({"cpu", "--as-in-notes", "--way", "sequential"});
    CHECK(run["title"] == "8 tasks that compute count += (i * n) % 7, 1000000 steps each");
    CHECK(run["ways"][0]["lanes"].size() == 8);
}

// A way whose tasks compute one after the other on so many lanes at once.
WayRun way_of(Way way, int at_once, int tasks, Nanoseconds each, PoolKind pool = PoolKind::threads) {
    WayRun run{.way = way, .workers = way == Way::pool ? at_once : 0, .pool = pool};
    for (int i = 0; i < tasks; ++i) {
        run.timeline.lanes.push_back({.name = "Task" + std::to_string(i + 1)});
        const Nanoseconds begin = i / at_once * each;
        run.timeline.spans.push_back(
            {.lane = static_cast<std::uint32_t>(i), .begin = begin, .end = begin + each});
    }
    run.usage.cpu = tasks * each;
    return run;
}

Run cpu_run(std::vector<WayRun> ways, int cores = 2) {
    Run run;
    run.demo = "cpu";
    run.machine.cores = cores;
    run.ways = std::move(ways);
    return run;
}

std::string text_of(const std::vector<std::string>& sentences) {
    std::string text;
    for (const std::string& sentence : sentences) text += sentence + " ";
    return text;
}

TEST_CASE("what is said of gains is what the run measured, beside the cores there are") {
    const Run run =
        cpu_run({way_of(Way::sequential, 1, 8, 50 * ms), way_of(Way::coroutines, 1, 8, 50 * ms),
                 way_of(Way::pool, 2, 8, 50 * ms), way_of(Way::pool, 2, 8, 50 * ms, PoolKind::processes)});
    const std::string why = text_of(explain(run));
    CHECK(contains(why, "its thread used a CPU for 400ms: computing, there is no waiting to overlap."));
    CHECK(contains(why, "The coroutines took 400ms, no faster than one task at a time: at most 1 computed"));
    CHECK(contains(why, "The thread pool (2 threads, 2 cores to use) was 2.0 times as fast as one task"));
    CHECK(contains(why, "The process pool (2 processes, 2 cores to use) was 2.0 times as fast"));
    CHECK_FALSE(contains(why, "lock"));
    CHECK_FALSE(contains(why, "more workers than cores"));
    CHECK_FALSE(contains(text_of(warnings(run)), "--workers"));  // more would not help
}

TEST_CASE("more workers than cores are said to bring nothing only where the run shows it") {
    const WayRun alone = way_of(Way::sequential, 1, 8, 50 * ms);
    // Eight at once, each four times as long: what two cores can do.
    CHECK(contains(text_of(explain(cpu_run({alone, way_of(Way::pool, 8, 8, 200 * ms)}))),
                   "was 2.0 times as fast as one task at a time: more workers than cores gave no more than"));
    // Eight of which one runs at a time: it is not the cores that are too few.
    WayRun one_lock = way_of(Way::pool, 1, 8, 50 * ms);
    one_lock.workers = 8;
    CHECK_FALSE(contains(text_of(explain(cpu_run({alone, one_lock}))), "more workers than cores"));
    const std::string faster = text_of(explain(cpu_run({alone, way_of(Way::pool, 8, 8, 100 * ms)})));
    CHECK(contains(faster, "(8 threads, 2 cores to use) was 4.0 times as fast"));
    CHECK_FALSE(contains(faster, "more workers than cores"));
}

TEST_CASE("a speedup above the number of cores is not taken for a gain where one task alone was held up") {
    WayRun alone = way_of(Way::sequential, 1, 8, 200 * ms);
    alone.usage.cpu = 400 * ms;
    const std::string why = text_of(explain(cpu_run({alone, way_of(Way::pool, 2, 8, 100 * ms)})));
    CHECK(contains(why,
                   "was 4.0 times as fast as one task at a time: more than 2 cores can give, but then "
                   "the sequential way had a core for only 400ms of its 1.60s"));
}

TEST_CASE("nothing is said of ways that did not do their work") {
    WayRun failed = way_of(Way::pool, 2, 2, 50 * ms);
    failed.timeline.spans[0].outcome = Outcome::failed;
    Run run = cpu_run({failed});
    run.knobs = {{"gil", "flag", 1}};
    CHECK(explain(run).empty());
}

TEST_CASE("with --gil it is said what was imitated and what was not, and how late the loops were") {
    WayRun threads = way_of(Way::pool, 1, 8, 50 * ms);
    threads.heartbeat = Heartbeat{.beats = 10, .worst_lag = 85 * ms, .p99_lag = 0};
    WayRun processes = way_of(Way::pool, 2, 8, 50 * ms, PoolKind::processes);
    processes.heartbeat = Heartbeat{.beats = 100, .worst_lag = 2 * ms, .p99_lag = 0};
    Run run = cpu_run({threads, processes});
    run.knobs = {{"gil", "flag", 1}};
    const std::string why = text_of(explain(run));
    CHECK(contains(why,
                   "at most 1 of the pool's threads computed at once; the loop needs that lock too and "
                   "was late by up to 85ms, beside the processes, each with a lock of its own, by 2.0ms"));
    CHECK(contains(why, "--gil imitates CPython"));
    CHECK(contains(why, "are not imitated"));
}

}  // namespace
}  // namespace overlap
