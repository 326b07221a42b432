// The one file with CLI11: it takes three seconds to compile.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "claims/claim_test.hpp"
#include "cli/option_values.hpp"
#include "cli/options.hpp"
#include "cli/suggest.hpp"
#include "cli/values.hpp"
#include "cli/workshop_options.hpp"
#include "demo/cores.hpp"
#include "net/url.hpp"
#include "timeline/error.hpp"

namespace overlap {
namespace {

std::string what_it_takes(const CommandSpec& command) {
    if (command.argument.empty()) return "options only";
    const std::string one = "one " + command.argument;
    return command.takes_command ? one + ", or a COMMAND behind '--'" : one;
}

[[noreturn]] void reject_unknown(const CommandSpec& command, const std::string& word) {
    if (!word.starts_with('-') && command.takes_command && command.argument.empty()) {
        throw UsageError(
            fmt::format("unexpected argument '{0}': the command goes behind '--', as in 'overlap {1} "
                        "-- {0}'",
                        word, command.name));
    }
    if (!word.starts_with('-')) {
        throw UsageError(fmt::format("unexpected argument '{}': '{} {}' takes {}", word, "overlap",
                                     command.name, what_it_takes(command)));
    }
    std::vector<std::string> names{"--help"};
    for (const OptionSpec& option : command.options) {
        if (!option.hidden) names.push_back(option.name);
    }

    throw UsageError(fmt::format("unknown option '{}'{}: 'overlap {} --help' lists them", word,
                                 did_you_mean(word.substr(0, word.find('=')), names), command.name));
}

// CLI11 names the option in its message only: "--tasks: 1 required TEXT missing".
[[noreturn]] void reject_without_value(const CommandSpec& command, std::string_view message) {
    const std::string_view name = message.substr(0, message.find(':'));
    for (const OptionSpec& option : command.options) {
        if (option.name == name)
            throw UsageError(fmt::format("{0} needs a value: {0} {1}", name, option.value));
    }
    throw UsageError(fmt::format("an option is without its value: see 'overlap {} --help'", command.name));
}

OptionWords read_words(const CommandSpec& command, std::vector<std::string> arguments,
                       std::vector<std::string>& positional) {
    CLI::App app;
    app.set_help_flag("");
    app.allow_extras();
    OptionWords words;
    std::map<std::string, bool> flags;
    // No extra arguments: else CLI11 takes the value "[3]" for a list.
    for (const OptionSpec& option : command.options) {
        switch (option.kind) {
            case OptionKind::flag:
                app.add_flag(option.name, flags[option.name])
                    ->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
                break;
            case OptionKind::value:
                app.add_option(option.name, words[option.name])
                    ->expected(1)
                    ->allow_extra_args(false)
                    ->take_last();
                break;
            case OptionKind::values:
                app.add_option(option.name, words[option.name])
                    ->expected(1)
                    ->allow_extra_args(false)
                    ->take_all();
                break;
        }
    }
    if (!command.argument.empty()) app.add_option("argument", positional);
    try {
        std::reverse(arguments.begin(), arguments.end());
        app.parse(std::move(arguments));
    } catch (const CLI::ArgumentMismatch& error) {
        reject_without_value(command, error.what());
    } catch (const CLI::ParseError& error) {
        throw UsageError(fmt::format("{}: see 'overlap {} --help'", error.what(), command.name));
    }
    if (const std::vector<std::string> unknown = app.remaining(); !unknown.empty()) {
        reject_unknown(command, unknown.front());
    }
    if (positional.size() > command.most_arguments)
        reject_unknown(command, positional[command.most_arguments]);
    for (const auto& [name, set] : flags) {
        if (set) words[name] = {""};
    }
    std::erase_if(words, [](const auto& entry) { return entry.second.empty(); });
    return words;
}

OutputOptions output_of(const OptionValues& values) {
    OutputOptions output;
    if (values.has("--width")) {
        output.width = static_cast<int>(read_whole("--width", values.text("--width"), 40, 10'000));
    }
    if (values.has("--color")) output.color = read_color(values.text("--color"));
    output.unicode = values.has("--unicode");
    output.plain = values.has("--plain");
    output.json = values.has("--json");
    if (output.plain && output.json)
        throw UsageError("--plain and --json exclude each other: expected one of them");
    return output;
}

std::int64_t read_knob(const Knob& knob, const std::string& option, const std::string& text) {
    switch (knob.unit) {
        case Unit::count:
            return read_whole(option, text, knob.least, knob.most);
        case Unit::duration:
            return read_duration(option, text);
        case Unit::share:
            return std::llround(read_share(option, text) * 1e6);
        case Unit::choice: {
            const auto word = std::find(knob.words.begin(), knob.words.end(), text);
            if (word != knob.words.end()) return word - knob.words.begin();
            throw UsageError(fmt::format("{} is '{}': expected one of {}", option, text, words_of(knob)));
        }
        case Unit::flag:
            break;
    }
    return 1;
}

// Each must be the name of one of the demo's variants.
std::vector<std::string> read_variants(const Demo& demo, const std::vector<std::string>& texts) {
    std::vector<std::string> chosen;
    const std::vector<std::string> names = variant_words(demo);
    for (const std::string& name : split_list(texts)) {
        if (std::find(names.begin(), names.end(), name) == names.end()) {
            throw UsageError(
                fmt::format("--variant is '{}': expected one or more of {}", name, fmt::join(names, ", ")));
        }
        chosen.push_back(name);
    }
    return chosen;
}

std::vector<PoolKind> read_pools(const Demo& demo, const std::vector<std::string>& texts) {
    std::vector<PoolKind> chosen;
    for (const std::string& name : split_list(texts)) {
        const PoolKind kind = name == name_of(PoolKind::processes) ? PoolKind::processes : PoolKind::threads;
        if (name != name_of(kind)) {
            throw UsageError(fmt::format("--pool is '{}': expected threads, processes or both", name));
        }
        if (kind == PoolKind::processes && !demo.no_processes.empty()) {
            throw UsageError(fmt::format("{} has no pool of processes: {}", demo.name, demo.no_processes));
        }
        chosen.push_back(kind);
    }
    return chosen;
}

// A panel that was asked for by name, and cannot be shown, is not left out in silence.
void check_panels(const Demo& demo, const RunOptions& run) {
    if (demo.leaves_out == nullptr) return;
    for (const Variant& variant : demo.variants) {
        if (std::find(run.variants.begin(), run.variants.end(), variant.name) == run.variants.end()) continue;
        const std::string why = demo.leaves_out(variant, run.settings);
        if (!why.empty()) throw UsageError(fmt::format("--variant is '{}': {}", variant.name, why));
    }
}

int usual_workers(const Demo& demo, std::int64_t tasks) {
    constexpr std::int64_t most = 32;
    const std::int64_t usual = demo.usual_workers == Demo::one_per_core ? usable_cores() : demo.usual_workers;
    return static_cast<int>(std::min(tasks, usual > 0 ? usual : most));
}

// Levels of concurrency, ascending, each once.
std::vector<std::int64_t> read_sweep(const Demo& demo, const OptionValues& values) {
    if (values.has("--" + std::string(demo.sweeps))) {
        throw UsageError(fmt::format("--sweep varies --{}: expected one of the two", demo.sweeps));
    }
    for (const char* other : {"--way", "--pool", "--workers", "--repeat"}) {
        if (values.has(other))
            throw UsageError(fmt::format(
                "{} does not go with --sweep, which runs the coroutines once at each level", other));
    }
    std::set<std::int64_t> levels;
    for (const std::string& text : split_list(values.texts("--sweep")))
        levels.insert(read_whole("--sweep", text, 1, 2'000));
    return {levels.begin(), levels.end()};
}

RunOptions run_of(const Demo& demo, const OptionValues& values) {
    RunOptions run(Settings(demo.knobs));
    if (values.has("--as-in-notes")) run.settings.set_as_in_notes();
    if (values.has("--url")) {
        run.urls = values.texts("--url");
        for (const std::string& url : run.urls) net::parse_url(url);  // to be told before anything runs
        if (run.urls.size() > 1) run.settings.set("tasks", static_cast<std::int64_t>(run.urls.size()));
    }
    for (const Knob& knob : demo.knobs) {
        const std::string option = "--" + std::string(knob.name);
        if (!values.has(option)) continue;
        if (knob.of_server && !run.urls.empty()) {
            throw UsageError(option + " is for our own server: with --url the server called decides");
        }
        run.settings.set(knob.name, read_knob(knob, option, values.text(option)));
    }
    run.ways = values.has("--way") ? read_ways(values.texts("--way"))
                                   : std::vector<Way>(std::begin(all_ways), std::end(all_ways));
    if (values.has("--pool")) run.pools = read_pools(demo, values.texts("--pool"));
    if (values.has("--variant")) run.variants = read_variants(demo, values.texts("--variant"));
    check_panels(demo, run);
    if (demo.measure == nullptr && chosen_variants(demo, run).empty()) {
        throw UsageError(fmt::format("--variant {} and --way {} have no panel in common",
                                     fmt::join(values.texts("--variant"), ","),
                                     fmt::join(values.texts("--way"), ",")));
    }
    if (demo.measure != nullptr) return run;
    const auto tasks = static_cast<std::int64_t>(lanes_of(demo, run.settings).size());
    run.workers = usual_workers(demo, tasks);
    if (values.has("--redis")) {
        run.redis = values.text("--redis");
        net::parse_address(run.redis);  // to be told before anything runs
    }
    if (values.has("--seed") && !run.urls.empty() && run.settings.get("retries", 0) == 0) {
        throw UsageError("--seed is for our own server: with --url nothing is random");
    }
    values.whole("--workers", 1, 10'000, run.workers);
    values.whole("--repeat", 1, 1'000, run.repeat);
    values.whole("--seed", 0, std::numeric_limits<std::int64_t>::max(), run.seed);
    return run;
}

void read_server(const OptionValues& values, net::ServerOptions& serve) {
    if (values.has("--latency")) serve.latency = read_duration("--latency", values.text("--latency"));
    if (values.has("--jitter")) serve.jitter = read_duration("--jitter", values.text("--jitter"));
    if (values.has("--fail-rate")) serve.fail_rate = read_share("--fail-rate", values.text("--fail-rate"));
    values.whole("--max-in-flight", 1, 1'000'000, serve.max_in_flight);
    values.whole("--seed", 0, std::numeric_limits<std::int64_t>::max(), serve.seed);
    if (values.has("--when-full")) {
        serve.when_full = read_when_full(values.text("--when-full"));
    }
}

void read_proxy(const OptionValues& values, net::ProxyOptions& proxy) {
    if (values.has("--to")) proxy.to = net::parse_address(values.text("--to"));
    proxy.rtt = values.has("--rtt") ? read_duration("--rtt", values.text("--rtt")) : 10'000'000;
    if (proxy.rtt > 60'000'000'000) {
        throw UsageError(fmt::format("--rtt is {}: expected 0ms to 60s", values.text("--rtt")));
    }
    if (values.has("--host")) proxy.host = values.text("--host");
    values.whole("--port", 0, 65'535, proxy.port);
    proxy.tunnel = values.has("--tunnel");
}

void read_serve(const OptionValues& values, Invocation& invocation) {
    net::ServerOptions& serve = invocation.serve;
    if (values.has("--host")) serve.host = values.text("--host");
    values.whole("--port", 0, 65'535, serve.port);
    read_server(values, serve);
    invocation.log = values.has("--log");
    invocation.stand_in = values.has("--redis");
}

void read_output_file(const OptionValues& values, std::string& file) {
    if (!values.has("--output")) return;
    file = values.text("--output");
    if (file.starts_with('-'))
        throw UsageError(fmt::format("--output is '{}': expected the name of a file", file));
}

void read_trace(const OptionValues& values, std::vector<std::string> words, Invocation& invocation) {
    TraceOptions& trace = invocation.trace;
    trace.command = std::move(words);
    trace.server.latency = 200'000'000;
    read_server(values, trace.server);
    if (values.has("--timeout")) {
        trace.timeout = read_duration("--timeout", values.text("--timeout"));
        if (trace.timeout == 0) throw UsageError("--timeout is '0': expected more than no time, like 10s");
    }
    read_output_file(values, invocation.output_file);
}

// What was said of a task does not go with one that is measured.
void read_classify(const OptionValues& values, bool has_command, std::vector<std::string> words,
                   Invocation& invocation) {
    ClassifyRequest& request = invocation.classify;
    request.command = std::move(words);
    request.measure = values.has("--measure");
    request.no_input = values.has("--no-input");
    if (has_command && !request.measure)
        throw UsageError("a COMMAND behind '--' is to be measured: give --measure");
    const std::string& demo = invocation.argument;
    if (request.measure && !demo.empty()) {
        throw UsageError(
            fmt::format("--measure and '{}' do not go together: a COMMAND goes behind '--', a DEMO is "
                        "measured without it",
                        demo));
    }
    for (const char* option : {"--async-api", "--blocking-io", "--sync-lib", "--cpu-ms"}) {
        if (!values.has(option) || (!request.measure && demo.empty())) continue;
        throw UsageError(fmt::format("{} is for a task that is described: {} is measured instead", option,
                                     request.measure ? "a COMMAND" : "'" + demo + "'"));
    }
    if (values.has("--async-api")) request.async_api = true;
    if (values.has("--blocking-io")) request.blocking_io = true;
    if (values.has("--sync-lib")) request.sync_lib = true;
    if (values.has("--cpu-ms")) request.cpu_ms = read_milliseconds("--cpu-ms", values.text("--cpu-ms"));
    read_output_file(values, invocation.output_file);
}

void read_claims(const OptionValues& values, ClaimsRequest& request) {
    request.quick = values.has("--quick");
    request.list = values.has("--list");
    if (!values.has("--only")) return;
    request.only = split_list(values.texts("--only"));
    if (request.only.empty())
        throw UsageError("--only is '': expected names of claims, as 'overlap claims --list' gives them");
    const std::vector<std::string> names = claim_names();
    for (const std::string& name : request.only) {
        if (std::find(names.begin(), names.end(), name) != names.end()) continue;
        throw UsageError(
            fmt::format("--only is '{}'{}: expected names of claims, 'overlap claims --list' has them", name,
                        did_you_mean(name, names)));
    }
}

}  // namespace

std::string cli11_version() { return CLI11_VERSION; }

Invocation parse_arguments(const CommandSpec& command, const std::vector<std::string>& arguments) {
    Invocation invocation;
    invocation.command = &command;
    auto ours = arguments.end();
    if (command.takes_command) ours = std::find(arguments.begin(), arguments.end(), "--");
    const OptionValues values(read_words(command, {arguments.begin(), ours}, invocation.arguments));
    if (!invocation.arguments.empty()) invocation.argument = invocation.arguments.front();
    invocation.output = output_of(values);
    if (command.demo != nullptr) invocation.run = run_of(*command.demo, values);
    if (values.has("--sweep")) invocation.sweep = read_sweep(*command.demo, values);
    if (command.name == "serve") read_serve(values, invocation);
    if (command.name == "claims") read_claims(values, invocation.claims);
    if (command.name == "proxy") read_proxy(values, invocation.proxy);
    invocation.lesson = {values.has("--no-input"), values.has("--restart")};
    if (values.has("--part")) invocation.part = values.text("--part");
    values.whole("--control", 0, 1'000, invocation.control);
    const bool has_command = ours != arguments.end();
    std::vector<std::string> words(has_command ? ours + 1 : ours, arguments.end());
    const bool of_workshop =
        command.name == "exercise" || command.name == "workshop" || command.name == "grade";
    if (of_workshop) read_workshop(values, words, invocation);
    if (command.name == "classify")
        read_classify(values, has_command, std::move(words), invocation);
    else if (command.name == "trace")
        read_trace(values, std::move(words), invocation);
    return invocation;
}

}  // namespace overlap
