// Jobs in worker processes.
#include <doctest/doctest.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "concurrency/process_frame.hpp"
#include "record/clock.hpp"
#include "support/error_message.hpp"
#include "support/pool_tasks.hpp"
#include "support/process.hpp"
#include "support/test_jobs.hpp"
#include "support/text.hpp"
#include "timeline/error.hpp"
#include "timeline/metrics.hpp"

namespace overlap::test {
namespace {

TEST_SUITE_BEGIN("process_pool");

using Tasks = std::vector<std::shared_ptr<Task>>;

bool all_ended(const Tasks& tasks) {
    return std::all_of(tasks.begin(), tasks.end(), [](const auto& task) { return task->ended(); });
}

std::size_t ended_count(const Tasks& tasks) {
    return static_cast<std::size_t>(
        std::count_if(tasks.begin(), tasks.end(), [](const auto& task) { return task->ended(); }));
}

TEST_CASE("a job is done in another process, and its result comes back as it is") {
    asio::io_context loop(1);
    ProcessPool pool(loop.get_executor(), 1);
    const std::string any("a\0b\xff\n", 5);
    CHECK(do_job(loop, pool, "echo", any).result == any);
    CHECK(do_job(loop, pool, "upper", "abc").result == "ABC");
    CHECK(do_job(loop, pool, "echo").result.empty());
    const JobReply reply = do_job(loop, pool, "status");
    CHECK(reply.ok());
    CHECK(contains(reply.result, "Pid:\t" + std::to_string(pool.pids().front()) + "\n"));
    CHECK(reply.worker == 0);
    CHECK(reply.attempts == 1);
    CHECK(pool.replaced() == 0);
}

TEST_CASE("a worker's binary of ours knows its jobs") {
    asio::io_context loop(1);
    ProcessPool pool(loop.get_executor(), 1, {.program = OVERLAP_BINARY});
    CHECK(do_job(loop, pool, "echo", "hello").result == "hello");
}

TEST_CASE("jobs begin in the order of the calls") {
    asio::io_context loop(1);
    ProcessPool pool(loop.get_executor(), 1);
    Tasks tasks;
    for (int i = 0; i < 10; ++i) tasks.push_back(start(loop, pool, "count", "1000"));
    REQUIRE(drive(loop, [&] { return all_ended(tasks); }));
    Nanoseconds last = 0;
    for (const auto& task : tasks) {
        REQUIRE(task->reply->ok());
        REQUIRE(task->reply->spans.size() == 1);
        CHECK(task->reply->spans.front().begin >= last);
        last = task->reply->spans.front().end;
    }
}

TEST_CASE("as many jobs are under way as there are workers, and no more") {
    asio::io_context loop(1);
    Gate gate;
    ProcessPool pool(loop.get_executor(), 3);
    CHECK(pool.pids().size() == 3);
    Tasks tasks;
    for (int i = 0; i < 12; ++i) tasks.push_back(start(loop, pool, "hold", gate.argument(std::to_string(i))));
    REQUIRE(drive(loop, [&] { return gate.begun_count() == 3; }));
    for (int i = 0; i < 100; ++i) loop.run_for(std::chrono::microseconds(100));
    CHECK(gate.begun_count() == 3);
    CHECK(gate.begun("2"));
    CHECK(ended_count(tasks) == 0);
    gate.open();
    REQUIRE(drive(loop, [&] { return all_ended(tasks); }));

    // As the workers measured it themselves.
    Timeline all;
    std::set<int> workers;
    for (std::size_t i = 0; i < tasks.size(); ++i) {
        REQUIRE(tasks[i]->reply->ok());
        CHECK(tasks[i]->reply->result == std::to_string(i));
        workers.insert(tasks[i]->reply->worker);
        all.lanes.push_back({.name = "task"});
        for (Span span : tasks[i]->reply->spans) {
            span.lane = static_cast<std::uint32_t>(i);
            all.spans.push_back(span);
        }
    }
    sort_spans(all);
    CHECK(in_flight_peak(all) == 3);
    CHECK(workers == std::set<int>{0, 1, 2});
}

TEST_CASE("the loop is free while a job runs") {
    asio::io_context loop(1);
    Gate gate;
    ProcessPool pool(loop.get_executor(), 1);
    const auto task = start(loop, pool, "hold", gate.argument());
    REQUIRE(drive(loop, [&] { return gate.begun(); }));
    // What opens the gate is the loop itself: were it held by the job, that would never be.
    asio::steady_timer timer(loop, std::chrono::milliseconds(5));
    timer.async_wait([&](asio::error_code) { gate.open(); });
    CHECK_FALSE(task->ended());
    CHECK(drive(loop, [&] { return task->ended(); }));
}

TEST_CASE("the spans, the error and the note that a job records come back, on the parent's clock") {
    asio::io_context loop(1);
    ProcessPool pool(loop.get_executor(), 1);
    const Nanoseconds before = steady_now();
    const JobReply reply = do_job(loop, pool, "spans");
    const Nanoseconds after = steady_now();
    CHECK(reply.ok());
    REQUIRE(reply.spans.size() == 2);
    CHECK(reply.spans[0].state == State::blocked);
    CHECK(reply.spans[0].phase == Phase::connect);
    CHECK(reply.spans[0].outcome == Outcome::failed);
    CHECK(reply.spans[1].state == State::running);
    CHECK(reply.spans[1].outcome == Outcome::done);
    CHECK(before <= reply.spans[0].begin);
    CHECK(reply.spans[0].end <= reply.spans[1].begin);
    CHECK(reply.spans[1].end <= after);
    CHECK(reply.lane_error == "no luck");
    CHECK(reply.lane_note == "a note");
    CHECK(do_job(loop, pool, "echo").spans.empty());
}

TEST_CASE("a job that throws says why, is not tried again, and its worker goes on") {
    asio::io_context loop(1);
    ProcessPool pool(loop.get_executor(), 1);
    const std::vector<pid_t> pids = pool.pids();
    const JobReply reply = do_job(loop, pool, "throw", "no such conversation");
    CHECK(reply.error == "no such conversation");
    CHECK(reply.attempts == 1);
    CHECK_FALSE(do_job(loop, pool, "throw", "").ok());
    CHECK_FALSE(do_job(loop, pool, "throw_int").ok());
    CHECK(do_job(loop, pool, "echo", "x").result == "x");
    CHECK(pool.pids() == pids);
    CHECK(pool.replaced() == 0);
}

TEST_CASE("a job that there is not is an error that names it") {
    asio::io_context loop(1);
    ProcessPool pool(loop.get_executor(), 1);
    const JobReply reply = do_job(loop, pool, "dance");
    CAPTURE(reply.error);
    CHECK(contains(reply.error, "'dance'"));
    CHECK(contains(reply.error, "upper"));
}

TEST_CASE("large arguments and results pass, both ways at once") {
    asio::io_context loop(1);
    ProcessPool pool(loop.get_executor(), 2);
    const std::string large(8 * 1024 * 1024, 'a');
    Tasks tasks;
    for (int i = 0; i < 4; ++i) tasks.push_back(start(loop, pool, "upper", large));
    REQUIRE(drive(loop, [&] { return all_ended(tasks); }));
    for (const auto& task : tasks) CHECK(task->reply->result == std::string(large.size(), 'A'));
}

TEST_CASE("what is too large for a message is an error of that job alone") {
    asio::io_context loop(1);
    ProcessPool pool(loop.get_executor(), 1);
    const JobReply argument = do_job(loop, pool, "bytes", std::string(most_frame_bytes, 'x'));
    CAPTURE(argument.error);
    CHECK(contains(argument.error, "the argument of 'bytes' is too large"));
    CHECK(argument.attempts == 0);
    const JobReply result = do_job(loop, pool, "big", std::to_string(most_frame_bytes));
    CAPTURE(result.error);
    CHECK(contains(result.error, "the result of 'big' is too large"));
    CHECK(contains(result.error, "67108864"));
    CHECK(do_job(loop, pool, "bytes", std::string(1000, 'x')).result == "1000");
    CHECK(pool.replaced() == 0);
}

TEST_CASE("a job that waits for a worker is cancelled without a trace") {
    asio::io_context loop(1);
    Gate gate;
    ProcessPool pool(loop.get_executor(), 1);
    const auto first = start(loop, pool, "hold", gate.argument("first"));
    const auto second = start(loop, pool, "hold", gate.argument("second"));
    const auto third = start(loop, pool, "hold", gate.argument("third"));
    REQUIRE(drive(loop, [&] { return gate.begun("first"); }));
    second->cancel();
    REQUIRE(drive(loop, [&] { return second->ended(); }));
    CHECK(second->cancelled);
    gate.open();
    REQUIRE(drive(loop, [&] { return first->ended() && third->ended(); }));
    CHECK(first->reply->ok());
    CHECK(third->reply->ok());
    CHECK_FALSE(gate.begun("second"));
    CHECK(pool.replaced() == 0);
}

TEST_CASE("a job under way is cancelled by killing its worker, and the others go on") {
    asio::io_context loop(1);
    Gate gate;
    ProcessPool pool(loop.get_executor(), 2);
    const auto other = start(loop, pool, "hold", gate.argument("other"));
    REQUIRE(drive(loop, [&] { return gate.begun("other"); }));
    const auto task = start(loop, pool, "hold", gate.argument("task"));
    const auto next = start(loop, pool, "hold", gate.argument("next"));
    REQUIRE(drive(loop, [&] { return gate.begun("task"); }));
    const std::vector<pid_t> pids = pool.pids();
    task->cancel();
    REQUIRE(drive(loop, [&] { return task->ended() && gate.begun("next"); }));
    CHECK(task->cancelled);
    CHECK(pool.replaced() == 1);
    const auto killed = std::count_if(pids.begin(), pids.end(), is_gone);
    CHECK(killed == 1);
    CHECK(pool.pids().size() == 2);
    gate.open();
    REQUIRE(drive(loop, [&] { return other->ended() && next->ended(); }));
    CHECK(other->reply->attempts == 1);
    CHECK(next->reply->attempts == 1);
}

TEST_CASE("no worker is left when the pool ends: idle, at work, stopped or not yet ready") {
    asio::io_context loop(1);
    Gate gate;
    std::vector<pid_t> pids;
    Tasks tasks;
    {
        ProcessPool pool(loop.get_executor(), 4);
        tasks.push_back(start(loop, pool, "hold", gate.argument("0")));
        tasks.push_back(start(loop, pool, "hold", gate.argument("1")));
        REQUIRE(drive(loop, [&] { return gate.begun_count() == 2; }));
        ::kill(pool.pids()[3], SIGSTOP);
        for (int i = 2; i < 6; ++i)
            tasks.push_back(start(loop, pool, "hold", gate.argument(std::to_string(i))));
        loop.poll();
        pids = pool.pids();
        const ProcessPool young(loop.get_executor(), 2);
        for (const pid_t pid : young.pids()) pids.push_back(pid);
    }
    CHECK(pids.size() == 6);
    CHECK(std::all_of(pids.begin(), pids.end(), is_gone));
    REQUIRE(drive(loop, [&] { return all_ended(tasks); }));
    for (const auto& task : tasks) CHECK(task->cancelled);
    // And the loop has nothing left to do.
    loop.restart();
    loop.run();
}

TEST_CASE("a loop that is stopped and destroyed takes its calls along, wherever the pool lives") {
    std::vector<pid_t> pids;
    Gate gate;
    {
        asio::io_context loop(1);
        ProcessPool pool(loop.get_executor(), 2);
        for (int i = 0; i < 4; ++i) start(loop, pool, "hold", gate.argument(std::to_string(i)));
        REQUIRE(drive(loop, [&] { return gate.begun_count() == 2; }));
        pids = pool.pids();
    }
    const auto work = [](asio::io_context& loop, Gate& held,
                         std::vector<pid_t>& seen) -> asio::awaitable<void> {
        ProcessPool pool(loop.get_executor(), 2);
        for (const pid_t pid : pool.pids()) seen.push_back(pid);
        start(loop, pool, "hold", held.argument("other"));
        co_await pool.run("hold", held.argument("own"));
    };
    {
        asio::io_context loop(1);
        asio::co_spawn(loop, work(loop, gate, pids), [](std::exception_ptr) {});
        REQUIRE(drive(loop, [&] { return gate.begun("other") && gate.begun("own"); }));
    }
    CHECK(pids.size() == 4);
    CHECK(std::all_of(pids.begin(), pids.end(), is_gone));
}

TEST_CASE("a call that outlives its pool is cancelled, also one that only then begins") {
    asio::io_context loop(1);
    auto pool = std::make_optional<ProcessPool>(loop.get_executor(), std::size_t{1});
    bool cancelled = false;
    asio::co_spawn(loop, pool->run("echo", ""), [&](const std::exception_ptr& error, const JobReply&) {
        cancelled = is_cancellation(error);
    });
    pool.reset();
    CHECK(drive(loop, [&] { return cancelled; }));
}

TEST_CASE("a worker belongs to the process, not to the thread that started it") {
    asio::io_context loop(1);
    std::optional<ProcessPool> pool;
    std::thread([&] { pool.emplace(loop.get_executor(), std::size_t{2}); }).join();
    const std::vector<pid_t> pids = pool->pids();
    CHECK(do_job(loop, *pool, "echo", "x").result == "x");
    CHECK(pool->pids() == pids);
    CHECK(pool->replaced() == 0);
}

TEST_CASE("workers inherit no files and no signal mask, and Ctrl-C is not theirs") {
    std::array<int, 2> pipe{};
    REQUIRE(::pipe(pipe.data()) == 0);  // to be inherited, had it not been closed
    sigset_t blocked;
    sigset_t before;
    ::sigemptyset(&blocked);
    ::sigaddset(&blocked, SIGUSR1);
    ::pthread_sigmask(SIG_BLOCK, &blocked, &before);
    asio::io_context loop(1);
    ProcessPool pool(loop.get_executor(), 3);
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    std::size_t sockets = 0;
    const std::string files = do_job(loop, pool, "files").result;
    CAPTURE(files);
    for (const std::string& file : lines_of(files)) {
        if (file.starts_with("socket:")) ++sockets;
        CHECK_FALSE(file.starts_with("anon_inode:"));  // the loop's own
    }
    CHECK(sockets == 1);
    CHECK(count_of(files, "/dev/null\n") == 2);
    CHECK(lines_of(files).size() == 5);  // standard error, and the folder that is being listed
    CHECK(contains(do_job(loop, pool, "status").result, "SigBlk:\t0000000000000000\n"));
    for (const pid_t pid : pool.pids()) CHECK(::getpgid(pid) == pid);
    ::close(pipe[0]);
    ::close(pipe[1]);
}

}  // namespace
}  // namespace overlap::test
