// What offloading costs. A tiny job through an idle worker process and back, 100 us at most; from starting a
// worker to its first reply, 20 ms at most; to a thread of a pool and back. All are medians.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>
#include <asio/thread_pool.hpp>
#include <string>
#include <vector>

#include "concurrency/process_pool.hpp"
#include "concurrency/to_thread.hpp"
#include "record/clock.hpp"

namespace overlap {
namespace {

const ProcessPoolOptions our_binary{.program = OVERLAP_BINARY};

double median(std::vector<double> values) {
    if (values.empty()) return 0;
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

double microseconds(Nanoseconds time) { return static_cast<double>(time) / 1e3; }

// Nothing when a job fails.
asio::awaitable<void> time_jobs(asio::io_context& loop, int count, std::vector<double>& times) {
    ProcessPool pool(loop.get_executor(), 1, our_binary);
    JobReply reply = co_await pool.run("echo", "x");
    for (int i = 0; i < count && reply.ok(); ++i) {
        const Nanoseconds begin = steady_now();
        reply = co_await pool.run("echo", "x");
        times.push_back(microseconds(steady_now() - begin));
    }
    if (!reply.ok()) times.clear();
}

void pool_round_trip(benchmark::State& state) {
    std::vector<double> times;
    for (auto _ : state) {
        asio::io_context loop(1);
        asio::co_spawn(loop, time_jobs(loop, 10'000, times), [](const std::exception_ptr&) {});
        loop.run();
        if (times.empty()) return state.SkipWithError("a job failed");
    }
    state.counters["median_us"] = median(times);
}
BENCHMARK(pool_round_trip)->Iterations(5)->Unit(benchmark::kMillisecond);

asio::awaitable<void> time_start(asio::io_context& loop, std::vector<double>& times, bool& good) {
    const Nanoseconds begin = steady_now();
    ProcessPool pool(loop.get_executor(), 1, our_binary);
    const JobReply reply = co_await pool.run("echo", "x");
    times.push_back(microseconds(steady_now() - begin));
    good = good && reply.ok();
}

void pool_start_to_first_reply(benchmark::State& state) {
    std::vector<double> times;
    bool good = true;
    for (auto _ : state) {
        asio::io_context loop(1);
        asio::co_spawn(loop, time_start(loop, times, good), [](const std::exception_ptr&) {});
        loop.run();
        if (!good) return state.SkipWithError("a job failed");
    }
    state.counters["median_us"] = median(times);
}
BENCHMARK(pool_start_to_first_reply)->Iterations(100)->Unit(benchmark::kMillisecond);

asio::awaitable<void> time_threads(asio::thread_pool& threads, int count, std::vector<double>& times) {
    const auto work = [] { return 1; };
    for (int i = 0; i < count; ++i) {
        const Nanoseconds begin = steady_now();
        const int result = co_await to_thread(threads, work);
        times.push_back(microseconds(steady_now() - begin));
        benchmark::DoNotOptimize(result);
    }
}

void to_thread_round_trip(benchmark::State& state) {
    std::vector<double> times;
    for (auto _ : state) {
        asio::io_context loop(1);
        asio::thread_pool threads(1);
        asio::co_spawn(loop, time_threads(threads, 10'000, times), [](const std::exception_ptr&) {});
        loop.run();
    }
    state.counters["median_us"] = median(times);
}
BENCHMARK(to_thread_round_trip)->Iterations(5)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace overlap
