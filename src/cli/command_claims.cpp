// overlap claims: the notes put to the test.
#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <iostream>
#include <optional>
#include <system_error>

#include "claims/run_claims.hpp"
#include "cli/commands.hpp"
#include "cli/interrupt.hpp"
#include "cli/progress.hpp"
#include "cli/shared_options.hpp"
#include "cli/suggest.hpp"
#include "cli/terminal.hpp"
#include "demo/runner.hpp"
#include "record/clock.hpp"
#include "render/claims.hpp"
#include "timeline/duration.hpp"
#include "timeline/error.hpp"
#include "timeline/units.hpp"
#include "timeline/words.hpp"
#include "trace/command.hpp"

namespace overlap {
namespace {

// In the order of the table, whatever the order they were asked for in.
std::vector<ClaimTest> chosen(const std::vector<std::string>& only) {
    std::vector<ClaimTest> tests = all_claim_tests();
    std::erase_if(tests, [&](const ClaimTest& test) {
        return !only.empty() && std::find(only.begin(), only.end(), test.name) == only.end();
    });
    return tests;
}

int list(const std::vector<ClaimTest>& tests, const OutputOptions& output, bool quick) {
    std::vector<Claim> claims;
    for (const ClaimTest& test : tests) claims.push_back(untested(test, quick));
    print(output.json    ? list_json(claims)
          : output.plain ? list_plain(claims)
                         : list_ascii(claims, output_width(output)));
    return exit_done;
}

// Whether a signal came while nobody waited for one.
bool told_to_end() {
    sigset_t pending;
    ::sigpending(&pending);
    return ::sigismember(&pending, SIGINT) == 1 || ::sigismember(&pending, SIGTERM) == 1;
}

// Signals are the Python program's where one runs (see trace()); else they stop the demo.
std::optional<Claim> test_one(const ClaimTest& test, ClaimOptions options) {
    if (told_to_end()) return std::nullopt;
    if (runs_programs(test)) return test_claim(test, options);
    std::optional<Interrupt> interrupt;
    try {
        interrupt.emplace();
    } catch (const std::system_error& error) {  // no thread for it: the table of the others is not lost
        Claim claim = untested(test, options.quick);
        claim.judgement.measured =
            fmt::format("no thread can be started that hears Ctrl-C: {}", error.what());
        return claim;
    }
    options.stop = interrupt->token();
    return test_claim(test, options);
}

// A busy machine is slower, and a minute is what was promised.
constexpr Nanoseconds quick_limit = 60 * second;

Claim left_out(const ClaimTest& test) {
    Claim claim = untested(test, true);
    claim.judgement.measured =
        fmt::format("the minute of --quick was over; overlap claims --quick --only {}", test.name);
    return claim;
}

void say_how_long(const std::vector<ClaimTest>& tests) {
    Nanoseconds total = 0;
    for (const ClaimTest& test : tests) total += test.full_seconds * second;
    std::cerr << fmt::format("overlap: {} with the notes' own numbers, about {}; --quick scales them down\n",
                             plural(tests.size(), "claim"), format_duration(total));
}

int run_claims(const Invocation& invocation) {
    const OutputOptions& output = invocation.output;
    const ClaimsRequest& request = invocation.claims;
    const std::vector<ClaimTest> tests = chosen(request.only);
    const AsciiOptions ascii = ascii_options(output);  // first: it may find COLUMNS at fault
    if (request.list) return list(tests, output, request.quick);
    if (!request.quick) say_how_long(tests);
    Claims claims{
        .quick = request.quick, .asked = static_cast<int>(tests.size()), .machine = describe_machine()};
    {
        const HeldSignals signals;  // between two claims nothing may end us unheard
        ProgressLine progress(1);
        const Observer observer = progress.observer();
        Programs programs;
        ClaimOptions options{.quick = request.quick,
                             .program = "/proc/self/exe",
                             .held = &signals,
                             .stop = {},
                             .own_cost = observer.own_cost,
                             .programs = &programs,
                             .last_try = std::nullopt};
        const Nanoseconds begin = steady_now();
        if (request.quick) options.last_try = begin + quick_limit * 3 / 4;
        for (const ClaimTest& test : tests) {
            if (request.quick && steady_now() - begin + 2 * test.quick_seconds * second > quick_limit) {
                claims.claims.push_back(left_out(test));
                continue;
            }
            observer.doing(
                fmt::format("claim {} of {}: {}", claims.claims.size() + 1, tests.size(), test.name));
            std::optional<Claim> claim = test_one(test, options);
            claims.interrupted = !claim;
            if (!claim) break;
            claims.claims.push_back(std::move(*claim));
        }
        // It was seen: it must not end us once signals are no longer held.
        const timespec at_once{};
        while (::sigtimedwait(&signals.held(), nullptr, &at_once) > 0) {
        }
    }
    print(output.json    ? render_json(claims)
          : output.plain ? render_plain(claims)
                         : render_ascii(claims, ascii));
    if (claims.interrupted) return exit_interrupted;
    return failed_checks(claims).empty() ? exit_done : exit_failed;
}

}  // namespace

CommandSpec claims_command() {
    CommandSpec command;
    command.name = "claims";
    command.summary = "put the notes' claims to the test on this machine";
    command.examples = {
        {"overlap claims --quick", "all of them, the times scaled down: less than a minute"},
        {"overlap claims", "with the notes' own numbers: some minutes"},
        {"overlap claims --list", "which claims there are"},
        {"overlap claims --only three-calls,blocked-loop", "some of them"},
        {"overlap claims --quick --json", "for scripts"},
    };
    command.options = {
        {"--quick", "", "scale the times down", OptionKind::flag},
        {.name = "--only",
         .value = "NAME",
         .meaning = "test only these claims; several with commas",
         .kind = OptionKind::values,
         .words = claim_names(),
         .several = true},
        {"--list", "", "what the claims say; nothing is run", OptionKind::flag},
        {"--json", "", "print the claims and what was measured as JSON", OptionKind::flag},
    };
    add_options(command, drawing_options());
    command.notes =
        "A claim is measured again, up to three times in all, before it is said not to hold. Exit codes: 0 "
        "every claim that we call true held, or could not be run; 1 one of them did not hold; 2 wrong usage; "
        "130 interrupted, what was tested by then is shown.";
    command.run = run_claims;
    return command;
}

}  // namespace overlap
