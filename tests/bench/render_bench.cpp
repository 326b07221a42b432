// What drawing costs: at most 100 ms for 100,000 spans.
#include <benchmark/benchmark.h>

#include "render/ascii.hpp"
#include "render/json.hpp"

namespace overlap {
namespace {

Run run_of(std::int64_t spans) {
    Run run;
    run.title = "many";
    run.ways.emplace_back();
    WayRun& way = run.ways.back();
    way.way = Way::coroutines;
    for (std::int64_t i = 0; i < spans; ++i) {
        const Nanoseconds begin = i * 1'000;
        way.timeline.lanes.push_back({.name = "Task" + std::to_string(i + 1)});
        way.timeline.spans.push_back({.lane = static_cast<std::uint32_t>(i),
                                      .state = State::waiting,
                                      .begin = begin,
                                      .end = begin + 50'000'000 + i % 97 * 10'000});
    }
    way.makespans = {spans * 1'000};
    return run;
}

void render_picture(benchmark::State& state) {
    const Run run = run_of(state.range(0));
    for (auto _ : state) benchmark::DoNotOptimize(render_ascii(run, {}));
}
BENCHMARK(render_picture)->Arg(1'000)->Arg(100'000)->Unit(benchmark::kMillisecond);

void render_document(benchmark::State& state) {
    const Run run = run_of(state.range(0));
    for (auto _ : state) benchmark::DoNotOptimize(render_json(run));
}
BENCHMARK(render_document)->Arg(100'000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace overlap
