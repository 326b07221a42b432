#include <doctest/doctest.h>

#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/io_context.hpp>
#include <asio/thread_pool.hpp>
#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "concurrency/gather.hpp"
#include "concurrency/to_thread.hpp"
#include "concurrency/with_timeout.hpp"
#include "support/loops.hpp"

namespace overlap {
namespace {

TEST_SUITE_BEGIN("to_thread");

using asio::awaitable;
using std::chrono::milliseconds;
using test::far_away;
using test::run;

TEST_CASE("the work runs on a thread of the pool, its result comes back on the loop's") {
    asio::io_context loop(1);
    asio::thread_pool threads(1);
    const std::thread::id mine = std::this_thread::get_id();
    const auto work = [&]() -> awaitable<void> {
        const std::thread::id other = co_await to_thread(threads, [] { return std::this_thread::get_id(); });
        CHECK(other != mine);
        CHECK(std::this_thread::get_id() == mine);
    };
    run(loop, work());
}

TEST_CASE("work that gives nothing, and a result that can only be moved, are fine") {
    asio::io_context loop(1);
    asio::thread_pool threads(1);
    std::atomic<bool> done = false;
    const auto work = [&]() -> awaitable<void> {
        co_await to_thread(threads, [&done] { done = true; });
        const std::unique_ptr<int> seven = co_await to_thread(
            threads, [number = std::make_unique<int>(7)]() mutable { return std::move(number); });
        CHECK(*seven == 7);
    };
    run(loop, work());
    CHECK(done);
}

TEST_CASE("what the work throws is thrown on the loop") {
    asio::io_context loop(1);
    asio::thread_pool threads(1);
    const auto fail = []() -> int { throw std::runtime_error("disk full"); };
    const auto work = [&]() -> awaitable<void> { co_await to_thread(threads, fail); };
    CHECK_THROWS_WITH_AS(run(loop, work()), "disk full", std::runtime_error);
}

TEST_CASE("the loop runs other things while the work holds its thread") {
    asio::io_context loop(1);
    asio::thread_pool threads(1);
    std::promise<void> release;
    const auto hold = [released = release.get_future().share()] { released.wait(); };
    const auto releases = [&]() -> awaitable<void> {
        co_await test::turns(3);
        release.set_value();  // never, if the loop were held
    };
    const auto work = [&]() -> awaitable<void> {
        std::vector<awaitable<void>> both;
        both.push_back(to_thread(threads, hold));
        both.push_back(releases());
        co_await gather(std::move(both));
    };
    run(loop, work());
}

TEST_CASE("no more work runs at once than the pool has threads") {
    asio::io_context loop(1);
    asio::thread_pool threads(2);
    std::atomic<int> now = 0;
    std::atomic<int> peak = 0;
    const auto count = [&] {
        const int running = ++now;
        int seen = peak;
        while (running > seen && !peak.compare_exchange_weak(seen, running)) {
        }
        std::this_thread::yield();
        --now;
    };
    const auto work = [&]() -> awaitable<void> {
        std::vector<awaitable<void>> jobs;
        for (int i = 0; i < 50; ++i) jobs.push_back(to_thread(threads, count));
        co_await gather(std::move(jobs));
    };
    run(loop, work());
    CHECK(peak >= 1);
    CHECK(peak <= 2);
}

TEST_CASE("cancelling abandons the result at once, while the thread runs on") {
    asio::io_context loop(1);
    asio::thread_pool threads(1);
    std::promise<void> release;
    std::atomic<bool> ended = false;
    const auto hold = [&ended, released = release.get_future().share()] {
        released.wait();
        ended = true;
    };
    bool in_time = true;
    const auto work = [&]() -> awaitable<void> {
        in_time = co_await with_timeout(to_thread(threads, hold), milliseconds(1));
        CHECK_FALSE(ended);
        release.set_value();
    };
    run(loop, work());
    CHECK_FALSE(in_time);
    threads.join();
    CHECK(ended);
}

TEST_CASE("a loop that is stopped and goes leaves no work behind that reaches for it") {
    std::promise<void> release;
    {
        asio::io_context loop(1);
        asio::thread_pool threads(1);
        const auto hold = [released = release.get_future().share()] {
            released.wait();
            return std::string(100, 'x');
        };
        asio::co_spawn(loop, to_thread(threads, hold), asio::detached);
        loop.poll();
        loop.stop();
        release.set_value();
        threads.join();  // before the loop goes, as the comment of to_thread() asks
    }
    CHECK(true);  // the sanitizers would have spoken
}

TEST_CASE("the work and what it holds are gone before its caller goes on") {
    asio::io_context loop(1);
    asio::thread_pool threads(1);
    const auto held = std::make_shared<int>(7);
    const auto work = [&]() -> awaitable<void> {
        for (int i = 0; i < 100; ++i) {
            auto holder = [copy = held] { return *copy; };
            const int seven = co_await to_thread(threads, std::move(holder));
            CHECK(seven == 7);
            CHECK(held.use_count() == 1);
        }
    };
    run(loop, work());
}

TEST_CASE("a with_timeout() that is long enough gives the result") {
    asio::io_context loop(1);
    asio::thread_pool threads(1);
    std::optional<int> result;
    const auto work = [&]() -> awaitable<void> {
        result = co_await with_timeout(to_thread(threads, [] { return 7; }), far_away);
    };
    run(loop, work());
    CHECK(result == 7);
}

TEST_SUITE_END();

}  // namespace
}  // namespace overlap
