// What things cost, each at several numbers of them: a coroutine against a thread, a call through one layer
// or five. Plain data, and what follows from it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "timeline/run.hpp"

namespace overlap {

enum class CostUnit : std::uint8_t { time, bytes, count, per_second };

std::string_view name_of(CostUnit unit);  ///< "ns", "bytes", "count", "per_s"

/// A quantity that is measured of every kind.
struct CostMeasure {
    std::string name;  ///< "time to start, each"
    CostUnit unit = CostUnit::time;
    bool drawn = false;  ///< has a picture of its own, beside its rows in the table

    friend bool operator==(const CostMeasure&, const CostMeasure&) = default;
};

/// What was measured with n of a kind at once.
struct CostPoint {
    std::int64_t n = 0;
    std::vector<std::optional<double>> values;  ///< one a measure; none: it could not be measured

    friend bool operator==(const CostPoint&, const CostPoint&) = default;
};

/// A thing that costs: "coroutine", "thread".
struct CostKind {
    std::string name;
    std::vector<CostPoint> points;  ///< n ascending
    std::string limit = {};         ///< of the machine, that kept it from being measured further; empty: none
    std::string error = {};         ///< the failure that ended measuring it; empty: none

    friend bool operator==(const CostKind&, const CostKind&) = default;
};

struct Costs {
    std::string demo;
    std::string title;
    std::string at_once;  ///< what n counts: "suspended at once"
    std::vector<KnobValue> knobs;
    bool interrupted = false;  ///< not everything was measured
    Machine machine;
    std::vector<CostMeasure> measures;
    std::vector<CostKind> kinds;
    std::vector<std::string> next;  ///< commands worth trying after this one

    friend bool operator==(const Costs&, const Costs&) = default;
};

/// Where in Costs::measures that one is; none when it is not among them.
std::optional<std::size_t> measure_named(const Costs& costs, std::string_view name);

/// The kind of that name; null when there is none.
const CostKind* kind_named(const Costs& costs, std::string_view name);

/// What was measured of the kind at n; none where it was not.
std::optional<double> value_at(const Costs& costs, const CostKind& kind, std::int64_t n,
                               std::string_view measure);

/// All n at which something was measured, ascending, each once.
std::vector<std::int64_t> counts_of(const Costs& costs);

/// A value with its unit, three significant digits at most: "410ns", "1.2KiB", "0.50", "83k/s".
std::string format_cost(double value, CostUnit unit);

/// What the costs show, in sentences that hold for these numbers only; those that its demo gives, the limits,
/// and whether it was interrupted.
std::vector<std::string> explain(const Costs& costs);

/// Names of what `spawn` measures; its sentences look for them.
namespace spawn_measure {
inline constexpr std::string_view start = "time to start, each";
inline constexpr std::string_view resident = "resident memory, each";
inline constexpr std::string_view page_tables = "page tables, each";
inline constexpr std::string_view kernel_stack = "kernel stack, each";
inline constexpr std::string_view finish = "time to finish, each";
inline constexpr std::string_view cpu = "CPU time, each";
inline constexpr std::string_view switches = "context switches, each";
}  // namespace spawn_measure

/// And those of `layers`.
namespace layer_measure {
inline constexpr std::string_view time = "time an operation";
inline constexpr std::string_view cpu = "CPU time an operation";
inline constexpr std::string_view allocations = "allocations an operation";
inline constexpr std::string_view throughput = "operations a second";
}  // namespace layer_measure

/// The first part of explain(), by demo.
std::vector<std::string> explain_spawn(const Costs& costs);
std::vector<std::string> explain_layers(const Costs& costs);

}  // namespace overlap
