#include <doctest/doctest.h>

#include <algorithm>
#include <asio/bind_cancellation_slot.hpp>
#include <asio/cancellation_signal.hpp>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <asio/steady_timer.hpp>
#include <asio/use_awaitable.hpp>
#include <memory>
#include <optional>
#include <stdexcept>
#include <vector>

#include "concurrency/children.hpp"
#include "concurrency/gather.hpp"
#include "concurrency/semaphore.hpp"
#include "support/loops.hpp"

namespace overlap {
namespace {

TEST_SUITE_BEGIN("semaphore");

using asio::awaitable;
using test::run;
using test::turn;

struct Inside {
    int now = 0;
    int most = 0;
    std::vector<int> order;  ///< in which they came in
};

awaitable<void> pass(Semaphore& semaphore, Inside& inside, int id) {
    const Semaphore::Permit permit = co_await semaphore.acquire();
    struct Stay {
        int& now;
        ~Stay() { --now; }
    } stay{inside.now};
    inside.order.push_back(id);
    inside.most = std::max(inside.most, ++inside.now);
    for (int i = 0; i < 3; ++i) co_await turn();
}

awaitable<void> pass_all(Semaphore& semaphore, Inside& inside, int count) {
    std::vector<awaitable<void>> children;
    for (int id = 0; id < count; ++id) children.push_back(pass(semaphore, inside, id));
    co_await gather(std::move(children));
}

// Holds a permit until the loop is destroyed, or it is cancelled.
awaitable<void> hold(Semaphore& semaphore, int& holders) {
    const Semaphore::Permit permit = co_await semaphore.acquire();
    ++holders;
    co_await test::never();
}

TEST_CASE("as many pass at once as there are permits, neither more nor fewer") {
    for (const int permits : {1, 3, 10, 100}) {
        CAPTURE(permits);
        asio::io_context loop(1);
        Semaphore semaphore(loop.get_executor(), static_cast<std::size_t>(permits));
        Inside inside;
        run(loop, pass_all(semaphore, inside, 50));
        CHECK(inside.most == std::min(permits, 50));
        CHECK(inside.order.size() == 50);
    }
}

TEST_CASE("those who wait get their permits in the order they came") {
    asio::io_context loop(1);
    Semaphore semaphore(loop.get_executor(), 2);
    Inside inside;
    run(loop, pass_all(semaphore, inside, 100));
    REQUIRE(inside.order.size() == 100);
    CHECK(std::is_sorted(inside.order.begin(), inside.order.end()));
}

TEST_CASE("a newcomer does not overtake the one whose turn has come but who has not run yet") {
    asio::io_context loop(1);
    Semaphore semaphore(loop.get_executor(), 1);
    Inside inside;
    const auto work = [&]() -> awaitable<void> {
        std::optional<Semaphore::Permit> permit(co_await semaphore.acquire());
        asio::co_spawn(loop, pass(semaphore, inside, 1), asio::detached);
        co_await turn();
        permit.reset();  // the first one's completion is now in the loop's queue
        asio::co_spawn(loop, pass(semaphore, inside, 2), asio::detached);
    };
    run(loop, work());
    CHECK(inside.order == std::vector{1, 2});
    CHECK(inside.most == 1);
}

TEST_CASE("a permit is given back when its scope ends by an exception, and once only") {
    asio::io_context loop(1);
    Semaphore semaphore(loop.get_executor(), 1);
    Inside inside;
    const auto work = [&]() -> awaitable<void> {
        try {
            const Semaphore::Permit permit = co_await semaphore.acquire();
            throw std::runtime_error("inside");
        } catch (const std::runtime_error&) {
        }
        {
            Semaphore::Permit permit = co_await semaphore.acquire();
            Semaphore::Permit moved(std::move(permit));
            moved.release();
            moved.release();
        }
        co_await pass_all(semaphore, inside, 5);
    };
    run(loop, work());
    CHECK(inside.most == 1);
    CHECK(inside.order.size() == 5);
}

TEST_CASE("who is cancelled while waiting has taken no permit, and the others keep their order") {
    asio::io_context loop(1);
    Semaphore semaphore(loop.get_executor(), 1);
    Inside inside;
    asio::cancellation_signal cancel;
    bool aborted = false;
    const auto work = [&]() -> awaitable<void> {
        std::optional<Semaphore::Permit> permit(co_await semaphore.acquire());
        asio::co_spawn(loop, pass(semaphore, inside, 1), asio::detached);
        asio::co_spawn(loop, pass(semaphore, inside, 2),
                       asio::bind_cancellation_slot(cancel.slot(), [&](std::exception_ptr error) {
                           aborted = is_cancellation(error);
                       }));
        asio::co_spawn(loop, pass(semaphore, inside, 3), asio::detached);
        asio::co_spawn(loop, pass(semaphore, inside, 4), asio::detached);
        co_await turn();
        cancel.emit(asio::cancellation_type::terminal);
    };
    run(loop, work());
    CHECK(aborted);
    CHECK(inside.order == std::vector{1, 3, 4});
    CHECK(inside.most == 1);
}

TEST_CASE("a permit that was granted just before its coroutine was cancelled is not lost") {
    asio::io_context loop(1);
    Semaphore semaphore(loop.get_executor(), 1);
    Inside inside;
    asio::cancellation_signal cancel;
    const auto work = [&]() -> awaitable<void> {
        std::optional<Semaphore::Permit> permit(co_await semaphore.acquire());
        asio::co_spawn(loop, pass(semaphore, inside, 1),
                       asio::bind_cancellation_slot(cancel.slot(), [](std::exception_ptr) {}));
        co_await turn();
        permit.reset();  // granted to the one that waits, which runs in a later turn
        cancel.emit(asio::cancellation_type::terminal);
        co_await pass_all(semaphore, inside, 3);
    };
    run(loop, work());
    CHECK(inside.order.size() >= 3);
    CHECK(inside.most == 1);
}

TEST_CASE("gather over waiters: the first error cancels those that wait, and all permits are back") {
    asio::io_context loop(1);
    Semaphore semaphore(loop.get_executor(), 2);
    Inside inside;
    int holders = 0;
    const auto fail = [](Semaphore& s) -> awaitable<void> {
        const Semaphore::Permit permit = co_await s.acquire();
        for (int i = 0; i < 5; ++i) co_await turn();
        throw std::runtime_error("first");
    };
    const auto work = [&]() -> awaitable<void> {
        std::vector<awaitable<void>> children;
        children.push_back(hold(semaphore, holders));
        children.push_back(fail(semaphore));
        for (int i = 0; i < 10; ++i) children.push_back(hold(semaphore, holders));
        bool failed = false;
        try {
            co_await gather(std::move(children));
        } catch (const std::runtime_error&) {
            failed = true;
        }
        CHECK(failed);
        co_await pass_all(semaphore, inside, 6);
    };
    run(loop, work());
    CHECK(inside.most == 2);
    CHECK(inside.order.size() == 6);
}

TEST_CASE("a stopped loop destroys holders and waiters in any order, after the semaphore is gone") {
    for (const int permits : {1, 2, 5}) {
        CAPTURE(permits);
        int holders = 0;
        {
            asio::io_context loop(1);
            {
                Semaphore semaphore(loop.get_executor(), static_cast<std::size_t>(permits));
                std::vector<awaitable<void>> children;
                for (int i = 0; i < 5; ++i) children.push_back(hold(semaphore, holders));
                asio::co_spawn(loop, gather(std::move(children)), asio::detached);
                loop.poll();
            }
        }
        CHECK(holders == permits);
    }
}

TEST_CASE("a loop that is destroyed with a permit on its way to the one that waits loses nothing else") {
    int holders = 0;
    {
        asio::io_context loop(1);
        auto semaphore = std::make_unique<Semaphore>(loop.get_executor(), 1);
        std::optional<Semaphore::Permit> permit;
        const auto take = [&]() -> awaitable<void> { permit.emplace(co_await semaphore->acquire()); };
        asio::co_spawn(loop, take(), asio::detached);
        loop.poll();
        asio::co_spawn(loop, hold(*semaphore, holders), asio::detached);
        loop.restart();
        loop.poll();
        REQUIRE(permit.has_value());
        permit.reset();  // the completion is queued, and never runs
        semaphore.reset();
    }
    CHECK(holders == 0);
}

TEST_CASE("acquire() may begin when the semaphore is gone: nobody else has its permits") {
    asio::io_context loop(1);
    std::optional<Semaphore> semaphore(std::in_place, loop.get_executor(), 1);
    awaitable<Semaphore::Permit> acquire = semaphore->acquire();
    semaphore.reset();
    bool passed = false;
    const auto work = [&]() -> awaitable<void> {
        const Semaphore::Permit permit = co_await std::move(acquire);
        passed = true;
    };
    run(loop, work());
    CHECK(passed);
}

TEST_CASE("ten thousand waiters for ten permits") {
    asio::io_context loop(1);
    Semaphore semaphore(loop.get_executor(), 10);
    Inside inside;
    run(loop, pass_all(semaphore, inside, 10'000));
    CHECK(inside.most == 10);
    CHECK(inside.order.size() == 10'000);
    CHECK(std::is_sorted(inside.order.begin(), inside.order.end()));
}

}  // namespace
}  // namespace overlap
