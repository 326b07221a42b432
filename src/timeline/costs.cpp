#include "timeline/costs.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <set>

#include "timeline/duration.hpp"

namespace overlap {
namespace {

// Three significant digits at most, without a unit.
std::string short_number(double value) {
    char text[32];
    const int decimals = value == 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
    std::snprintf(text, sizeof text, "%.*f", decimals, value);
    return text;
}

std::string format_tenths(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.1f", value);
    return text;
}

std::string with_prefix(double value, double step, const std::array<const char*, 4>& suffixes) {
    std::size_t i = 0;
    while (i + 1 < suffixes.size() && value >= step - 0.5) {
        value /= step;
        ++i;
    }
    return short_number(value) + suffixes[i];
}

}  // namespace

std::string_view name_of(CostUnit unit) {
    switch (unit) {
        case CostUnit::time:
            return "ns";
        case CostUnit::bytes:
            return "bytes";
        case CostUnit::count:
            return "count";
        case CostUnit::per_second:
            break;
    }
    return "per_s";
}

std::string format_cost(double value, CostUnit unit) {
    switch (unit) {
        case CostUnit::time:
            if (value < 9'950 && value >= 1'000) return format_tenths(value / 1'000) + "us";
            return format_duration(std::llround(value));
        case CostUnit::bytes:
            return value < 1'024 ? std::to_string(std::llround(value)) + "B"
                                 : with_prefix(value / 1'024, 1'024, {"KiB", "MiB", "GiB", "TiB"});
        case CostUnit::count:
            // What is there never reads as nothing.
            return value > 0 && value < 0.005 ? "<0.01" : with_prefix(value, 1'000, {"", "k", "M", "G"});
        case CostUnit::per_second:
            break;
    }
    return with_prefix(value, 1'000, {"/s", "k/s", "M/s", "G/s"});
}

std::optional<std::size_t> measure_named(const Costs& costs, std::string_view name) {
    for (std::size_t i = 0; i < costs.measures.size(); ++i) {
        if (costs.measures[i].name == name) return i;
    }
    return std::nullopt;
}

const CostKind* kind_named(const Costs& costs, std::string_view name) {
    const auto found = std::find_if(costs.kinds.begin(), costs.kinds.end(),
                                    [&](const CostKind& kind) { return kind.name == name; });
    return found == costs.kinds.end() ? nullptr : &*found;
}

std::optional<double> value_at(const Costs& costs, const CostKind& kind, std::int64_t n,
                               std::string_view measure) {
    const std::optional<std::size_t> index = measure_named(costs, measure);
    if (!index) return std::nullopt;
    for (const CostPoint& point : kind.points) {
        if (point.n == n && *index < point.values.size()) return point.values[*index];
    }
    return std::nullopt;
}

std::vector<std::int64_t> counts_of(const Costs& costs) {
    std::set<std::int64_t> counts;
    for (const CostKind& kind : costs.kinds) {
        for (const CostPoint& point : kind.points) counts.insert(point.n);
    }
    return {counts.begin(), counts.end()};
}

std::vector<std::string> explain(const Costs& costs) {
    std::vector<std::string> sentences;
    if (costs.demo == "spawn") sentences = explain_spawn(costs);
    if (costs.demo == "layers") sentences = explain_layers(costs);
    for (const CostKind& kind : costs.kinds) {
        if (!kind.error.empty())
            sentences.push_back("Measuring '" + kind.name + "' failed: " + kind.error + ".");
        if (kind.limit.empty()) continue;
        const std::int64_t reached = kind.points.empty() ? 0 : kind.points.back().n;
        sentences.push_back("Limit of '" + kind.name + "': " + std::to_string(reached) + " were reached; " +
                            kind.limit + ".");
    }
    if (costs.interrupted) sentences.emplace_back("Interrupted: not everything was measured.");
    return sentences;
}

}  // namespace overlap
