// Claims about what things cost: a coroutine, a thread, a layer.
#include <algorithm>

#include "claims/judge.hpp"
#include "claims/judgements.hpp"
#include "demos/demos.hpp"
#include "timeline/words.hpp"

namespace overlap {
namespace {

constexpr std::int64_t tens = 20'000;  // "tens of thousands"

std::string cost(double value, CostUnit unit) { return format_cost(value, unit); }

// What was asked for by the knob of that name.
std::int64_t asked_for(const Costs& costs, std::string_view name) {
    for (const KnobValue& knob : costs.knobs) {
        if (knob.name == name) return knob.value;
    }
    return 0;
}

// The largest n at which both were measured; 0 without one.
std::int64_t largest_of_both(const CostKind& a, const CostKind& b) {
    std::int64_t largest = 0;
    for (const CostPoint& point : a.points) {
        const bool shared = std::any_of(b.points.begin(), b.points.end(),
                                        [&](const CostPoint& other) { return other.n == point.n; });
        if (shared) largest = std::max(largest, point.n);
    }
    return largest;
}

}  // namespace

// Light is what costs at most half of a thread, in the same run.
Judgement judge_many(const Measurements& measured) {
    const Costs& costs = measured.costs.at(0);
    const CostKind* const coroutines = kind_named(costs, "coroutine");
    const CostKind* const threads = kind_named(costs, "thread");
    const bool complete = coroutines != nullptr && !coroutines->points.empty() && coroutines->error.empty() &&
                          threads != nullptr && !threads->points.empty() && asked_for(costs, "tasks") >= tens;
    if (!complete) return unmeasured(measured);
    const std::int64_t most = coroutines->points.back().n;
    const std::int64_t few = threads->points.back().n;
    const std::string suspended = plural(static_cast<std::size_t>(most), "coroutine") + " suspended at once";
    if (most < tens) {
        const std::string& limit = coroutines->limit;
        return {Verdict::not_run, suspended + (limit.empty() ? "" : "; no more: " + limit), ""};
    }
    const auto start = value_at(costs, *coroutines, most, spawn_measure::start);
    const auto memory = value_at(costs, *coroutines, most, spawn_measure::resident);
    const auto thread_start = value_at(costs, *threads, few, spawn_measure::start);
    const auto thread_memory = value_at(costs, *threads, few, spawn_measure::resident);
    if (!start || !memory || !thread_start || !thread_memory) return unmeasured(measured);
    const bool light = 2 * *start <= *thread_start && 2 * *memory <= *thread_memory;
    return {light ? Verdict::holds : Verdict::does_not_hold,
            suspended + ", " + cost(*start, CostUnit::time) + " to start each, " +
                cost(*memory, CostUnit::bytes) + " each; " + plural(static_cast<std::size_t>(few), "thread") +
                ": " + cost(*thread_start, CostUnit::time) + " and " + cost(*thread_memory, CostUnit::bytes) +
                " each",
            ""};
}

Judgement judge_lighter(const Measurements& measured) {
    const Costs& costs = measured.costs.at(0);
    const CostKind* const coroutines = kind_named(costs, "coroutine");
    const CostKind* const threads = kind_named(costs, "thread");
    if (coroutines == nullptr || threads == nullptr) return unmeasured(measured);
    const std::int64_t n = largest_of_both(*coroutines, *threads);
    const auto value = [&](const CostKind& kind, std::string_view measure) {
        return value_at(costs, kind, n, measure).value_or(0);
    };
    const double start = value(*coroutines, spawn_measure::start);
    const double thread_start = value(*threads, spawn_measure::start);
    const double memory = value(*coroutines, spawn_measure::resident);
    const double thread_memory = value(*threads, spawn_measure::resident);
    if (start <= 0 || memory <= 0 || thread_start <= 0 || thread_memory <= 0) return unmeasured(measured);
    constexpr std::int64_t many = 100;  // with fewer, what comes once is most of it
    if (n < many) {
        const std::string& limit = threads->limit.empty() ? coroutines->limit : threads->limit;
        return {Verdict::not_run,
                "only " + std::to_string(n) + " of each fit" + (limit.empty() ? "" : ": " + limit), ""};
    }
    const bool holds = thread_start >= 2 * start && thread_memory >= 2 * memory;
    return {holds ? Verdict::holds : Verdict::does_not_hold,
            "with " + std::to_string(n) +
                " at once, a thread beside a coroutine: " + cost(thread_start, CostUnit::time) + " against " +
                cost(start, CostUnit::time) + " to start, " + cost(thread_memory, CostUnit::bytes) +
                " against " + cost(memory, CostUnit::bytes),
            ""};
}

Judgement judge_layers(const Measurements& measured) {
    const Costs& costs = measured.costs.at(0);
    const auto cpu_of = [&](std::string_view name) -> std::optional<double> {
        const CostKind* const kind = kind_named(costs, name);
        if (kind == nullptr || kind->points.empty()) return std::nullopt;
        return value_at(costs, *kind, kind->points.front().n, layer_measure::cpu);
    };
    const auto callbacks = cpu_of("callbacks");
    const auto plain = cpu_of("use_awaitable");
    const auto nested = cpu_of("nested coroutines");
    const auto erased = cpu_of("type-erased layer");
    const auto http = cpu_of("HTTP client");
    if (!callbacks || !plain || !nested || !erased || !http || *callbacks <= 0 || *plain <= 0)
        return unmeasured(measured);
    constexpr double noise = 1.1;
    const auto shown = [](double value) { return cost(value, CostUnit::time); };
    const std::string found = "CPU time of a read: callbacks " + shown(*callbacks) + ", coroutine " +
                              shown(*plain) + ", more coroutines " + shown(*nested) + ", type-erased layer " +
                              shown(*erased) + "; of a request of an HTTP client " + shown(*http);
    std::string seen;
    std::string unseen;
    const auto note = [&](double with, double without, const char* what) {
        std::string& words = with >= noise * without ? seen : unseen;
        words += std::string(words.empty() ? "" : ", ") + what;
    };
    note(*plain, *callbacks, "a coroutine beside callbacks");
    note(*nested, *plain, "more coroutines");
    note(*erased, *plain, "a type-erased call");
    if (unseen.empty()) return {Verdict::holds, found, ""};
    if (seen.empty()) return {Verdict::does_not_hold, found + "; no layer added 10% to a read", ""};
    return {Verdict::holds_only_when, found,
            "the layer is " + seen + "; less than 10% was added by: " + unseen};
}

std::vector<ClaimTest> claims_of_costs() {
    return {
        {.name = "tens-of-thousands",
         .says = "coroutines are very light: tens of thousands of them are no trouble",
         .section = "Coroutine against thread",
         .full_seconds = 20,
         .quick_seconds = 5,
         .trials = {{.demo = &spawn, .settings = {{"tasks", 50'000, 20'000}, {"repeat", 3, 1}}}},
         .judge = judge_many},
        {.name = "thread-is-heavier",
         .says = "a thread is heavy: many of them take resources",
         .section = "Coroutine against thread",
         .full_seconds = 6,
         .quick_seconds = 2,
         .trials = {{.demo = &spawn, .settings = {{"tasks", 10'000, 2'000}, {"repeat", 3, 3}}}},
         .judge = judge_lighter},
        {.name = "layer-costs",
         .says = "a layer between the call and the loop (anyio in httpx) makes every call slower",
         .section = "aiohttp against httpx: root cause",
         .called_true = false,
         .full_seconds = 3,
         .trials = {{.demo = &layers,
                     .settings = {{"operations", 10'000, 4'000}, {"concurrency", 1, 1}, {"repeat", 7, 5}}}},
         .judge = judge_layers},
    };
}

}  // namespace overlap
