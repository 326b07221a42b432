#include <doctest/doctest.h>

#include <array>
#include <asio/bind_cancellation_slot.hpp>
#include <asio/cancellation_signal.hpp>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/use_awaitable.hpp>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "concurrency/children.hpp"
#include "concurrency/first_completed.hpp"
#include "support/loops.hpp"

namespace overlap {
namespace {

TEST_SUITE_BEGIN("first_completed");

using asio::awaitable;
using test::CountEnd;
using test::run;
using test::turns;

bool positive(int value) { return value > 0; }

// Gives `value` after so many turns of the loop.
awaitable<int> after(int count, int value, int& ended) {
    const CountEnd end{ended};
    co_await turns(count);
    co_return value;
}

awaitable<int> fail_after(int count, std::string what, int& ended) {
    const CountEnd end{ended};
    co_await turns(count);
    throw std::runtime_error(what);
}

awaitable<int> never(int& ended) {
    const CountEnd end{ended};
    co_await test::never();
    co_return 0;
}

std::string what(const std::exception_ptr& error) {
    try {
        if (error) std::rethrow_exception(error);
    } catch (const std::exception& thrown) {
        return thrown.what();
    }
    return "";
}

// The children of a race, and what came of it.
struct Race {
    asio::io_context loop{1};
    int ended = 0;
    std::vector<awaitable<int>> children;
    FirstCompleted<int> result;
    int ended_before_result = 0;

    void start(awaitable<int> child) { children.push_back(std::move(child)); }
    awaitable<void> race() {
        result = co_await first_completed(std::move(children), positive);
        ended_before_result = ended;
    }
    void to_the_end() { run(loop, race()); }
};

TEST_CASE("the first good result wins; the others are cancelled and have ended before it returns") {
    Race race;
    race.start(never(race.ended));
    race.start(after(3, 7, race.ended));
    race.start(never(race.ended));
    race.to_the_end();
    CHECK(race.result.winner == 1);
    CHECK(race.result.results[1] == 7);
    CHECK(race.ended_before_result == 3);
    for (const std::size_t loser : {std::size_t{0}, std::size_t{2}}) {
        CHECK_FALSE(race.result.results[loser].has_value());
        CHECK(is_cancellation(race.result.errors[loser]));
    }
    CHECK(race.result.errors[1] == nullptr);
}

TEST_CASE("one that throws does not win, nor does one whose result is no good; a later one does") {
    Race race;
    race.start(fail_after(1, "down", race.ended));
    race.start(after(2, -1, race.ended));
    race.start(after(9, 7, race.ended));
    race.to_the_end();
    CHECK(race.result.winner == 2);
    CHECK(what(race.result.errors[0]) == "down");
    CHECK(race.result.results[1] == -1);  // kept: it says why it did not win
    CHECK(race.result.results[2] == 7);
}

TEST_CASE("none is good: no winner, and everything that came is told") {
    Race race;
    race.start(fail_after(3, "down", race.ended));
    race.start(after(1, 0, race.ended));
    race.to_the_end();
    CHECK_FALSE(race.result.winner.has_value());
    CHECK(what(race.result.errors[0]) == "down");
    CHECK_FALSE(race.result.results[0].has_value());
    CHECK(race.result.results[1] == 0);
    CHECK(race.ended_before_result == 2);
}

TEST_CASE("both at once: the first to end wins, and the other's result is kept too") {
    Race race;
    race.start(after(2, 1, race.ended));
    race.start(after(2, 2, race.ended));
    race.to_the_end();
    CHECK(race.result.winner == 0);
    CHECK(race.result.results[0] == 1);
    // It was cancelled in the turn in which it ended: it may have given its result or not, but did not win.
    CHECK((race.result.results[1] == 2 || is_cancellation(race.result.errors[1])));
}

TEST_CASE("results that are there without any waiting: the first of them wins") {
    Race race;
    race.start(after(0, -5, race.ended));
    race.start(after(0, 1, race.ended));
    race.start(after(0, 2, race.ended));
    race.start(never(race.ended));
    race.to_the_end();
    CHECK(race.result.winner == 1);
    CHECK(race.ended_before_result == 4);
}

TEST_CASE("a loser that takes its time to end is waited for") {
    asio::io_context loop(1);
    int ended = 0;
    const auto slow_to_end = [&]() -> awaitable<int> {
        try {
            co_await test::never();
        } catch (const asio::system_error&) {
        }
        co_await asio::this_coro::reset_cancellation_state();
        co_await turns(20);
        ++ended;
        co_return 99;
    };
    FirstCompleted<int> result;
    const auto work = [&]() -> awaitable<void> {
        std::vector<awaitable<int>> children;
        children.push_back(slow_to_end());
        children.push_back(after(1, 7, ended));
        result = co_await first_completed(std::move(children), positive);
        CHECK(ended == 2);
    };
    run(loop, work());
    CHECK(result.winner == 1);
    CHECK(result.results[0] == 99);
}

TEST_CASE("no children: no winner") {
    Race race;
    race.to_the_end();
    CHECK_FALSE(race.result.winner.has_value());
}

TEST_CASE("cancelling it cancels the children, waits for their end, and says that it was cancelled") {
    Race race;
    race.start(never(race.ended));
    race.start(never(race.ended));
    asio::cancellation_signal cancel;
    bool aborted = false;
    const auto done = [&](std::exception_ptr error) { aborted = is_cancellation(error) && race.ended == 2; };
    asio::co_spawn(race.loop, race.race(), asio::bind_cancellation_slot(cancel.slot(), done));
    race.loop.poll();
    REQUIRE(race.ended == 0);
    cancel.emit(asio::cancellation_type::terminal);
    race.loop.run();
    CHECK(aborted);
}

TEST_CASE(
    "cancelled while it waits for a loser, with the winner known: it still says that it was cancelled") {
    Race race;
    asio::cancellation_signal cancel;
    const auto emits = [&]() -> awaitable<int> {
        co_await turns(2);
        cancel.emit(asio::cancellation_type::terminal);
        co_return 7;
    };
    race.start(emits());
    race.start(never(race.ended));
    bool aborted = false;
    const auto done = [&](std::exception_ptr error) { aborted = is_cancellation(error) && race.ended == 1; };
    asio::co_spawn(race.loop, race.race(), asio::bind_cancellation_slot(cancel.slot(), done));
    race.loop.run();
    CHECK(aborted);
}

TEST_CASE("a child that cancels the race at once leaves no child behind") {
    Race race;
    asio::cancellation_signal cancel;
    const auto emits = [&]() -> awaitable<int> {
        cancel.emit(asio::cancellation_type::terminal);
        co_return 7;
    };
    race.start(never(race.ended));
    race.start(emits());
    race.start(never(race.ended));
    bool aborted = false;
    const auto done = [&](std::exception_ptr error) { aborted = is_cancellation(error); };
    asio::co_spawn(race.loop, race.race(), asio::bind_cancellation_slot(cancel.slot(), done));
    race.loop.run();
    CHECK(aborted);
    CHECK(race.ended == 2);
}

TEST_CASE("a loop that is destroyed in the middle of a race destroys all of it") {
    int ended = 0;
    {
        asio::io_context loop(1);
        const auto work = [](int& count) -> awaitable<void> {
            std::vector<awaitable<int>> children;
            for (int i = 0; i < 3; ++i) children.push_back(never(count));
            co_await first_completed(std::move(children), positive);
        };
        asio::co_spawn(loop, work(ended), asio::detached);
        loop.poll();
        CHECK(ended == 0);
    }
    CHECK(ended == 3);
}

TEST_CASE("a loser's socket closes by unwinding: its peer sees the end, before the race returns") {
    using asio::ip::tcp;
    asio::io_context loop(1);
    tcp::acceptor acceptor(loop, {asio::ip::address_v4::loopback(), 0});
    int ended = 0;
    asio::error_code peer_saw;
    const auto reader = [&]() -> awaitable<int> {
        tcp::socket socket(loop);
        co_await socket.async_connect(acceptor.local_endpoint(), asio::use_awaitable);
        std::array<char, 8> bytes;
        co_await socket.async_read_some(asio::buffer(bytes), asio::use_awaitable);
        co_return 1;
    };
    const auto work = [&]() -> awaitable<void> {
        std::vector<awaitable<int>> children;
        children.push_back(reader());
        children.push_back(after(50, 7, ended));
        co_await first_completed(std::move(children), positive);
        tcp::socket socket = acceptor.accept();  // it is in the acceptor's queue
        std::array<char, 8> bytes;
        socket.read_some(asio::buffer(bytes), peer_saw);
    };
    run(loop, work());
    CHECK(peer_saw == asio::error::eof);
}

}  // namespace
}  // namespace overlap
