#include "claims/run_claims.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <exception>

#include "demo/cores.hpp"
#include "demo/runner.hpp"
#include "record/clock.hpp"
#include "timeline/units.hpp"
#include "trace/trace.hpp"

namespace overlap {

// docs/python/many_calls.py, embedded by the build.
extern const std::string_view many_calls_source;

namespace {

constexpr std::size_t most_tries = 3;

Settings settings_of(const Trial& trial, bool quick) {
    Settings settings(trial.demo->knobs);
    for (const Setting& setting : trial.settings)
        settings.set(setting.knob, quick ? setting.quick : setting.full);
    return settings;
}

RunOptions run_options(const Trial& trial, const ClaimOptions& options) {
    RunOptions run(settings_of(trial, options.quick));
    run.ways = trial.ways;
    run.variants = trial.variants;
    run.pools = trial.pools;
    run.workers = trial.workers > 0    ? trial.workers
                  : trial.workers == 0 ? usable_cores()
                                       : static_cast<int>(run.settings.get("tasks"));
    run.repeat = trial.repeat;
    run.program = options.program;
    run.stop = options.stop;
    run.observer.own_cost = options.own_cost;
    return run;
}

// The first python3 that has the package: the one of the PATH, or the system's. Empty where none has it; none
// when we were told to end meanwhile.
std::optional<std::string> find_python(const std::string& package, const HeldSignals* held) {
    std::optional<HeldSignals> own;
    const HeldSignals& signals = held != nullptr ? *held : own.emplace();
    for (const char* const python : {"python3", "/usr/bin/python3"}) {
        Command import({"sh", "-c", "exec \"$0\" -c \"import $1\" >/dev/null 2>&1", python, package},
                       our_environment(), signals);
        const CommandEnd end = import.wait(20 * second, second);
        if (end.interrupted) return std::nullopt;
        if (end.exit_code == 0 && end.signal == 0) return python;
    }
    return "";
}

// The program inherits our limit, and would fail where the library would not.
void need_files(int calls) {
    constexpr rlim_t of_its_own = 64;
    const rlim_t needed = static_cast<rlim_t>(calls) + of_its_own;
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_cur >= needed) return;
    throw Error(std::to_string(calls) + " calls at once need about " + std::to_string(needed) +
                " open files, but a program may have " + std::to_string(limit.rlim_cur) +
                " here (ulimit -n)");
}

// What it prints is not ours.
Run run_program(const Trial& trial, const ClaimOptions& claim, const std::string& python) {
    need_files(trial.calls);
    TraceOptions options;
    options.command = {"sh",
                       "-c",
                       "exec \"$0\" -c \"$@\" >/dev/null 2>&1",
                       python,
                       std::string(many_calls_source),
                       std::string(trial.package),
                       std::string(trial.mode),
                       std::to_string(trial.calls)};
    options.server.latency = latency_of(trial, claim.quick);
    options.timeout = 60 * second;
    options.held = claim.held;
    Run run = trace(options);
    run.title = command_of(trial, claim.quick, python);
    run.knobs.push_back({"calls", "", trial.calls});
    return run;
}

Run no_python_for(const Trial& trial, bool quick) {
    Run run;
    run.title = command_of(trial, quick);
    run.traced = TracedCommand{.line = run.title, .exit_code = package_missing};
    return run;
}

Run interrupted_run() {
    Run run;
    run.interrupted = true;
    return run;
}

// The first try takes what another claim's first try gave; a second one is to be a new measurement.
Run shared_program(const Trial& trial, const ClaimOptions& options, bool first_try) {
    Programs none;
    Programs& programs = options.programs != nullptr ? *options.programs : none;
    const std::string line = command_of(trial, options.quick);
    if (const auto found = programs.runs.find(line); first_try && found != programs.runs.end())
        return found->second;
    const std::string package(trial.package);
    if (!programs.pythons.contains(package)) {
        const std::optional<std::string> python = find_python(package, options.held);
        if (!python) return interrupted_run();
        programs.pythons[package] = *python;
    }
    const std::string& python = programs.pythons[package];
    Run run = python.empty() ? no_python_for(trial, options.quick) : run_program(trial, options, python);
    if (!run.interrupted) programs.runs.emplace(line, run);
    return run;
}

// None when it was interrupted.
std::optional<Measurements> measure(const ClaimTest& test, const ClaimOptions& options, bool first_try) {
    Measurements measured;
    for (const Trial& trial : test.trials) {
        if (trial.demo == nullptr) {
            measured.runs.push_back(shared_program(trial, options, first_try));
            if (measured.runs.back().interrupted) return std::nullopt;
        } else if (trial.demo->measure != nullptr) {
            measured.costs.push_back(trial.demo->measure(run_options(trial, options)));
            if (measured.costs.back().interrupted) return std::nullopt;
        } else {
            measured.runs.push_back(run_demo(*trial.demo, run_options(trial, options)));
            if (measured.runs.back().interrupted) return std::nullopt;
        }
        if (options.stop.stop_requested()) return std::nullopt;
    }
    return measured;
}

// A Python program's command names the interpreter that was found for it.
void name_pythons(Claim& claim, const ClaimTest& test, const Measurements& measured) {
    std::size_t run = 0;
    for (std::size_t i = 0; i < test.trials.size(); ++i) {
        const Demo* const demo = test.trials[i].demo;
        if (demo != nullptr && demo->measure != nullptr) continue;
        if (demo == nullptr) claim.tests[i] = measured.runs[run].title;
        ++run;
    }
}

// What the tries say that were not too noisy to say anything.
struct Count {
    int denied = 0;
    int others = 0;
};
Count count_of(const std::vector<Judgement>& tries) {
    Count count;
    for (const Judgement& judgement : tries) {
        if (judgement.noisy) continue;
        ++(judgement.verdict == Verdict::does_not_hold ? count.denied : count.others);
    }
    return count;
}

}  // namespace

bool runs_programs(const ClaimTest& test) {
    return std::any_of(test.trials.begin(), test.trials.end(),
                       [](const Trial& trial) { return trial.demo == nullptr; });
}

bool needs_another(const std::vector<Judgement>& tries) {
    if (tries.size() >= most_tries) return false;
    const Count count = count_of(tries);
    if (count.denied + count.others == 0) return true;  // none yet, or all too noisy to say
    return count.denied > 0 && count.denied < 2 && count.others < 2;
}

Judgement settle(const std::vector<Judgement>& tries) {
    const Count count = count_of(tries);
    const bool denies = count.denied >= 2 || count.others == 0;
    const auto last = std::find_if(tries.rbegin(), tries.rend(), [&](const Judgement& judgement) {
        return !judgement.noisy && (judgement.verdict == Verdict::does_not_hold) == denies;
    });
    if (last == tries.rend()) return tries.back();
    if (count.denied != 1 || !denies) return *last;
    return {Verdict::not_run,
            std::string(tries.back().noisy ? "the machine was too busy to measure it again"
                                           : "there was no time to measure it again") +
                " after: " + last->measured,
            ""};
}

Claim untested(const ClaimTest& test, bool quick) {
    Claim claim{.name = std::string(test.name),
                .says = std::string(test.says),
                .section = std::string(test.section),
                .called_true = test.called_true};
    for (const Trial& trial : test.trials) claim.tests.push_back(command_of(trial, quick));
    return claim;
}

std::optional<Claim> test_claim(const ClaimTest& test, const ClaimOptions& options) {
    Claim claim = untested(test, options.quick);
    const Nanoseconds begin = steady_now();
    std::vector<Judgement> tries;
    try {
        bool late = false;
        while (needs_another(tries) && !late) {
            const std::optional<Measurements> measured = measure(test, options, tries.empty());
            if (!measured) return std::nullopt;
            name_pythons(claim, test, *measured);
            tries.push_back(test.judge(*measured));
            late = options.last_try && steady_now() > *options.last_try;
        }
        claim.judgement = settle(tries);
    } catch (const std::exception& error) {  // a thread that is refused, say: the other claims can be tested
        if (options.stop.stop_requested()) return std::nullopt;
        claim.judgement = {Verdict::not_run, error.what(), ""};
    }
    claim.tries = static_cast<int>(tries.size());
    claim.took = steady_now() - begin;
    return claim;
}

}  // namespace overlap
