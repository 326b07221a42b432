#include "cli/manual.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "cli/help.hpp"

namespace overlap {
namespace {

// The day this text was last changed by hand. Not the day of the build: the same sources give the same page.
constexpr std::string_view changed = "2026-11-21";

// Words as roff prints them: nothing in them is a request or an escape, and dashes and quotes can be copied.
std::string roff(std::string_view text) {
    std::string result;
    for (const char c : text) {
        switch (c) {
            case '\\':
                result += "\\e";
                break;
            case '-':
                result += "\\-";
                break;
            case '\'':
                result += "\\(aq";
                break;
            case '"':
                result += "\\(dq";
                break;
            case '`':
                result += "\\(ga";
                break;
            case '^':
                result += "\\(ha";
                break;
            case '~':
                result += "\\(ti";
                break;
            default:
                result += c;
        }
    }
    if (result.starts_with('.')) result.insert(0, "\\&");
    return result;
}

std::string line(std::string_view text) { return roff(text) + '\n'; }
std::string bold(std::string_view text) { return "\\fB" + roff(text) + "\\fR"; }

// What it is called, and what it is, below and indented.
std::string entry(const std::string& left, std::string_view right) {
    return ".TP\n" + left + '\n' + line(right);
}

std::string option_entry(const OptionSpec& option) {
    return entry(bold(option.name) + (option.value.empty() ? "" : " \\fI" + roff(option.value) + "\\fR"),
                 option.meaning);
}

bool same(const OptionSpec& a, const OptionSpec& b) {
    return a.name == b.name && a.value == b.value && a.meaning == b.meaning;
}

bool is_in(const std::vector<OptionSpec>& options, const OptionSpec& option) {
    return std::any_of(options.begin(), options.end(),
                       [&](const OptionSpec& other) { return same(other, option); });
}

bool is_named_in(const std::vector<OptionSpec>& options, std::string_view name) {
    return std::any_of(options.begin(), options.end(),
                       [&](const OptionSpec& option) { return option.name == name; });
}

// What several commands have, word for word, is said once.
std::vector<OptionSpec> common_options(const std::vector<CommandSpec>& commands) {
    constexpr int several = 4;
    std::vector<OptionSpec> common;
    for (const CommandSpec& command : commands) {
        for (const OptionSpec& option : command.options) {
            if (option.hidden || is_named_in(common, option.name)) continue;
            const auto uses = std::count_if(commands.begin(), commands.end(), [&](const CommandSpec& other) {
                return is_in(other.options, option);
            });
            if (uses >= several) common.push_back(option);
        }
    }
    return common;
}

std::string example_entries(const std::vector<Example>& examples) {
    std::string text;
    for (const Example& example : examples) text += entry(bold(example.command), example.meaning);
    return text;
}

std::string command_section(const CommandSpec& command, const std::vector<OptionSpec>& common) {
    std::string text = ".SS " + roff("overlap") + " " + roff(command.name) + '\n';
    text += line(command.summary) + ".PP\n" + bold(usage_of(command)) + '\n';
    if (!command.argument_words.empty()) {
        std::string words;
        for (const std::string& word : command.argument_words) words += (words.empty() ? "" : ", ") + word;
        text += ".PP\n" + line(command.argument + " is one of " + words + ".");
    }
    std::string others;
    for (const OptionSpec& option : command.options) {
        if (option.hidden) continue;
        if (is_in(common, option))
            others += (others.empty() ? "" : ", ") + bold(option.name);
        else
            text += option_entry(option);
    }
    if (!others.empty()) text += ".PP\nCommon options: " + others + ".\n";
    if (!command.notes.empty()) text += ".PP\n" + line(command.notes);
    if (!command.examples.empty()) text += ".PP\nExamples:\n" + example_entries(command.examples);
    return text;
}

}  // namespace

std::string manual(const std::vector<CommandSpec>& commands, const std::string& version) {
    std::string text = fmt::format(".TH OVERLAP 1 {} \"overlap {}\" \"User Commands\"\n", changed, version);
    text +=
        ".SH NAME\n" + line("overlap - what synchronous and asynchronous code really do with the same work");
    text += ".SH SYNOPSIS\n" + bold("overlap") + " \\fICOMMAND\\fR [\\fIOPTIONS\\fR]\n.br\n" +
            bold("overlap help") + " [\\fICOMMAND\\fR]\n.br\n" + bold("overlap --version") + '\n';
    text +=
        ".SH DESCRIPTION\n" +
        line(
            "Each demo does the same work three ways: one call after the other, in C++20 coroutines on one "
            "thread, and on a pool of threads or processes, against a real server over real sockets or with "
            "real files. It draws what happened on one time axis. Every number was measured in that run.") +
        ".PP\n" + line("A TIME is written as in 200ms, 2s or 1.5s. A SHARE is a number from 0 to 1.");
    text += ".SH OPTIONS\n";
    for (OptionSpec option : general_options()) {
        if (option.name == "--help") option.name = "-h, --help";
        text += option_entry(option);
    }
    const std::vector<OptionSpec> common = common_options(commands);
    text += ".SH COMMANDS\n" + line("Every command takes --help too, which prints how to use it.");
    for (const CommandSpec& command : commands) text += command_section(command, common);
    text += ".SH COMMON OPTIONS\n" + line("The commands above say which of these they take.");
    for (const OptionSpec& option : common) text += option_entry(option);
    text += ".SH ENVIRONMENT\n";
    for (const VariableSpec& variable : environment_variables())
        text += entry(bold(variable.name), variable.meaning);
    text += ".SH EXIT STATUS\n";
    text += entry("0", "Done.") + entry("1", "The run or a check failed.") + entry("2", "Wrong usage.") +
            entry("130", "Interrupted.");
    text += ".PP\n" +
            line("trace and classify --measure end with the exit code of the command they ran: see there.");
    text += ".SH EXAMPLES\n" + example_entries(general_examples());
    text += ".SH SEE ALSO\n.BR curl (1),\n.BR redis\\-server (1),\n.BR strace (1)\n";
    return text;
}

}  // namespace overlap
