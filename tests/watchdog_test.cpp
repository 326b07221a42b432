// Blocking on futures of an event loop: what is a deadlock, and what only takes its time.
#include <doctest/doctest.h>

#include <asio/awaitable.hpp>
#include <asio/co_spawn.hpp>
#include <asio/executor_work_guard.hpp>
#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <asio/use_future.hpp>
#include <chrono>
#include <future>
#include <optional>
#include <stdexcept>
#include <stop_token>
#include <thread>

#include "concurrency/watchdog.hpp"
#include "support/loops.hpp"

namespace overlap {
namespace {

TEST_SUITE_BEGIN("watchdog");

using std::chrono::hours;
using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

asio::awaitable<int> failing() {
    co_await test::turns(2);
    throw std::runtime_error("no number");
}

TEST_CASE(
    "a wait on the loop's own thread, for what the loop is to bring, is a deadlock; no sooner than told") {
    for (const int patience : {1, 50}) {
        CAPTURE(patience);
        asio::io_context loop(1);
        Watchdog watchdog(loop, milliseconds(patience), {});
        std::optional<int> answer;
        Clock::duration took{};
        asio::post(loop, [&] {
            const auto begin = Clock::now();
            answer = watchdog.get(asio::co_spawn(loop, test::seven(), asio::use_future));
            took = Clock::now() - begin;
            loop.stop();
        });
        CHECK_FALSE(watchdog.deadlock());
        loop.run();
        CHECK_FALSE(answer.has_value());
        CHECK(watchdog.deadlock());
        CHECK(took >= milliseconds(patience));
    }
}

TEST_CASE("the same wait in another thread gets its answer, however long the loop stands still") {
    asio::io_context loop(1);
    Watchdog watchdog(loop, milliseconds(1), {});
    std::optional<int> answer;
    asio::post(loop, [] { std::this_thread::sleep_for(milliseconds(50)); });
    std::jthread other([&] {
        answer = watchdog.get(asio::co_spawn(loop, test::seven(), asio::use_future));
        loop.stop();
    });
    const auto work = asio::make_work_guard(loop);
    loop.run();
    other.join();
    CHECK(answer == 7);
    CHECK_FALSE(watchdog.deadlock());
}

TEST_CASE("a future that others bring is no deadlock, even on the loop's own thread") {
    asio::io_context loop(1);
    Watchdog watchdog(loop, hours(1), {});
    std::promise<int> promise;
    std::optional<int> answer;
    asio::post(loop, [&] { answer = watchdog.get(promise.get_future()); });
    std::jthread other([&] { promise.set_value(7); });
    loop.run();
    CHECK(answer == 7);
    CHECK_FALSE(watchdog.deadlock());
}

TEST_CASE("what the coroutine throws, the wait throws") {
    asio::io_context loop(1);
    Watchdog watchdog(loop, hours(1), {});
    auto future = asio::co_spawn(loop, failing(), asio::use_future);
    loop.run();
    CHECK_THROWS_WITH_AS((void)watchdog.get(std::move(future)), "no number", std::runtime_error);
}

TEST_CASE("a stop ends any wait, and it was no deadlock") {
    for (const bool on_the_loop : {true, false}) {
        CAPTURE(on_the_loop);
        std::stop_source stop;
        asio::io_context loop(1);
        Watchdog watchdog(loop, hours(1), stop.get_token());
        std::promise<int> never;
        std::optional<int> answer = 1;
        const auto wait = [&] { answer = watchdog.get(never.get_future()); };
        if (on_the_loop) asio::post(loop, wait);
        std::jthread waiting([&] { on_the_loop ? void(loop.run()) : wait(); });
        stop.request_stop();
        waiting.join();
        CHECK_FALSE(answer.has_value());
        CHECK_FALSE(watchdog.deadlock());
    }
}

}  // namespace
}  // namespace overlap
