#include <algorithm>
#include <iterator>

#include "claims/claim_test.hpp"
#include "timeline/duration.hpp"

namespace overlap {
namespace {

const Knob& knob_named(const Demo& demo, std::string_view name) {
    return *std::find_if(demo.knobs.begin(), demo.knobs.end(),
                         [&](const Knob& knob) { return knob.name == name; });
}

// " --way sequential,coroutines"; nothing where there are none.
template <typename Range, typename Word>
std::string listed(const std::string& option, const Range& values, Word word) {
    std::string text;
    for (const auto& value : values)
        text += (text.empty() ? " " + option + " " : ",") + std::string(word(value));
    return text;
}

}  // namespace

const std::vector<ClaimTest>& all_claim_tests() {
    static const std::vector<ClaimTest> tests = [] {
        std::vector<ClaimTest> all;
        for (auto theme : {claims_of_waiting, claims_of_the_loop, claims_of_computing, claims_of_costs,
                           claims_of_connections, claims_of_python}) {
            std::vector<ClaimTest> some = theme();
            std::move(some.begin(), some.end(), std::back_inserter(all));
        }
        return all;
    }();
    return tests;
}

Nanoseconds latency_of(const Trial& trial, bool quick) {
    return quick && trial.quick_latency > 0 ? trial.quick_latency : trial.latency;
}

std::string command_of(const Trial& trial, bool quick, const std::string& python) {
    if (trial.demo == nullptr) {
        return "overlap trace --latency " + format_exact(latency_of(trial, quick)) + " -- " + python +
               " docs/python/many_calls.py " + std::string(trial.package) + " " + std::string(trial.mode) +
               " " + std::to_string(trial.calls);
    }
    std::string line = "overlap " + std::string(trial.demo->name);
    std::int64_t tasks = 0;
    for (const Setting& setting : trial.settings) {
        const Knob& knob = knob_named(*trial.demo, setting.knob);
        const std::int64_t value = quick ? setting.quick : setting.full;
        if (setting.knob == "tasks") tasks = value;
        if (knob.unit == Unit::flag) {
            if (value != 0) line += " --" + std::string(knob.name);
        } else if (value != knob.usual) {
            line += " --" + std::string(knob.name) + " " + format_value(knob, value);
        }
    }
    if (trial.workers != 0) line += " --workers " + std::to_string(trial.workers > 0 ? trial.workers : tasks);
    if (trial.repeat > 1) line += " --repeat " + std::to_string(trial.repeat);
    line += listed("--way", trial.ways, [](Way way) { return name_of(way); });
    line += listed("--variant", trial.variants, [](const std::string& name) { return name; });
    line += listed("--pool", trial.pools, [](PoolKind kind) { return name_of(kind); });
    return line;
}

std::vector<std::string> claim_names() {
    std::vector<std::string> names;
    for (const ClaimTest& test : all_claim_tests()) names.emplace_back(test.name);
    return names;
}

}  // namespace overlap
