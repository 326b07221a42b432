// `overlap trace` under way, and what it kept.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "support/cli.hpp"
#include "support/process.hpp"

namespace overlap::test {

/// A run of `overlap trace --json` that has ended.
struct Traced {
    Ended ended;           ///< its output is the command's alone
    std::string document;  ///< the run, as --json --output kept it
};

/// Runs `command` with these options of trace. `environment`: for both.
Traced trace_of(const Words& command, const Words& options = {}, const Words& environment = {},
                const std::string& input = "");

/// The one entry of `ways`: what the server saw.
Json seen_of(const Traced& traced);

/// Where a program is in PATH; empty when it is not installed.
std::string program_named(const std::string& name);

}  // namespace overlap::test
