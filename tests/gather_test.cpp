#include <doctest/doctest.h>

#include <algorithm>
#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>
#include <asio/use_awaitable.hpp>
#include <chrono>
#include <stdexcept>
#include <string>
#include <vector>

#include "concurrency/gather.hpp"
#include "support/loops.hpp"

namespace overlap {
namespace {

TEST_SUITE_BEGIN("gather");

using asio::awaitable;
using test::run;

// A place where children wait until `needed` of them have come: they pass only if they all run at once.
class Gate {
  public:
    Gate(asio::io_context& loop, int needed)
        : timer_(loop, asio::steady_timer::time_point::max()), missing_(needed) {}

    awaitable<void> pass() {
        if (--missing_ == 0) timer_.cancel();
        while (missing_ > 0) {
            asio::error_code woken;
            co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, woken));
        }
    }

  private:
    asio::steady_timer timer_;
    int missing_;
};

awaitable<void> never(asio::io_context& loop, int& ended) {
    struct OnEnd {
        int& count;
        ~OnEnd() { ++count; }
    } on_end{ended};
    asio::steady_timer timer(loop, asio::steady_timer::time_point::max());
    co_await timer.async_wait(asio::use_awaitable);
}

awaitable<int> square(Gate& gate, int n) {
    co_await gate.pass();
    co_return n* n;
}

TEST_CASE("the children run at once, and their results come in the order they were given") {
    asio::io_context loop(1);
    Gate gate(loop, 5);
    std::vector<int> results;
    const auto work = [&]() -> awaitable<void> {
        std::vector<awaitable<int>> children;
        for (int n = 0; n < 5; ++n) children.push_back(square(gate, n));
        results = co_await gather(std::move(children));
    };
    run(loop, work());
    CHECK(results == std::vector<int>{0, 1, 4, 9, 16});
}

TEST_CASE("children that give nothing are awaited too") {
    asio::io_context loop(1);
    Gate gate(loop, 3);
    const auto work = [&]() -> awaitable<void> {
        std::vector<awaitable<void>> children;
        for (int n = 0; n < 3; ++n) children.push_back(gate.pass());
        co_await gather(std::move(children));
    };
    CHECK_NOTHROW(run(loop, work()));
}

TEST_CASE("no children at all is done at once") {
    asio::io_context loop(1);
    bool done = false;
    const auto work = [&]() -> awaitable<void> {
        CHECK((co_await gather(std::vector<awaitable<int>>{})).empty());
        co_await gather(std::vector<awaitable<void>>{});
        done = true;
    };
    run(loop, work());
    CHECK(done);
}

TEST_CASE("the first error cancels the others, and is thrown once they have ended") {
    asio::io_context loop(1);
    int ended = 0;
    const auto fail = []() -> awaitable<void> {
        throw std::runtime_error("first");
        co_return;
    };
    const auto work = [&]() -> awaitable<void> {
        std::vector<awaitable<void>> children;
        children.push_back(never(loop, ended));
        children.push_back(fail());
        children.push_back(never(loop, ended));
        co_await gather(std::move(children));
    };
    CHECK_THROWS_WITH(run(loop, work()), "first");
    CHECK(ended == 2);
}

TEST_CASE("cancelling gather cancels its children and waits for their end") {
    asio::io_context loop(1);
    int ended = 0;
    bool aborted = false;
    const auto work = [&]() -> awaitable<void> {
        std::vector<awaitable<void>> children;
        for (int n = 0; n < 3; ++n) children.push_back(never(loop, ended));
        try {
            co_await gather(std::move(children));
        } catch (const asio::system_error& error) {
            aborted = error.code() == asio::error::operation_aborted && ended == 3;
        }
    };
    asio::cancellation_signal cancel;
    asio::co_spawn(loop, work(), asio::bind_cancellation_slot(cancel.slot(), [](std::exception_ptr) {}));
    loop.poll();
    cancel.emit(asio::cancellation_type::terminal);
    loop.run();
    CHECK(aborted);
}

TEST_CASE("ten thousand children are no trouble") {
    asio::io_context loop(1);
    constexpr int count = 10'000;
    Gate gate(loop, count);
    std::vector<int> results;
    const auto work = [&]() -> awaitable<void> {
        std::vector<awaitable<int>> children;
        for (int n = 0; n < count; ++n) children.push_back(square(gate, n % 100));
        results = co_await gather(std::move(children));
    };
    run(loop, work());
    CHECK(results.size() == count);
}

}  // namespace
}  // namespace overlap
