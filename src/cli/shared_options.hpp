// Options that several commands take.
#pragma once

#include <string>
#include <vector>

#include "cli/options.hpp"

namespace overlap {

/// How a picture is drawn.
std::vector<OptionSpec> drawing_options();

OptionSpec json_option();

/// How our server behaves, for every command that starts one on its own.
std::vector<OptionSpec> server_options(const std::string& usual_latency);

/// Puts `more` behind the options that `command` has.
void add_options(CommandSpec& command, const std::vector<OptionSpec>& more);

}  // namespace overlap
