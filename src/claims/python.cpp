// Claims about Python's HTTP clients: a program that uses them runs against our server, which counts.
#include <algorithm>

#include "claims/judge.hpp"
#include "claims/judgements.hpp"
#include "timeline/duration.hpp"
#include "timeline/units.hpp"
#include "timeline/words.hpp"

namespace overlap {
namespace {

// The other exit codes of docs/python/many_calls.py.
constexpr int all_answered = 0;
constexpr int some_failed = 10;

// The same thing as our server and the program's exit code tell it.
struct Traced {
    std::int64_t calls = 0;     ///< that the program made
    std::int64_t answered = 0;  ///< by the server, and taken
    std::int64_t failed = 0;
    std::int64_t peak = 0;
    std::int64_t connections = 0;
    Nanoseconds took = 0;  ///< from the first request to the end of the last
};

std::int64_t calls_of(const Run& run) { return knob_of(run, "calls").value_or(0); }

// None where the program could not do its part.
std::optional<Traced> read(const Run& run) {
    if (!run.traced || run.ways.size() != 1 || !run.ways.front().server) return std::nullopt;
    const TracedCommand& command = *run.traced;
    if (command.signal != 0 || command.timed_out) return std::nullopt;
    if (command.exit_code != all_answered && command.exit_code != some_failed) return std::nullopt;
    const WayRun& way = run.ways.front();
    Traced traced{.calls = calls_of(run),
                  .answered = static_cast<std::int64_t>(outcomes_of(summarize_tasks(way.timeline)).done),
                  .peak = way.server->peak_in_flight,
                  .connections = way.server->connections,
                  .took = makespan(way.timeline)};
    if (traced.took <= 0 || traced.calls <= 0) return std::nullopt;
    if (command.exit_code == some_failed)
        traced.failed = std::max<std::int64_t>(1, traced.calls - traced.answered);
    return traced;
}

Judgement could_not_run(const Measurements& measured) {
    for (const Run& run : measured.runs) {
        if (!run.traced) continue;
        if (run.traced->exit_code == package_missing) {
            const bool httpx = run.title.find("httpx") != std::string::npos;
            return {Verdict::not_run,
                    std::string("no python3 here has the package ") + (httpx ? "httpx" : "aiohttp"), ""};
        }
        if (run.traced->timed_out) return {Verdict::not_run, "the program did not end in time", ""};
        if (run.traced->signal != 0)
            return {Verdict::not_run, "the program was ended by signal " + std::to_string(run.traced->signal),
                    ""};
        if (run.traced->exit_code != all_answered && run.traced->exit_code != some_failed)
            return {Verdict::not_run,
                    "the program ended with exit code " + std::to_string(run.traced->exit_code), ""};
    }
    return {Verdict::not_run, "the server saw no request of the program", ""};
}

std::string answers_after(const Run& run) { return format_exact(knob_of(run, "latency").value_or(0)); }

std::string failures(const Traced& traced) {
    return traced.failed == 0 ? "none failed" : std::to_string(traced.failed) + " failed";
}

// "300 calls: 212ms, 100 at the server at once, none failed"
std::string seen(const Traced& traced) {
    return plural(static_cast<std::size_t>(traced.calls), "call") + ": " + format_duration(traced.took) +
           ", " + std::to_string(traced.peak) + " at the server at once, " + failures(traced);
}

double ratio_of(const Traced& slow, const Traced& fast) {
    return static_cast<double>(slow.took) / static_cast<double>(fast.took);
}

Trial program(std::string_view package, std::string_view mode, int calls, Nanoseconds latency,
              Nanoseconds quick_latency = 0) {
    return {
        .package = package, .mode = mode, .calls = calls, .latency = latency, .quick_latency = quick_latency};
}

}  // namespace

// Pairs of runs, httpx and aiohttp, each with more calls at once than the pair before; the first has 30.
Judgement judge_httpx_above_30(const Measurements& measured) {
    std::string found;
    std::int64_t troubled_from = 0;  // calls at once, the fewest with trouble
    bool first_is_good = false;
    for (std::size_t i = 0; i + 1 < measured.runs.size(); i += 2) {
        const auto httpx = read(measured.runs[i]);
        const auto aiohttp = read(measured.runs[i + 1]);
        if (!httpx || !aiohttp) return could_not_run(measured);
        const bool trouble = httpx->failed > 0 || ratio_of(*httpx, *aiohttp) >= 2;
        if (i == 0) first_is_good = !trouble;
        if (trouble && troubled_from == 0) troubled_from = httpx->calls;
        found += (found.empty() ? "" : "; ") + seen(*httpx) + ", aiohttp " + format_duration(aiohttp->took);
        if (aiohttp->failed > 0)
            return {Verdict::not_run,
                    "calls of aiohttp failed too, so httpx need not be the reason: " + found, ""};
    }
    if (measured.runs.size() < 4) return could_not_run(measured);
    found += " (in trouble: a failed call, or twice aiohttp's time); every answer after " +
             answers_after(measured.runs.front());
    if (troubled_from == 0 || !first_is_good) return {Verdict::does_not_hold, found, ""};
    if (troubled_from <= 100) return {Verdict::holds, found, ""};
    return {Verdict::holds_only_when, found,
            "there are " + std::to_string(troubled_from) + " at once, not 100"};
}

// The first two runs with quick answers, the others with slower ones; httpx and aiohttp each.
Judgement judge_httpx_tenfold(const Measurements& measured) {
    std::string found;
    std::vector<double> ratios;
    for (const std::size_t i : {std::size_t{0}, std::size_t{2}}) {
        const auto httpx = read(measured.runs.at(i));
        const auto aiohttp = read(measured.runs.at(i + 1));
        if (!httpx || !aiohttp) return could_not_run(measured);
        ratios.push_back(ratio_of(*httpx, *aiohttp));
        found += found.empty() ? plural(static_cast<std::size_t>(httpx->calls), "call") + " at once," : ";";
        found += " answers after " + answers_after(measured.runs[i]) + ": httpx " +
                 format_duration(httpx->took) + ", aiohttp " + format_duration(aiohttp->took) + ", " +
                 times_in_words(ratios.back()) + " as long";
    }
    constexpr double about_ten = 7;
    if (ratios[0] >= about_ten && ratios[1] >= about_ten) return {Verdict::holds, found, ""};
    if (ratios[0] < about_ten) return {Verdict::does_not_hold, found, ""};
    return {Verdict::holds_only_when, found, "answers are as quick as " + answers_after(measured.runs[0])};
}

// The first run with quick answers, the second with slow ones.
Judgement judge_httpx_fails(const Measurements& measured) {
    const auto quick = read(measured.runs.at(0));
    const auto slow = read(measured.runs.at(1));
    if (!quick || !slow) return could_not_run(measured);
    const std::string found = "answers after " + answers_after(measured.runs[0]) + ", " + seen(*quick) +
                              "; after " + answers_after(measured.runs[1]) + ", " + seen(*slow);
    if (quick->failed > 0 && slow->failed > 0) return {Verdict::holds, found, ""};
    if (quick->failed == 0 && slow->failed == 0) return {Verdict::does_not_hold, found, ""};
    const Run& failing = measured.runs[slow->failed > 0 ? 1 : 0];
    return {Verdict::holds_only_when, found, "answers take " + answers_after(failing)};
}

Judgement judge_aiohttp_300(const Measurements& measured) {
    const auto quick = read(measured.runs.at(0));
    const auto slow = read(measured.runs.at(1));
    if (!quick || !slow) return could_not_run(measured);
    return {quick->failed == 0 && slow->failed == 0 ? Verdict::holds : Verdict::does_not_hold,
            "answers after " + answers_after(measured.runs[0]) + ", " + seen(*quick) + "; after " +
                answers_after(measured.runs[1]) + ", " + seen(*slow),
            ""};
}

Judgement judge_python_reuse(const Measurements& measured) {
    const auto each = read(measured.runs.at(0));
    const auto shared = read(measured.runs.at(1));
    if (!each || !shared) return could_not_run(measured);
    const double ratio = ratio_of(*each, *shared);
    const bool holds =
        each->connections > shared->connections && ratio >= 1.1 && each->failed == 0 && shared->failed == 0;
    return {holds ? Verdict::holds : Verdict::does_not_hold,
            plural(static_cast<std::size_t>(each->calls), "call") + " in turn: a client for each took " +
                format_duration(each->took) + " and " +
                plural(static_cast<std::size_t>(each->connections), "connection") + ", one for all " +
                format_duration(shared->took) + " and " +
                plural(static_cast<std::size_t>(shared->connections), "connection"),
            ""};
}

std::vector<ClaimTest> claims_of_python() {
    return {
        {.name = "httpx-above-30",
         .says = "httpx gets into trouble above about 30 requests at once",
         .section = "aiohttp against httpx: scope",
         .called_true = false,
         .full_seconds = 7,
         .quick_seconds = 6,
         .trials = {program("httpx", "shared", 30, 100 * ms), program("aiohttp", "shared", 30, 100 * ms),
                    program("httpx", "shared", 100, 100 * ms), program("aiohttp", "shared", 100, 100 * ms),
                    program("httpx", "shared", 300, 100 * ms), program("aiohttp", "shared", 300, 100 * ms)},
         .judge = judge_httpx_above_30},
        {.name = "httpx-ten-times-slower",
         .says = "with 20 to 100 requests at once httpx is 10 times slower than aiohttp",
         .section = "aiohttp against httpx: performance",
         .called_true = false,
         .full_seconds = 3,
         .quick_seconds = 2,
         .trials = {program("httpx", "shared", 100, 10 * ms), program("aiohttp", "shared", 100, 10 * ms),
                    program("httpx", "shared", 100, 100 * ms), program("aiohttp", "shared", 100, 100 * ms)},
         .judge = judge_httpx_tenfold},
        {.name = "httpx-fails-at-300",
         .says = "with 300 requests at once httpx fails",
         .section = "aiohttp against httpx: performance",
         .called_true = false,
         .full_seconds = 22,
         .quick_seconds = 4,
         .trials = {program("httpx", "shared", 300, 100 * ms),
                    program("httpx", "shared", 300, 3000 * ms, 500 * ms)},
         .judge = judge_httpx_fails},
        {.name = "aiohttp-300",
         .says = "aiohttp copes with about 300 requests at once",
         .section = "aiohttp against httpx: scope",
         .called_true = false,
         .full_seconds = 11,
         .quick_seconds = 2,
         .trials = {program("aiohttp", "shared", 300, 100 * ms),
                    program("aiohttp", "shared", 300, 3000 * ms, 500 * ms)},
         .judge = judge_aiohttp_300},
        {.name = "python-client-each",
         .says = "do not make a client for each request, keep one",
         .section = "httpx and aiohttp: closing",
         .full_seconds = 3,
         .quick_seconds = 3,
         .trials = {program("httpx", "each", 10, 10 * ms), program("httpx", "in-turn", 10, 10 * ms)},
         .judge = judge_python_reuse},
    };
}

}  // namespace overlap
