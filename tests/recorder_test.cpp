#include <doctest/doctest.h>

#include <asio/bind_cancellation_slot.hpp>
#include <asio/cancellation_signal.hpp>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>
#include <asio/use_awaitable.hpp>
#include <cstdlib>
#include <new>
#include <stdexcept>
#include <thread>
#include <vector>

#include "record/loop_watch.hpp"
#include "record/recorder.hpp"
#include "record/usage.hpp"
#include "support/loops.hpp"
#include "timeline/metrics.hpp"

namespace overlap {
namespace {

TEST_SUITE_BEGIN("recorder");

// A clock that tests set.
Nanoseconds fake_time = 0;
Nanoseconds fake_now() { return fake_time; }

Timeline only_spans(Recorder& recorder) { return recorder.take(); }

TEST_CASE("a span lasts from its construction to its destruction, counted from the start") {
    fake_time = 1'000;
    Recorder recorder(8, fake_now);
    recorder.add_lane("Task1");
    recorder.start();
    fake_time = 1'010;
    {
        const ScopedSpan span(recorder, 0, State::blocked);
        fake_time = 1'030;
    }
    const Timeline timeline = only_spans(recorder);
    REQUIRE(timeline.spans.size() == 1);
    CHECK(timeline.spans[0] == Span{.lane = 0, .state = State::blocked, .begin = 10, .end = 30});
}

TEST_CASE("entering the next state ends the one before at the same instant") {
    fake_time = 0;
    Recorder recorder(8, fake_now);
    recorder.add_lane("Task1");
    recorder.start();
    {
        ScopedSpan span(recorder, 0, State::queued);
        fake_time = 5;
        span.enter(State::running);
        fake_time = 9;
    }
    const Timeline timeline = recorder.take();
    REQUIRE(timeline.spans.size() == 2);
    CHECK(timeline.spans[0].end == 5);
    CHECK(timeline.spans[1].begin == 5);
    CHECK(timeline.spans[1].state == State::running);
    CHECK(timeline.spans[1].end == 9);
}

TEST_CASE("a span that an exception unwinds has failed, with or without a reason") {
    fake_time = 0;
    Recorder recorder(8, fake_now);
    recorder.add_lane("Task1");
    recorder.add_lane("Task2");
    try {
        const ScopedSpan span(recorder, 0, State::blocked);
        throw std::runtime_error("no");
    } catch (const std::runtime_error&) {
    }
    {
        ScopedSpan span(recorder, 1, State::blocked);
        span.fail("connection refused");
    }
    const Timeline timeline = recorder.take();
    REQUIRE(timeline.spans.size() == 2);
    CHECK(timeline.spans[0].outcome == Outcome::failed);
    CHECK(timeline.spans[1].outcome == Outcome::failed);
    CHECK(timeline.lanes[1].error == "connection refused");
}

TEST_CASE("a span is recorded once, however often it is ended or moved") {
    Recorder recorder(8);
    recorder.add_lane("Task1");
    {
        ScopedSpan span(recorder, 0, State::blocked);
        ScopedSpan moved(std::move(span));
        moved.end();
        moved.end();
        moved.fail("too late");
        moved.enter(State::running);
    }
    const Timeline timeline = recorder.take();
    CHECK(timeline.spans.size() == 1);
    CHECK(timeline.lanes[0].error.empty());
}

TEST_CASE("spans that end after a stop was requested are cancelled") {
    std::stop_source stop;
    Recorder recorder(8, steady_now, stop.get_token());
    recorder.add_lane("Task1");
    recorder.add_lane("Task2");
    {
        const ScopedSpan span(recorder, 0, State::blocked);
    }
    {
        ScopedSpan span(recorder, 1, State::blocked);
        stop.request_stop();
        span.fail("interrupted");
    }
    const Timeline timeline = recorder.take();
    CHECK(timeline.spans[0].outcome == Outcome::done);
    CHECK(timeline.spans[1].outcome == Outcome::cancelled);
    CHECK(timeline.lanes[1].error.empty());
}

TEST_CASE("a span that is cancelled while it waits was cancelled, and did not fail") {
    Recorder recorder(8);
    recorder.add_lane("Task1");
    recorder.add_lane("Task2");
    recorder.add_lane("Task3");
    recorder.add_lane("Task4");
    asio::io_context loop(1);
    const auto number = [](asio::awaitable<void> work) -> asio::awaitable<int> {
        co_await std::move(work);
        co_return 7;
    };
    const auto fail = []() -> asio::awaitable<void> {
        co_await test::turn();
        throw std::runtime_error("no");
    };
    const auto wait = [&](std::uint32_t lane, asio::awaitable<void> work) -> asio::awaitable<void> {
        ScopedSpan span(recorder, lane, State::waiting);
        CHECK(co_await span.during(number(std::move(work))) == 7);
    };
    const auto wait_for_nothing = [&](std::uint32_t lane) -> asio::awaitable<void> {
        ScopedSpan span(recorder, lane, State::waiting);
        co_await span.during(test::never());
    };
    asio::cancellation_signal cancel;
    const auto ignore = [](std::exception_ptr) {};
    asio::co_spawn(loop, wait(0, test::never()), asio::bind_cancellation_slot(cancel.slot(), ignore));
    asio::co_spawn(loop, wait(1, fail()), ignore);
    asio::co_spawn(loop, wait(2, test::turn()), ignore);
    asio::co_spawn(loop, wait_for_nothing(3), ignore);
    loop.poll();
    cancel.emit(asio::cancellation_type::terminal);
    loop.poll();
    const Timeline timeline = recorder.take();
    REQUIRE(timeline.spans.size() == 3);
    CHECK(timeline.spans[0].outcome == Outcome::cancelled);
    CHECK(timeline.spans[1].outcome == Outcome::failed);
    CHECK(timeline.spans[2].outcome == Outcome::done);
}

TEST_CASE("a span whose coroutine was cancelled just before it would wait was cancelled too") {
    Recorder recorder(8);
    recorder.add_lane("Task1");
    asio::io_context loop(1);
    asio::cancellation_signal cancel;
    const auto wait = [&]() -> asio::awaitable<void> {
        ScopedSpan span(recorder, 0, State::waiting);
        cancel.emit(asio::cancellation_type::terminal);
        co_await span.during(test::never());
    };
    asio::co_spawn(loop, wait(), asio::bind_cancellation_slot(cancel.slot(), [](std::exception_ptr) {}));
    loop.run();
    const Timeline timeline = recorder.take();
    REQUIRE(timeline.spans.size() == 1);
    CHECK(timeline.spans[0].outcome == Outcome::cancelled);
}

TEST_CASE("a span whose coroutine is destroyed with its loop while it waits was cancelled") {
    Recorder recorder(8);
    recorder.add_lane("Task1");
    {
        asio::io_context loop(1);
        const auto wait = [](Recorder& into) -> asio::awaitable<void> {
            ScopedSpan span(into, 0, State::waiting);
            co_await span.during(test::never());
        };
        asio::co_spawn(loop, wait(recorder), asio::detached);
        loop.poll();
    }
    const Timeline timeline = recorder.take();
    REQUIRE(timeline.spans.size() == 1);
    CHECK(timeline.spans[0].outcome == Outcome::cancelled);
}

TEST_CASE("spans beyond the reserved size are kept too") {
    Recorder recorder(4);
    recorder.add_lane("Task1");
    for (int i = 0; i < 100; ++i) const ScopedSpan span(recorder, 0, State::running);
    CHECK(recorder.take().spans.size() == 100);
}

TEST_CASE("threads record side by side, and a span may end on another thread than it began") {
    constexpr std::uint32_t threads = 4;
    constexpr int spans = 2'000;
    Recorder recorder(threads * spans / 2);  // half of them overflow
    for (std::uint32_t i = 0; i < threads; ++i) recorder.add_lane("Task");
    recorder.start();
    std::vector<std::thread> workers;
    for (std::uint32_t i = 0; i < threads; ++i) {
        workers.emplace_back([&recorder, i, begun = ScopedSpan(recorder, i, State::queued)]() mutable {
            begun.end();
            for (int n = 1; n < spans; ++n) const ScopedSpan span(recorder, i, State::running);
        });
    }
    for (std::thread& worker : workers) worker.join();

    const Timeline timeline = recorder.take();
    REQUIRE(timeline.spans.size() == threads * spans);
    CHECK(in_flight_peak(timeline) <= static_cast<int>(threads));
    for (std::size_t i = 0; i < timeline.spans.size(); ++i) {
        const Span& span = timeline.spans[i];
        REQUIRE(span.begin <= span.end);
        REQUIRE(span.thread < threads);
        if (i > 0 && timeline.spans[i - 1].lane == span.lane)
            REQUIRE(timeline.spans[i - 1].end <= span.begin);
    }
}

TEST_CASE("the loop's lane shows what ran, and its heartbeat is left out of it") {
    Recorder recorder(1024);
    recorder.start();
    const std::uint32_t lane = recorder.add_lane("Loop", LaneKind::loop);
    asio::io_context loop(1);
    Nanoseconds work_begin = 0;
    Nanoseconds work_end = 0;
    Heartbeat heartbeat;
    CpuSample instrument;
    {
        LoopWatch watch(loop, recorder, lane);
        const auto work = [&]() -> asio::awaitable<void> {
            asio::steady_timer timer(loop, std::chrono::milliseconds(30));
            co_await timer.async_wait(asio::use_awaitable);
            work_begin = recorder.now();
            while (recorder.now() - work_begin < 20'000'000) {
            }
            work_end = recorder.now();
            co_await [&]() -> asio::awaitable<void> {
                asio::steady_timer later(loop, std::chrono::milliseconds(30));
                co_await later.async_wait(asio::use_awaitable);
            }();
        };
        asio::co_spawn(loop, work(), watch.finish());
        loop.run();
        heartbeat = watch.heartbeat();
        instrument = watch.instrument();
    }
    const Timeline timeline = recorder.take();

    CHECK(heartbeat.beats > 0);
    // While the work held the loop for 20 ms the heartbeat could not run: it was late by most of that, at
    // least.
    CHECK(heartbeat.worst_lag >= 15'000'000);
    // The heartbeat's turns are many, the loop's own are few.
    Nanoseconds longest = 0;
    for (const Span& span : timeline.spans) {
        CHECK(span.lane == lane);
        if (span.end - span.begin > longest) longest = span.end - span.begin;
    }
    CHECK(longest >= 20'000'000);
    const bool covered = [&] {
        for (const Span& span : timeline.spans) {
            if (span.begin <= work_begin && work_end <= span.end) return true;
        }
        return false;
    }();
    CHECK(covered);
    CHECK(instrument.voluntary_switches >= 0);
}

TEST_CASE("work that holds the loop to the very end is heard by the heartbeat too") {
    Recorder recorder(64);
    recorder.start();
    asio::io_context loop(1);
    LoopWatch watch(loop, recorder, recorder.add_lane("Loop", LaneKind::loop));
    const auto work = [&]() -> asio::awaitable<void> {
        const Nanoseconds begin = recorder.now();
        while (recorder.now() - begin < 20'000'000) {
        }
        co_return;
    };
    asio::co_spawn(loop, work(), watch.finish());
    loop.run();
    CHECK(watch.heartbeat().worst_lag >= 15'000'000);
}

TEST_CASE("what a coroutine throws comes out of run(), and the heartbeat has ended") {
    Recorder recorder(64);
    asio::io_context loop(1);
    LoopWatch watch(loop, recorder, recorder.add_lane("Loop", LaneKind::loop));
    const auto throwing = []() -> asio::awaitable<void> {
        throw std::runtime_error("from the coroutine");
        co_return;
    };
    asio::co_spawn(loop, throwing(), watch.finish());
    CHECK_THROWS_WITH(loop.run(), "from the coroutine");
    loop.run();  // would not return if the heartbeat still beat
}

TEST_CASE("computing costs CPU time, and the instrument's share is taken off") {
    const UsageMeter meter;
    volatile std::uint64_t sink = 0;
    const Nanoseconds before = sample_thread().cpu;
    while (sample_thread().cpu - before < 20'000'000) sink = sink + 1;
    CHECK(meter.finish({}).cpu >= 20'000'000);
    CHECK(meter.finish({.cpu = 1'000'000'000'000}).cpu == 0);
}

TEST_CASE("memory that was touched shows as growth, where the kernel tells") {
    const UsageMeter meter;
    constexpr std::size_t size = 64 * 1024 * 1024;
    {
        std::vector<char> block(size, 'x');
        REQUIRE(block[size / 2] == 'x');
    }
    const Usage usage = meter.finish({});
    if (!usage.peak_memory) return;  // a container that forbids it
    CHECK(*usage.peak_memory >= static_cast<std::int64_t>(size) / 2);
}

}  // namespace
}  // namespace overlap
