#include <doctest/doctest.h>

#include <asio/bind_cancellation_slot.hpp>
#include <asio/cancellation_signal.hpp>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/io_context.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>
#include <vector>

#include "concurrency/children.hpp"
#include "concurrency/gather.hpp"
#include "concurrency/with_timeout.hpp"
#include "support/loops.hpp"

namespace overlap {
namespace {

TEST_SUITE_BEGIN("with_timeout");

using asio::awaitable;
using std::chrono::hours;
using std::chrono::milliseconds;
using test::CountEnd;
using test::far_away;
using test::run;
using test::seven;
using test::turns;

awaitable<void> never_ending(int& ended) {
    const CountEnd end{ended};
    co_await test::never();
}

awaitable<int> never_a_number(int& ended) {
    co_await never_ending(ended);
    co_return 0;
}

TEST_CASE("a child that ends in time gives its result, and the timer keeps no loop alive") {
    asio::io_context loop(1);
    std::optional<int> result;
    bool ended = false;
    const auto work = [&]() -> awaitable<void> {
        result = co_await with_timeout(seven(), far_away);
        ended = co_await with_timeout(turns(2), far_away);
    };
    run(loop, work());  // would not return if the timer still ran
    CHECK(result == 7);
    CHECK(ended);
}

TEST_CASE("when time is up the child is cancelled, and has ended before none is given") {
    asio::io_context loop(1);
    int ended = 0;
    std::optional<int> result = 1;
    bool in_time = true;
    const auto work = [&]() -> awaitable<void> {
        result = co_await with_timeout(never_a_number(ended), milliseconds(1));
        CHECK(ended == 1);
        in_time = co_await with_timeout(never_ending(ended), milliseconds(1));
        CHECK(ended == 2);
    };
    run(loop, work());
    CHECK_FALSE(result.has_value());
    CHECK_FALSE(in_time);
}

TEST_CASE("no time at all: a child that need not wait gives its result, one that waits is cancelled") {
    asio::io_context loop(1);
    int ended = 0;
    const auto at_once = []() -> awaitable<int> { co_return 7; };
    const auto work = [&]() -> awaitable<void> {
        for (const milliseconds limit : {milliseconds(0), milliseconds(-5)}) {
            CHECK(co_await with_timeout(at_once(), limit) == 7);
            CHECK_FALSE((co_await with_timeout(never_a_number(ended), limit)).has_value());
        }
    };
    run(loop, work());
    CHECK(ended == 2);
}

TEST_CASE("what the child throws is thrown on, in time or late; a cancellation of its own is no timeout") {
    asio::io_context loop(1);
    const auto fail = []() -> awaitable<int> {
        co_await turns(1);
        throw std::runtime_error("down");
    };
    const auto fail_when_cancelled = []() -> awaitable<int> {
        try {
            co_await test::never();
        } catch (const asio::system_error&) {
            throw std::runtime_error("could not close");
        }
        co_return 0;
    };
    const auto cancelled_by_itself = []() -> awaitable<int> {
        co_await turns(1);
        throw asio::system_error(asio::error::operation_aborted);
    };
    const auto work = [&](awaitable<int> child, std::chrono::nanoseconds limit) -> awaitable<void> {
        co_await with_timeout(std::move(child), limit);
    };
    CHECK_THROWS_WITH(run(loop, work(fail(), far_away)), "down");
    CHECK_THROWS_WITH(run(loop, work(fail_when_cancelled(), milliseconds(1))), "could not close");
    CHECK_THROWS_AS(run(loop, work(cancelled_by_itself(), far_away)), asio::system_error);
}

TEST_CASE("a result that the child gives although it was cancelled is not thrown away") {
    asio::io_context loop(1);
    const auto stubborn = []() -> awaitable<int> {
        try {
            co_await test::never();
        } catch (const asio::system_error&) {
        }
        co_await asio::this_coro::reset_cancellation_state();
        co_await turns(5);
        co_return 7;
    };
    std::optional<int> result;
    const auto work = [&]() -> awaitable<void> {
        result = co_await with_timeout(stubborn(), milliseconds(1));
    };
    run(loop, work());
    CHECK(result == 7);
}

TEST_CASE("cancelling it cancels the child and waits for its end; that is no timeout") {
    asio::io_context loop(1);
    int ended = 0;
    bool returned = false;
    const auto work = [&]() -> awaitable<void> {
        co_await with_timeout(never_a_number(ended), far_away);
        returned = true;
    };
    asio::cancellation_signal cancel;
    bool aborted = false;
    const auto done = [&](std::exception_ptr error) { aborted = is_cancellation(error) && ended == 1; };
    asio::co_spawn(loop, work(), asio::bind_cancellation_slot(cancel.slot(), done));
    loop.poll();
    cancel.emit(asio::cancellation_type::terminal);
    loop.run();
    CHECK(aborted);
    CHECK_FALSE(returned);
}

TEST_CASE("timeouts inside timeouts, and around gather: the inner one says so, the outer one cancels all") {
    asio::io_context loop(1);
    int ended = 0;
    const auto inner = [&]() -> awaitable<int> {
        const std::optional<int> result = co_await with_timeout(never_a_number(ended), milliseconds(1));
        co_return result ? 1 : 2;
    };
    const auto all = [&]() -> awaitable<void> {
        std::vector<awaitable<void>> children;
        for (int i = 0; i < 10; ++i) children.push_back(never_ending(ended));
        co_await gather(std::move(children));
    };
    const auto work = [&]() -> awaitable<void> {
        CHECK(co_await with_timeout(inner(), far_away) == 2);
        CHECK(ended == 1);
        CHECK_FALSE(co_await with_timeout(with_timeout(all(), far_away), milliseconds(1)));
        CHECK(ended == 11);
    };
    run(loop, work());
}

TEST_CASE("results that can only be moved") {
    asio::io_context loop(1);
    const auto make = []() -> awaitable<std::unique_ptr<int>> { co_return std::make_unique<int>(7); };
    const auto work = [&]() -> awaitable<void> {
        const auto result = co_await with_timeout(make(), far_away);
        REQUIRE(result.has_value());
        CHECK(**result == 7);
    };
    run(loop, work());
}

TEST_CASE("a loop that is destroyed while the child runs destroys all of it") {
    int ended = 0;
    {
        asio::io_context loop(1);
        const auto work = [](int& count) -> awaitable<void> {
            co_await with_timeout(never_a_number(count), far_away);
        };
        asio::co_spawn(loop, work(ended), asio::detached);
        loop.poll();
        CHECK(ended == 0);
    }
    CHECK(ended == 1);
}

}  // namespace
}  // namespace overlap
