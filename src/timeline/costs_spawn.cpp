#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include "timeline/costs.hpp"
#include "timeline/words.hpp"

namespace overlap {
namespace {

std::string times(double factor) {
    if (factor < 10) return times_in_words(factor);
    char text[32];
    std::snprintf(text, sizeof text, factor < 1e6 ? "%.0f times" : "%.3g times", factor);
    return text;
}

// "41us against 510ns (80 times)"; without a factor where one of them is next to nothing.
std::string against(double thread, double coroutine, CostUnit unit) {
    std::string text = format_cost(thread, unit) + " against " + format_cost(coroutine, unit);
    if (unit == CostUnit::count || thread <= 0 || coroutine <= 0) return text;
    const double factor = thread / coroutine;
    if (factor >= 1.05) text += " (" + times(factor) + ")";
    if (factor <= 0.95) text += " (the coroutine " + times(1 / factor) + ")";
    return text;
}

// The largest number at which both were measured; 0: none.
std::int64_t largest_common(const CostKind& a, const CostKind& b) {
    std::int64_t largest = 0;
    for (const CostPoint& point : a.points) {
        const bool common = std::any_of(b.points.begin(), b.points.end(),
                                        [&](const CostPoint& other) { return other.n == point.n; });
        if (common) largest = std::max(largest, point.n);
    }
    return largest;
}

}  // namespace

std::vector<std::string> explain_spawn(const Costs& costs) {
    std::vector<std::string> sentences;
    const CostKind* const coroutine = kind_named(costs, "coroutine");
    const CostKind* const thread = kind_named(costs, "thread");
    if (coroutine == nullptr || thread == nullptr) return sentences;
    const std::int64_t n = largest_common(*coroutine, *thread);
    if (n == 0) return sentences;
    std::string parts;
    const auto compare = [&](std::string_view measure, const std::string& words, CostUnit unit) {
        const std::optional<double> a = value_at(costs, *thread, n, measure);
        const std::optional<double> b = value_at(costs, *coroutine, n, measure);
        if (a && b) parts += (parts.empty() ? "" : ", ") + words + " " + against(*a, *b, unit);
    };
    compare(spawn_measure::start, "to start", CostUnit::time);
    compare(spawn_measure::resident, "resident memory", CostUnit::bytes);
    compare(spawn_measure::finish, "to finish", CostUnit::time);
    compare(spawn_measure::switches, "context switches", CostUnit::count);
    if (!parts.empty()) {
        sentences.push_back("With " + std::to_string(n) +
                            " suspended at once, a thread beside a coroutine: " + parts + ".");
    }
    if (n < 1'000) {
        sentences.emplace_back(
            "With so few, memory comes in whole pages and first uses count: look at larger numbers.");
    }
    const std::optional<double> kernel = value_at(costs, *thread, n, spawn_measure::kernel_stack);
    const std::optional<double> tables = value_at(costs, *thread, n, spawn_measure::page_tables);
    if (kernel || tables) {
        std::string extra;
        if (tables) extra = format_cost(*tables, CostUnit::bytes) + " of page tables";
        if (kernel) {
            extra += (extra.empty() ? "" : " and ") + format_cost(*kernel, CostUnit::bytes) +
                     " of kernel stack (growth of the whole machine's, others' included)";
        }
        sentences.push_back("Not in a thread's resident memory: " + extra + ".");
    }
    return sentences;
}

}  // namespace overlap
