#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <mutex>
#include <thread>
#include <vector>

#include "concurrency/gil.hpp"

namespace overlap {
namespace {

TEST_SUITE_BEGIN("gil");

using std::chrono::milliseconds;

// Computes under the lock until `done`, handing over when asked.
template <typename Step, typename Done>
void compute(Gil& gil, Step step, Done done) {
    const std::lock_guard guard(gil);
    while (!done()) {
        step();
        if (gil.wanted()) gil.hand_over();
    }
}

TEST_CASE("two threads that compute take turns: each has run again and again before either ends") {
    Gil gil(milliseconds(1));
    constexpr int turns = 10;
    std::vector<int> order;  // guarded by the lock under test
    const auto work = [&](int who) {
        const auto note = [&order, who] {
            if (order.empty() || order.back() != who) order.push_back(who);
        };
        compute(gil, note, [&] { return order.size() >= turns; });
    };
    {
        const std::jthread first(work, 1);
        const std::jthread second(work, 2);
    }
    CHECK(order.size() == turns);  // with nobody to take turns with, neither would have ended
    CHECK(gil.switches() >= turns);
}

TEST_CASE("one thread runs at a time, however many there are") {
    Gil gil(milliseconds(1));
    int counter = 0;  // no atomic: ThreadSanitizer sees whether the lock orders its uses
    std::atomic<int> inside = 0;
    std::atomic<int> most = 0;
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 8; ++i) {
            threads.emplace_back([&] {
                int steps = 0;
                const auto step = [&] {
                    most = std::max(most.load(), ++inside);
                    ++counter;
                    ++steps;
                    --inside;
                };
                compute(gil, step, [&] { return steps == 20'000; });
            });
        }
    }
    CHECK(most == 1);
    CHECK(counter == 8 * 20'000);
}

TEST_CASE("who hands over goes on only after the thread that asked has had it") {
    Gil gil(milliseconds(1));
    gil.lock();
    const std::int64_t before = gil.switches();
    std::atomic<bool> had_it = false;
    const std::jthread other([&] {
        const std::lock_guard guard(gil);
        had_it = true;
    });
    while (!gil.wanted()) std::this_thread::yield();
    CHECK_FALSE(had_it);
    gil.hand_over();
    CHECK(had_it);
    CHECK(gil.switches() == before + 2);  // there and back
    CHECK_FALSE(gil.wanted());
    gil.unlock();
}

TEST_CASE("nobody asks for a lock that is free, and handing over to nobody gives it back at once") {
    Gil gil;
    const std::lock_guard guard(gil);
    CHECK_FALSE(gil.wanted());
    gil.hand_over();
    CHECK_FALSE(gil.wanted());
    CHECK(gil.switches() == 1);
}

TEST_CASE("a thread that ends lets the next one have it, whether it was asked or not") {
    for (const bool asked : {false, true}) {
        CAPTURE(asked);
        Gil gil(asked ? milliseconds(1) : milliseconds(3'600'000));
        std::atomic<int> ended = 0;
        gil.lock();
        std::vector<std::jthread> others;
        for (int i = 0; i < 3; ++i) {
            others.emplace_back([&] {
                const std::lock_guard guard(gil);
                ++ended;
            });
        }
        while (asked && !gil.wanted()) std::this_thread::yield();
        gil.unlock();
        others.clear();
        CHECK(ended == 3);
    }
}

}  // namespace
}  // namespace overlap
