// N calls of one second at once: what the coroutine way of `overlap burst`, with its recorder, its heartbeat
// and its client, costs beside (a) a bare Asio client that connects, writes, reads and records nothing, and
// (b) N threads. All against the same server process, in turns. Overhead is the time to the last answer less
// the second.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <asio/buffer.hpp>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/use_awaitable.hpp>
#include <asio/write.hpp>
#include <fstream>
#include <system_error>
#include <thread>

#include "demo/context.hpp"
#include "demos/demos.hpp"
#include "net/descriptors.hpp"
#include "net/server_process.hpp"
#include "record/usage.hpp"
#include "timeline/error.hpp"
#include "timeline/metrics.hpp"

namespace overlap {
namespace {

constexpr Nanoseconds latency = 1'000'000'000;

struct Measured {
    Nanoseconds overhead = 0;
    std::int64_t memory = 0;  ///< peak growth in bytes
    Nanoseconds cpu = 0;
    bool complete = false;
};

asio::awaitable<void> bare_call(asio::io_context& loop, const net::Target& target, std::string& request,
                                Nanoseconds& last, int& done) {
    asio::ip::tcp::socket socket(loop);
    co_await socket.async_connect(target.endpoints.front(), asio::use_awaitable);
    co_await asio::async_write(socket, asio::buffer(request), asio::use_awaitable);
    std::array<char, 1024> buffer;
    // One reading: the server sends its small answer in one piece. A real client cannot know that.
    const std::size_t size = co_await socket.async_read_some(asio::buffer(buffer), asio::use_awaitable);
    if (std::string_view(buffer.data(), size).starts_with("HTTP/1.1 200")) ++done;
    last = steady_now();
}

Measured run_bare(const net::Target& target, int calls) {
    const UsageMeter meter;
    const Nanoseconds begin = steady_now();
    Nanoseconds last = begin;
    int done = 0;
    {
        asio::io_context loop(1);
        std::string request = net::request_text(target, false);
        for (int i = 0; i < calls; ++i) {
            asio::co_spawn(loop, bare_call(loop, target, request, last, done), asio::detached);
        }
        loop.run();
    }
    const Usage usage = meter.finish({});
    return {last - begin - latency, usage.peak_memory.value_or(0), usage.cpu, done == calls};
}

Measured run_coroutines(const net::Target& target, int calls) {
    Surroundings surroundings{
        .settings = Settings(burst.knobs), .lanes = lane_names(calls), .workers = 1, .targets = {target}};
    Recorder recorder(static_cast<std::size_t>(calls) * 3 + 16 * 1024);
    Context context(surroundings, recorder);
    const UsageMeter meter;
    recorder.start();
    burst.variants[1].run(context);
    const Usage usage = meter.finish(context.instrument());
    const Timeline timeline = recorder.take();
    const bool complete = outcomes_of(summarize_tasks(timeline)).done == static_cast<std::size_t>(calls);
    return {makespan(timeline) - latency, usage.peak_memory.value_or(0), usage.cpu, complete};
}

Measured run_threads(const net::Target& target, int calls) {
    const UsageMeter meter;
    const Nanoseconds begin = steady_now();
    std::atomic<Nanoseconds> last = begin;
    std::atomic<int> done = 0;
    {
        net::BlockingClient client;
        std::vector<std::jthread> threads;
        try {
            for (int i = 0; i < calls; ++i) {
                threads.emplace_back([&] {
                    if (client.get(target).ok()) ++done;
                    last = steady_now();  // threads end in about this order
                });
            }
        } catch (const std::system_error&) {
            // The machine allows no more: the result is incomplete.
        }
    }
    const Usage usage = meter.finish({});
    return {last - begin - latency, usage.peak_memory.value_or(0), usage.cpu, done == calls};
}

template <typename Value>
Value median(std::vector<Value> values) {
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

std::int64_t resident_peak(pid_t pid) {
    std::ifstream status("/proc/" + std::to_string(pid) + "/status");
    for (std::string word; status >> word;) {
        std::int64_t kibibytes = 0;
        if (word == "VmHWM:" && status >> kibibytes) return kibibytes * 1024;
    }
    return 0;
}

void calls(benchmark::State& state) {
    const int count = static_cast<int>(state.range(0));
    constexpr int rounds = 5;
    std::vector<Nanoseconds> ours, bare, threads;
    std::vector<double> to_bare, to_threads;
    Measured last_ours, last_bare, last_threads;
    bool threads_complete = true;
    double server_memory = 0;
    try {
        net::need_descriptors(static_cast<std::size_t>(count));
        for (auto _ : state) {
            net::ServerProcess server(OVERLAP_BINARY, {});
            const std::int64_t before = resident_peak(server.pid());
            const net::Target target = net::resolve(net::parse_url(server.url() + "/delay?ms=1000"));
            for (int round = 0; round < rounds; ++round) {
                last_bare = run_bare(target, count);
                last_ours = run_coroutines(target, count);
                last_threads = run_threads(target, count);
                if (!last_bare.complete || !last_ours.complete) {
                    state.SkipWithError("not every call was answered");
                    return;
                }
                threads_complete = threads_complete && last_threads.complete;
                ours.push_back(last_ours.overhead);
                bare.push_back(last_bare.overhead);
                threads.push_back(last_threads.overhead);
                to_bare.push_back(static_cast<double>(last_ours.overhead) /
                                  static_cast<double>(last_bare.overhead));
                to_threads.push_back(static_cast<double>(last_ours.overhead) /
                                     static_cast<double>(last_threads.overhead));
            }
            server_memory = static_cast<double>(resident_peak(server.pid()) - before) / count;
            state.SetIterationTime(static_cast<double>(median(ours)) / 1e9);
        }
    } catch (const Error& error) {
        state.SkipWithError(error.what());
        return;
    }
    const auto milliseconds = [](Nanoseconds time) { return static_cast<double>(time) / 1e6; };
    const auto per_call = [&](std::int64_t bytes) { return static_cast<double>(bytes) / count; };
    state.counters["ours_ms"] = milliseconds(median(ours));
    state.counters["bare_ms"] = milliseconds(median(bare));
    state.counters["to_bare"] = median(to_bare);
    state.counters["ours_B"] = per_call(last_ours.memory);
    state.counters["bare_B"] = per_call(last_bare.memory);
    state.counters["ours_cpu_ms"] = milliseconds(last_ours.cpu);
    state.counters["bare_cpu_ms"] = milliseconds(last_bare.cpu);
    state.counters["server_B"] = server_memory;
    if (threads_complete) {
        state.counters["threads_ms"] = milliseconds(median(threads));
        state.counters["to_threads"] = median(to_threads);
        state.counters["threads_B"] = per_call(last_threads.memory);
        state.counters["threads_cpu_ms"] = milliseconds(last_threads.cpu);
    } else {
        state.SetLabel("the machine does not allow this many threads");
    }
}
BENCHMARK(calls)->Arg(100)->Arg(1'000)->Arg(3'000)->Arg(10'000)->Iterations(1)->UseManualTime()->Unit(
    benchmark::kMillisecond);

}  // namespace
}  // namespace overlap
