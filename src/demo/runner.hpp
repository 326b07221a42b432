// Running a demo: each way in turn, measured, against a server of our own or somebody else's.
#pragma once

#include <atomic>
#include <functional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "demo/demo.hpp"
#include "record/usage.hpp"
#include "timeline/run.hpp"

namespace overlap {

/// Told what is going on, for a progress line. `started`: tasks begun so far, to be read until way_ends().
struct Observer {
    std::function<void(const Variant& variant, int repeat, int tasks, const std::atomic<int>& started)>
        way_begins;
    std::function<void()> way_ends;
    std::function<void(const std::string& sentence)> notice;  ///< what is to be known before the run
    std::function<void(const std::string& what)> doing;       ///< in a demo that measures costs
    std::function<CpuSample()> own_cost;  ///< what observing took so far, to be left out of what is measured
};

struct RunOptions {
    explicit RunOptions(Settings s) : settings(std::move(s)) {}

    Settings settings;
    int workers = 1;
    std::vector<Way> ways;
    std::vector<PoolKind> pools;        ///< of the pool ways, only these; empty: those usually shown
    std::vector<std::string> variants;  ///< of those with a name, only these; empty: all
    int repeat = 1;                     ///< the ways take turns: a b c, a b c, ...
    std::vector<std::string> urls;      ///< to call instead of our own server
    std::string redis;                  ///< "HOST:PORT" of one to use; empty: the demo starts one
    std::uint64_t seed = 0;
    std::string program;   ///< the overlap binary, which is the server too
    std::stop_token stop;  ///< Ctrl-C: what was measured by then comes back, marked as interrupted
    Observer observer;
};

/// The panels that the options choose of the demo's.
std::vector<Variant> chosen_variants(const Demo& demo, const RunOptions& options);

/// Runs the demo. Throws Error when it cannot be run at all; tasks that fail are data.
Run run_demo(const Demo& demo, const RunOptions& options);

/// Of this machine and this build.
Machine describe_machine();

}  // namespace overlap
