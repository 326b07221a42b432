// Completion scripts, made from the table of commands: what is not in them is not in the table.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/options.hpp"

namespace overlap {

/// The script for each shell. `general`: the options that are given without a command. Hidden options are
/// left out.
std::string bash_completion(const std::vector<CommandSpec>& commands, const std::vector<OptionSpec>& general);
std::string zsh_completion(const std::vector<CommandSpec>& commands, const std::vector<OptionSpec>& general);
std::string fish_completion(const std::vector<CommandSpec>& commands, const std::vector<OptionSpec>& general);

/// Whether what stands for a value says that it is a file or a folder: "FILE", "[FILE]", "DIR...".
inline bool is_file(std::string_view stands_for) {
    return stands_for.find("FILE") != std::string_view::npos ||
           stands_for.find("DIR") != std::string_view::npos;
}

/// `text` in single quotes, as one word of bash or zsh.
inline std::string shell_quoted(std::string_view text) {
    std::string quoted = "'";
    for (const char c : text) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return quoted + "'";
}

}  // namespace overlap
