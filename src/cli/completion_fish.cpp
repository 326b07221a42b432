#include <fmt/format.h>

#include "cli/completion.hpp"

namespace overlap {
namespace {

// In single quotes, as one word of fish: its escapes are its own.
std::string fish_quoted(std::string_view text) {
    std::string quoted = "'";
    for (const char c : text) {
        if (c == '\\' || c == '\'') quoted += '\\';
        quoted += c;
    }
    return quoted + "'";
}

std::string fish_words(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words) text += (text.empty() ? "" : " ") + fish_quoted(word);
    return text;
}

// -x: needs a value, which is no file. -r -F: needs a value, which is a file.
std::string value_of(const OptionSpec& option) {
    if (option.kind == OptionKind::flag) return "";
    if (option.several) return " -x -a " + fish_quoted("(__overlap_list " + fish_words(option.words) + ")");
    if (!option.words.empty()) return " -x -a " + fish_quoted(fish_words(option.words));
    return is_file(option.value) ? " -r -F" : " -x";
}

// "--help" -> "help"
std::string long_name(const OptionSpec& option) { return option.name.substr(2); }

std::string command_lines(const CommandSpec& command) {
    const std::string line =
        fmt::format("complete -c overlap -n {}", fish_quoted("__overlap_command_is " + command.name));
    std::string text = fmt::format("\ncomplete -c overlap -n __overlap_needs_command -a {} -d {}\n",
                                   fish_quoted(command.name), fish_quoted(command.summary));
    for (const OptionSpec& option : command.options) {
        if (option.hidden) continue;
        text += fmt::format("{} -l {}{} -d {}\n", line, long_name(option), value_of(option),
                            fish_quoted(option.meaning));
    }
    text += line + " -s h -l help -d 'this text'\n";
    const std::string first =
        fmt::format("complete -c overlap -n {}", fish_quoted("__overlap_argument_of " + command.name));
    if (!command.argument_words.empty())
        text += fmt::format("{} -a {}\n", first, fish_quoted(fish_words(command.argument_words)));
    else if (is_file(command.argument))
        text += first + " -F\n";
    if (command.most_arguments > 1) {
        text +=
            fmt::format("complete -c overlap -n {}{}\n", fish_quoted("__overlap_more_of " + command.name),
                        command.more_words.empty() ? std::string(" -F")
                                                   : " -a " + fish_quoted(fish_words(command.more_words)));
    }
    if (command.takes_command) {
        text += fmt::format("complete -c overlap -n {} -a '(__overlap_foreign)'\n",
                            fish_quoted("__overlap_foreign_of " + command.name));
    }
    return text;
}

// The words before the cursor that are options with a value, so that the word behind them is no argument.
std::string with_value(const std::vector<CommandSpec>& commands) {
    std::string text;
    for (const CommandSpec& command : commands) {
        std::vector<std::string> names;
        for (const OptionSpec& option : command.options) {
            if (!option.hidden && option.kind != OptionKind::flag) names.push_back(option.name);
        }
        if (command.argument.empty() || names.empty()) continue;
        text += fmt::format("        case {}\n            set with_value {}\n", fish_quoted(command.name),
                            fish_words(names));
    }
    return text;
}

constexpr std::string_view functions_before =
    R"(# fish completion of overlap, made by 'overlap completion fish'.

function __overlap_needs_command
    test (count (commandline -opc)) -eq 1
end

# Whether the command is $argv, and the cursor stands in our part of the line.
function __overlap_command_is
    set -l given (commandline -opc)
    test "$given[2]" = "$argv"; and not contains -- -- $given
end

# Whether the cursor stands behind the -- of command $argv.
function __overlap_foreign_of
    set -l given (commandline -opc)
    test "$given[2]" = "$argv"; and contains -- -- $given
end

# Completes another program's command line, as if it stood alone.
function __overlap_foreign
    set -l given (commandline -opc)
    set -e given[1..(contains -i -- -- $given)]
    complete -C (string join ' ' -- (string escape -- $given) (commandline -ct))
end

# Words with commas between them: offers those that are not given yet.
function __overlap_list
    set -l given (commandline -ct | string replace -r '^--[^=]*=' '' | string replace -r '[^,]*$' '')
    for word in $argv
        string match -q -- "*,$word,*" ",$given"; or echo "$given$word"
    end
end

# How many arguments of command $argv are given before the cursor.
function __overlap_given
    set -l with_value
    switch "$argv"
)";

constexpr std::string_view functions_after = R"(    end
    set -l value no
    set -l count 0
    for word in (commandline -opc)[3..]
        if test $value = yes
            set value no
        else if contains -- $word $with_value
            set value yes
        else if not string match -q -- '-*' $word
            set count (math $count + 1)
        end
    end
    echo $count
end

# Whether the command is $argv, and no argument of it is given yet.
function __overlap_argument_of
    __overlap_command_is $argv; and test (__overlap_given $argv) -eq 0
end

# Whether the command is $argv, and one of its arguments is given.
function __overlap_more_of
    __overlap_command_is $argv; and test (__overlap_given $argv) -gt 0
end

complete -c overlap -f
)";

}  // namespace

std::string fish_completion(const std::vector<CommandSpec>& commands,
                            const std::vector<OptionSpec>& general) {
    std::string text =
        std::string(functions_before) + with_value(commands) + std::string(functions_after) + '\n';
    for (const OptionSpec& option : general) {
        text += fmt::format("complete -c overlap -n __overlap_needs_command{} -l {} -d {}\n",
                            option.name == "--help" ? " -s h" : "", long_name(option),
                            fish_quoted(option.meaning));
    }
    for (const CommandSpec& command : commands) text += command_lines(command);
    return text;
}

}  // namespace overlap
