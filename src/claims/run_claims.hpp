// Testing claims: their trials are run, and judged.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <stop_token>
#include <string>

#include "claims/claim_test.hpp"
#include "record/usage.hpp"
#include "trace/command.hpp"

namespace overlap {

/// What is known of Python programs from the claims that were tested before.
struct Programs {
    std::map<std::string, Run> runs;             ///< by their command
    std::map<std::string, std::string> pythons;  ///< by package: the interpreter that has it; "" if none has
};

struct ClaimOptions {
    bool quick = false;
    std::string program;                  ///< the overlap binary, which is the server and the measuring child
    const HeldSignals* held = nullptr;    ///< that a Python program is not to inherit
    std::stop_token stop;                 ///< Ctrl-C, of demos; a Python program is told by its signal
    std::function<CpuSample()> own_cost;  ///< see Observer
    Programs* programs = nullptr;         ///< what claims that run the same programs share; null: nothing
    std::optional<Nanoseconds> last_try;  ///< on CLOCK_MONOTONIC: nothing is measured again after it
};

/// Whether it runs other programs: then signals are theirs (see trace()), and no thread of ours may take
/// them.
bool runs_programs(const ClaimTest& test);

/// What is known of it before it is tested: its judgement is "not run", without a reason.
Claim untested(const ClaimTest& test, bool quick);

/// Runs its trials and judges them; again, up to three times in all, before it says that the claim does not
/// hold. None when it was interrupted. What could not be run is a verdict, not an error.
std::optional<Claim> test_claim(const ClaimTest& test, const ClaimOptions& options);

/// The verdict of one to three tries, by those that were not too noisy: "does not hold" takes two that deny
/// it. With one, and nothing else, it is "not run", for the machine was too busy to measure it again, or
/// there was no time to.
Judgement settle(const std::vector<Judgement>& tries);

/// Whether these tries do not settle it yet.
bool needs_another(const std::vector<Judgement>& tries);

}  // namespace overlap
