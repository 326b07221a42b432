// Our pipelined client beside redis-benchmark: the same command to the same redis-server, one connection, the
// same number of commands under way, in turns. No proxy between.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "concurrency/gather.hpp"
#include "net/redis_client.hpp"
#include "net/redis_process.hpp"
#include "record/clock.hpp"

namespace overlap {
namespace {

constexpr std::int64_t commands = 200'000;
const std::string payload(100, 'x');

// One of the coroutines that share the connection: it waits for each reply before it gives the next command.
asio::awaitable<void> ask(net::AsyncRedis& redis, const std::string& wire, std::int64_t& left,
                          std::int64_t& good) {
    while (left > 0) {
        --left;
        const net::RedisAnswer answer = co_await redis.command(wire);
        if (answer.reply.text == payload ||
            (answer.reply.items.size() == 1 && answer.reply.items[0].text == payload))
            ++good;
    }
}

/// Commands a second; 0 when a reply was wrong.
double run_ours(const net::Target& where, const std::string& wire, std::int64_t count, std::int64_t depth) {
    std::int64_t left = count;
    std::int64_t good = 0;
    const Nanoseconds begin = steady_now();
    asio::io_context loop(1);
    net::AsyncRedis redis(loop.get_executor(), where);
    std::vector<asio::awaitable<void>> askers;
    for (std::int64_t i = 0; i < depth; ++i) askers.push_back(ask(redis, wire, left, good));
    asio::co_spawn(loop, gather(std::move(askers)), [](std::exception_ptr) {});
    loop.run();
    const double seconds = static_cast<double>(steady_now() - begin) / 1e9;
    return good == count ? static_cast<double>(count) / seconds : 0;
}

/// What redis-benchmark says of itself, in commands a second; 0 when it does not run.
double run_redis_benchmark(std::uint16_t port, const std::string& words, std::int64_t count,
                           std::int64_t depth) {
    const std::string line = "redis-benchmark -p " + std::to_string(port) + " -c 1 -P " +
                             std::to_string(depth) + " -n " + std::to_string(count) + " --csv " + words +
                             " 2>/dev/null";
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> pipe(::popen(line.c_str(), "r"), ::pclose);
    double rps = 0;
    for (char text[1024]; std::fgets(text, sizeof text, pipe.get()) != nullptr;) {
        // "GET key","123456.78","0.050",...
        const std::string row = text;
        const std::size_t comma = row.find("\",\"");
        if (comma != std::string::npos && row.find("rps") == std::string::npos)
            rps = std::atof(row.c_str() + comma + 3);
    }
    return rps;
}

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

void beside_redis_benchmark(benchmark::State& state, const std::vector<std::string>& words) {
    const std::optional<std::string> program = net::find_program("redis-server");
    if (!program || !net::find_program("redis-benchmark"))
        return state.SkipWithError("redis-server and redis-tools needed");
    const net::RedisProcess server(*program);
    const net::Target where = net::resolve(net::parse_address(server.address()));
    {
        net::BlockingRedis redis(where);
        redis.command(net::redis_command({"SET", "string", payload}));
        redis.command(net::redis_command({"RPUSH", "list", payload}));
    }
    const std::int64_t depth = state.range(0);
    const std::int64_t count = depth == 1 ? commands / 4 : commands;
    const std::string wire = net::redis_command(words);
    std::string line;
    for (const std::string& word : words) line += word + " ";
    std::vector<double> ours;
    std::vector<double> theirs;
    std::vector<double> ratios;
    for (auto _ : state) {
        ours.push_back(run_ours(where, wire, count, depth));
        theirs.push_back(run_redis_benchmark(server.port(), line, count, depth));
        ratios.push_back(ours.back() / theirs.back());
        if (ours.back() == 0 || theirs.back() == 0) return state.SkipWithError("a run failed");
    }
    state.counters["ours_per_s"] = median(ours);
    state.counters["redis_benchmark_per_s"] = median(theirs);
    state.counters["ratio"] = median(ratios);
    state.counters["ratio_min"] = *std::min_element(ratios.begin(), ratios.end());
}

BENCHMARK_CAPTURE(beside_redis_benchmark, GET, std::vector<std::string>{"GET", "string"})
    ->Arg(1)
    ->Arg(16)
    ->Arg(50)
    ->Arg(100)
    ->Iterations(9)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(beside_redis_benchmark, LRANGE, std::vector<std::string>{"LRANGE", "list", "0", "-1"})
    ->Arg(1)
    ->Arg(16)
    ->Arg(50)
    ->Arg(100)
    ->Iterations(9)
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace overlap
