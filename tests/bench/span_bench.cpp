// What recording costs: at most 60 ns a span, two readings of the clock included.
#include <benchmark/benchmark.h>

#include "record/recorder.hpp"

namespace overlap {
namespace {

constexpr std::int64_t spans = 1 << 15;  // as many as a run with 10,000 tasks reserves

void clock_reading(benchmark::State& state) {
    for (auto _ : state) benchmark::DoNotOptimize(steady_now());
}
BENCHMARK(clock_reading)->Repetitions(25)->ReportAggregatesOnly();

void span(benchmark::State& state) {
    Recorder recorder(spans);
    recorder.add_lane("Task1");
    recorder.start();
    for (auto _ : state) {
        const ScopedSpan one(recorder, 0, State::running);
        benchmark::ClobberMemory();
    }
}
BENCHMARK(span)->Iterations(spans)->Repetitions(25)->ReportAggregatesOnly();

}  // namespace
}  // namespace overlap
