#include <benchmark/benchmark.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "workshop/exercise.hpp"

namespace overlap {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

std::string output_of(const std::string& command) {
    std::string text;
    FILE* const pipe = ::popen(command.c_str(), "r");
    if (pipe == nullptr) return text;
    char part[4096];
    for (std::size_t count = 0; (count = std::fread(part, 1, sizeof part, pipe)) > 0;)
        text.append(part, count);
    ::pclose(pipe);
    return text;
}

// How long the exercise itself made the program wait: while any of its requests was held at the server.
double waiting(const nlohmann::json& check) {
    std::vector<std::pair<std::int64_t, std::int64_t>> spans;
    for (const auto& span : check.at("spans")) spans.emplace_back(span.at("begin_ns"), span.at("end_ns"));
    std::sort(spans.begin(), spans.end());
    std::int64_t sum = 0;
    std::int64_t end = 0;
    for (const auto& [from, to] : spans) {
        sum += std::max<std::int64_t>(0, to - std::max(from, end));
        end = std::max(end, to);
    }
    return static_cast<double>(sum) / 1e9;
}

// From a saved file to its verdict, as `overlap exercise check` has it: compiled, linked, judged, and the
// solution judged beside it; less what the exercise itself waits. `given`: the file as it is handed out,
// which fails; else the solution, which passes.
void save_to_verdict(benchmark::State& state, bool given) {
    std::string name = (fs::temp_directory_path() / "overlap-bench-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) return state.SkipWithError("no folder");
    const std::string overlap = OVERLAP_BINARY;
    output_of(overlap + " workshop init " + name + " 2>&1");
    const workshop::Exercise* const exercise =
        workshop::find_exercise(workshop::all_exercises(), "three-calls");
    const fs::path file = fs::path(name) / exercise->folder / "exercise.cpp";
    const std::string check = overlap + " exercise check three-calls --json --dir " + name + " 2>/dev/null";
    output_of(check);  // makes the solution's program, once
    std::vector<double> times;
    for (auto _ : state) {
        std::ofstream(file) << (given ? exercise->given : exercise->solution)
                            << "// saved again: " << times.size() << "\n";
        const auto begin = Clock::now();
        const std::string out = output_of(check);
        const double took = std::chrono::duration<double>(Clock::now() - begin).count();
        const auto json = nlohmann::json::parse(out, nullptr, false);
        if (json.is_discarded() || json.at("verdict") != (given ? "fail" : "pass")) {
            state.SkipWithError("the check did not come to its verdict");
            break;
        }
        times.push_back(std::max(0.0, took - waiting(json)));
        state.SetIterationTime(times.back());
    }
    std::sort(times.begin(), times.end());
    if (!times.empty()) state.counters["median_s"] = times[times.size() / 2];
    fs::remove_all(name);
}
BENCHMARK_CAPTURE(save_to_verdict, passes, false)
    ->Iterations(11)
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(save_to_verdict, fails, true)
    ->Iterations(11)
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace overlap
