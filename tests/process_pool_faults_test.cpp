// Worker processes that die, talk nonsense or do not start, and parents that die.
#include <doctest/doctest.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "concurrency/process_worker.hpp"
#include "record/clock.hpp"
#include "support/error_message.hpp"
#include "support/machine_use.hpp"
#include "support/pool_tasks.hpp"
#include "support/process.hpp"
#include "support/test_jobs.hpp"
#include "support/text.hpp"
#include "timeline/error.hpp"

namespace overlap::test {
namespace {

TEST_SUITE_BEGIN("process_pool_faults");

namespace fs = std::filesystem;

TEST_CASE("a job whose worker is killed is done by another, the lost attempt is kept, others are untouched") {
    asio::io_context loop(1);
    Gate gate;
    ProcessPool pool(loop.get_executor(), 2);
    const Nanoseconds before = steady_now();
    const auto task = start(loop, pool, "hold", gate.argument("task"));
    REQUIRE(drive(loop, [&] { return gate.begun("task"); }));
    const auto other = start(loop, pool, "hold", gate.argument("other"));
    REQUIRE(drive(loop, [&] { return gate.begun("other"); }));
    const std::vector<pid_t> pids = pool.pids();
    fs::remove(gate.file("begun-task"));
    // Which of the two has it is not known yet: kill by number, look afterwards.
    ::kill(pids[0], SIGKILL);
    const Nanoseconds killed = steady_now();
    REQUIRE(drive(loop, [&] { return pool.replaced() == 1; }));
    CHECK(is_gone(pids[0]));
    gate.open();
    REQUIRE(drive(loop, [&] { return task->ended() && other->ended(); }));
    const Nanoseconds after = steady_now();
    const JobReply& hit = task->reply->attempts == 2 ? *task->reply : *other->reply;
    const JobReply& spared = task->reply->attempts == 2 ? *other->reply : *task->reply;
    CHECK(hit.ok());
    CHECK(hit.attempts == 2);
    REQUIRE(hit.spans.size() == 2);
    CHECK(hit.spans[0].state == State::running);
    CHECK(hit.spans[0].outcome == Outcome::failed);
    CHECK(before <= hit.spans[0].begin);
    CHECK(hit.spans[0].end >= killed);
    CHECK(hit.spans[1].state == State::blocked);
    CHECK(hit.spans[1].outcome == Outcome::done);
    CHECK(hit.spans[0].end <= hit.spans[1].begin);
    CHECK(hit.spans[1].end <= after);
    CHECK(spared.ok());
    CHECK(spared.attempts == 1);
    CHECK(spared.spans.size() == 1);
    CHECK(pool.pids()[1] == pids[1]);
    CHECK(pool.pids()[0] != pids[0]);
}

TEST_CASE("a job that kills its worker is reported after its retries, and the pool goes on") {
    asio::io_context loop(1);
    struct {
        const char* job;
        const char* words;
    } const poisons[] = {{"kill", "killed by signal 9 (Killed)"},
                         {"abort", "killed by signal 6 (Aborted)"},
                         {"exit", "exited with code 3"}};
    for (const int retries : {0, 1, 3}) {
        ProcessPool pool(loop.get_executor(), 1, {.retries = retries});
        int lost = 0;
        for (const auto& poison : poisons) {
            const JobReply reply = do_job(loop, pool, poison.job);
            CHECK(reply.error == poison.words);
            CHECK(reply.attempts == retries + 1);
            CHECK(reply.spans.size() == static_cast<std::size_t>(retries) + 1);
            CHECK(std::all_of(reply.spans.begin(), reply.spans.end(), [](const Span& span) {
                return span.outcome == Outcome::failed && span.begin < span.end;
            }));
            lost += reply.attempts;
            CHECK(pool.replaced() == lost);
            CHECK(do_job(loop, pool, "echo", "still here").result == "still here");
        }
    }
}

TEST_CASE("a job that is tried again keeps its place before those that came later") {
    asio::io_context loop(1);
    Gate gate;
    ProcessPool pool(loop.get_executor(), 1);
    const auto first = start(loop, pool, "kill_once", gate.file("tried"));
    const auto second = start(loop, pool, "count", "1000");
    REQUIRE(drive(loop, [&] { return second->ended(); }));
    REQUIRE(first->ended());
    CHECK(first->reply->result == "done");
    CHECK(first->reply->attempts == 2);
    CHECK(second->reply->attempts == 1);
}

TEST_CASE("an idle worker that is killed is replaced at once") {
    asio::io_context loop(1);
    ProcessPool pool(loop.get_executor(), 2);
    for (int i = 0; i < 5; ++i) {
        Gate gate;  // both are ready when both have a job
        const auto one = start(loop, pool, "hold", gate.argument("one"));
        const auto two = start(loop, pool, "hold", gate.argument("two"));
        REQUIRE(drive(loop, [&] { return gate.begun_count() == 2; }));
        gate.open();
        REQUIRE(drive(loop, [&] { return one->ended() && two->ended(); }));
        const std::vector<pid_t> pids = pool.pids();
        ::kill(pids[0], SIGKILL);
        REQUIRE(drive(loop, [&] { return pool.replaced() == i + 1; }));
        CHECK(is_gone(pids[0]));
        CHECK(pool.pids()[0] != pids[0]);
        CHECK(pool.pids()[1] == pids[1]);
    }
    CHECK(do_job(loop, pool, "echo", "x").ok());
}

TEST_CASE("a worker's end is seen also when it leaves a child behind") {
    asio::io_context loop(1);
    Gate gate;
    ProcessPool pool(loop.get_executor(), 1, {.retries = 0});
    const auto task = start(loop, pool, "start_child", gate.argument());
    REQUIRE(drive(loop, [&] { return task->ended(); }));
    CHECK(task->reply->error == "killed by signal 9 (Killed)");
    CHECK(gate.begun());
}

TEST_CASE("a worker that sends what makes no sense is replaced, and its job reported") {
    asio::io_context loop(1);
    ProcessPool pool(loop.get_executor(), 1);
    struct {
        std::string bytes;
        std::string words;
    } const nonsense[] = {
        {std::string("\xff\xff\xff\xff", 4), "4294967295 bytes"},
        {std::string("\1\0\0\0x", 5), "no reply"},
        {std::string("\0\0\0\0", 4), "ends too early"},
        {std::string("\2\0\0\0rx", 6), "ends too early"},
        {std::string("\1\0\0\0h", 5), "nobody asked for"},  // a second hello
    };
    int lost = 0;
    for (const auto& [bytes, words] : nonsense) {
        const JobReply reply = do_job(loop, pool, "send", bytes);
        CAPTURE(reply.error);
        CHECK(reply.error.starts_with("sent "));
        CHECK(contains(reply.error, words));
        CHECK(reply.attempts == 2);
        lost += 2;
        CHECK(pool.replaced() == lost);
    }
    CHECK(do_job(loop, pool, "echo", "x").result == "x");
}

TEST_CASE("a program that cannot be started is an Error that names it") {
    asio::io_context loop(1);
    const std::string words = error_message<Error>(
        [&] { const ProcessPool pool(loop.get_executor(), 2, {.program = "/no/such/program"}); });
    CAPTURE(words);
    CHECK(contains(words, "'/no/such/program'"));
}

TEST_CASE("workers that end before they are ready are not started for ever: jobs are told") {
    asio::io_context loop(1);
    ProcessPool pool(loop.get_executor(), 2, {.program = "/bin/false"});
    std::vector<std::shared_ptr<Task>> tasks;
    for (int i = 0; i < 5; ++i) tasks.push_back(start(loop, pool, "echo"));
    for (const auto& task : tasks) {
        REQUIRE(drive(loop, [&] { return task->ended(); }));
        CAPTURE(task->reply->error);
        CHECK(contains(task->reply->error, "'/bin/false' exited with code 1 before it was ready"));
        CHECK(task->reply->attempts == 0);
    }
    CHECK(pool.pids().empty());
    CHECK(pool.replaced() == 2);
    // The next call tries once more, and is told too.
    CHECK(contains(do_job(loop, pool, "echo").error, "/bin/false"));
    CHECK(pool.replaced() <= 6);
}

TEST_CASE("when the program is gone the job is told, and when it is back the pool is too") {
    asio::io_context loop(1);
    Gate gate;
    const std::string program = gate.file("program");
    const fs::path own = fs::read_symlink("/proc/self/exe");
    fs::create_symlink(own, program);
    ProcessPool pool(loop.get_executor(), 1, {.program = program});
    REQUIRE(do_job(loop, pool, "echo", "x").ok());
    fs::remove(program);
    const JobReply reply = do_job(loop, pool, "kill");
    CAPTURE(reply.error);
    CHECK(contains(reply.error, "no worker can be started: cannot start '" + program + "'"));
    CHECK(reply.attempts == 1);
    CHECK_FALSE(do_job(loop, pool, "echo", "x").ok());
    CHECK(pool.replaced() == 0);
    fs::create_symlink(own, program);
    CHECK(do_job(loop, pool, "echo", "x").result == "x");
}

// Makes a pool, has it work, says who the workers are and kills itself.
[[noreturn]] void die_in_the_middle(const Gate& gate, int pipe) {
    asio::io_context loop(1);
    ProcessPool pool(loop.get_executor(), 3);
    start(loop, pool, "hold", gate.argument("0"));
    start(loop, pool, "count", "1000000000000000");  // for days
    drive(loop, [&] { return gate.begun("0"); });
    const std::vector<pid_t> pids = pool.pids();
    static_cast<void>(::write(pipe, pids.data(), pids.size() * sizeof(pid_t)));
    ::kill(::getpid(), SIGKILL);
    ::_exit(1);
}

TEST_CASE("workers end when their parent is killed, also in the middle of a job") {
    Gate gate;
    std::array<int, 2> pipe{};
    REQUIRE(::pipe(pipe.data()) == 0);
    const pid_t child = ::fork();
    if (child == 0) die_in_the_middle(gate, pipe[1]);
    std::array<pid_t, 3> workers{};
    CHECK(::read(pipe[0], workers.data(), sizeof workers) == sizeof workers);
    int status = 0;
    CHECK(::waitpid(child, &status, 0) == child);
    CHECK(WIFSIGNALED(status));
    for (const pid_t worker : workers) CHECK(ends_soon(worker));
    ::close(pipe[0]);
    ::close(pipe[1]);
}

TEST_CASE("a worker whose pool is gone before it says hello ends in silence") {
    std::array<int, 2> pair{};
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, pair.data()) == 0);
    ::close(pair[0]);
    CHECK(run_worker(pair[1], test_jobs()) == 0);
    ::close(pair[1]);
}

TEST_CASE("`overlap worker` is for ourselves: in no list, and by hand an error in words") {
    for (const std::vector<std::string>& list :
         {std::vector<std::string>{"--help"}, {"list"}, {"help", "worke"}, {"worke"}}) {
        const Ended ended = run(list);
        CHECK_FALSE(contains(ended.out, "worker --control"));
        CHECK_FALSE(contains(ended.out + ended.err, "mean 'worker'"));
        CHECK_FALSE(contains(ended.out, "\n  worker"));
    }
    const Ended without = run({"worker"});
    CHECK(without.code == 2);
    CHECK(contains(without.err, "overlap: --control is missing"));
    for (const char* const descriptor : {"0", "900"}) {
        const Ended ended = run({"worker", "--control", descriptor});
        CHECK(ended.code == 1);
        CHECK(contains(ended.err, std::string("overlap: file descriptor ") + descriptor + " is no socket"));
    }
}

}  // namespace
}  // namespace overlap::test
