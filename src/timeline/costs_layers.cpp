#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "timeline/costs.hpp"
#include "timeline/duration.hpp"
#include "timeline/units.hpp"
#include "timeline/words.hpp"

namespace overlap {
namespace {

constexpr std::int64_t one = 1;

// Two significant digits: what follows from a measurement is no more exact than that.
std::string about(double value) {
    if (value < 10) return value < 1.5 ? "1" : std::to_string(std::llround(value));
    if (value > 1e15) return "more than 1e15";
    const double scale = std::pow(10, std::floor(std::log10(value)) - 1);
    return std::to_string(std::llround(std::round(value / scale) * scale));
}

// Concurrency at which calls that take `latency` spend `share` of one core on `extra` each (Little's law:
// concurrency = rate * latency).
double concurrency_for(double extra, Nanoseconds latency, double share) {
    return share * static_cast<double>(latency) / extra;
}

std::string visible_from(double extra) {
    std::string text;
    for (const Nanoseconds latency : {1 * ms, 20 * ms, 200 * ms}) {
        text += (text.empty() ? "" : ", ") + about(concurrency_for(extra, latency, 0.01)) +
                " at once for calls of " + format_exact(latency);
    }
    return text;
}

}  // namespace

std::vector<std::string> explain_layers(const Costs& costs) {
    std::vector<std::string> sentences;
    if (costs.kinds.empty()) return sentences;
    const CostKind& base = costs.kinds.front();
    const std::optional<double> least = value_at(costs, base, one, layer_measure::cpu);
    if (!least) return sentences;
    const CostKind* dearest = nullptr;
    double most = 0;
    std::string extras;
    for (const CostKind& kind : costs.kinds) {
        const std::optional<double> cpu = value_at(costs, kind, one, layer_measure::cpu);
        if (&kind == &base || !cpu) continue;
        const double extra = *cpu - *least;
        // Repeats differ by some per cent: less than that is not a difference.
        const bool seen = extra > *least * 0.02;
        extras += (extras.empty() ? "" : ", ") + kind.name + " " +
                  (seen ? "+" + format_cost(extra, CostUnit::time) : std::string("no measurable difference"));
        if (seen && extra > most && kind.name != "HTTP client") {
            most = extra;
            dearest = &kind;
        }
    }
    if (!extras.empty()) {
        sentences.push_back("CPU time beside '" + base.name + "' (" + format_cost(*least, CostUnit::time) +
                            "), one operation at a time: " + extras + ".");
    }
    if (dearest != nullptr) {
        sentences.push_back("Computed from that, not measured: what '" + dearest->name +
                            "' adds fills 1% of a core from " + visible_from(most) + ".");
    }
    return sentences;
}

}  // namespace overlap
