// How a claim of the notes is tested: what is run, and what judges it. Plain data.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "demo/demo.hpp"
#include "timeline/claims.hpp"
#include "timeline/costs.hpp"
#include "timeline/run.hpp"

namespace overlap {

/// A knob's value in the full run and in the quick one. Durations in nanoseconds.
struct Setting {
    std::string_view knob;
    std::int64_t full = 0;
    std::int64_t quick = 0;
};

/// One thing to run: a demo, or where `demo` is null a Python program under our server's eyes.
struct Trial {
    static constexpr int one_per_task = -1;  ///< of workers

    const Demo* demo = nullptr;
    std::vector<Setting> settings = {};
    std::vector<Way> ways = {};  ///< empty in a demo that measures costs
    std::vector<std::string> variants = {};
    std::vector<PoolKind> pools = {};
    int workers = 0;  ///< of a pool; 0: one per core; or one_per_task
    int repeat = 1;   ///< times to run it, of which the median is taken; of a demo with timelines

    std::string_view package = {};  ///< that the program needs: "httpx"
    std::string_view mode = {};     ///< its first argument: "shared" or "each"
    int calls = 0;
    Nanoseconds latency = 0;        ///< of the server that it calls
    Nanoseconds quick_latency = 0;  ///< the same in the quick run; 0: no other
};

/// What the trials of a claim gave, each in its place: a run, or costs.
struct Measurements {
    std::vector<Run> runs;
    std::vector<Costs> costs;
};

struct ClaimTest {
    std::string_view name;
    std::string_view says;
    std::string_view section;
    bool called_true = true;
    int full_seconds = 1;  ///< about what testing it takes
    int quick_seconds = 1;
    std::vector<Trial> trials;
    Judgement (*judge)(const Measurements& measured) = nullptr;  ///< a pure function of what was measured
};

/// The claims of each theme, in the order of the table.
std::vector<ClaimTest> claims_of_waiting();
std::vector<ClaimTest> claims_of_the_loop();
std::vector<ClaimTest> claims_of_computing();
std::vector<ClaimTest> claims_of_costs();
std::vector<ClaimTest> claims_of_connections();
std::vector<ClaimTest> claims_of_python();

/// The exit code of docs/python/many_calls.py where its package is missing.
inline constexpr int package_missing = 3;

/// How long our server holds an answer back from the trial's program.
Nanoseconds latency_of(const Trial& trial, bool quick);

/// All of them.
const std::vector<ClaimTest>& all_claim_tests();

/// Their names.
std::vector<std::string> claim_names();

/// What can be typed to see the trial: "overlap api --tasks 3 --latency 2s --way sequential,coroutines".
/// A Python program's is to be typed in the folder of the sources; `python` is the interpreter.
std::string command_of(const Trial& trial, bool quick, const std::string& python = "python3");

}  // namespace overlap
