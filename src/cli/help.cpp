#include "cli/help.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "render/text.hpp"

namespace overlap {
namespace {

struct Entry {
    std::string left;
    std::string right;
};

// Two columns; where the left one leaves too little room, the right one goes below it.
void add_entries(std::string& text, const std::vector<Entry>& entries, int width) {
    std::size_t longest = 0;
    for (const Entry& entry : entries) longest = std::max(longest, entry.left.size());
    const int column = static_cast<int>(longest) + 4;
    const bool below = column > width / 2 + 8;
    for (const Entry& entry : entries) {
        if (below) {
            for (const std::string& line : wrap("  " + entry.left, width, 4)) text += line + '\n';
            for (const std::string& line : wrap(entry.right, width - 6, 0)) text += "      " + line + '\n';
            continue;
        }
        std::string left = "  " + entry.left;
        for (const std::string& line : wrap(entry.right, width - column, 0)) {
            text += pad_right(left, column) + line + '\n';
            left.clear();
        }
    }
}

void add_examples(std::string& text, const std::vector<Example>& examples, int width) {
    std::vector<Entry> entries;
    for (const Example& example : examples) {
        entries.push_back({std::string(example.command), std::string(example.meaning)});
    }
    text += "Examples:\n";
    add_entries(text, entries, width);
}

std::string before(const std::string& front, const std::string& text) {
    return text.empty() ? "" : front + text;
}

}  // namespace

std::string usage_of(const CommandSpec& command) {
    return fmt::format("overlap {}{}{}{}", command.name, before(" ", command.argument),
                       command.options.empty() ? "" : " [OPTIONS]",
                       !command.takes_command     ? ""
                       : command.argument.empty() ? " -- COMMAND..."
                                                  : " [-- COMMAND...]");
}

const std::vector<Example>& general_examples() {
    static const std::vector<Example> examples{
        {"overlap api", "three HTTP calls, three ways, with their timelines"},
        {"overlap api --tasks 10 --workers 4", "see calls queue for a thread"},
        {"overlap lesson 1", "the lessons, which run what they talk about"},
        {"overlap workshop init workshop", "exercises: your own program, judged by what it does"},
        {"overlap code api", "the C++ behind it"},
        {"overlap help api", "what can be varied"},
    };
    return examples;
}

std::string greeting() {
    return "overlap - what synchronous and asynchronous code really do with the same work\n"
           "\n"
           "Try first:\n"
           "  overlap api         three calls, made in three ways, on one time axis\n"
           "  overlap lesson      read about it, from the beginning\n"
           "  overlap exercise    then write it yourself, and have it judged\n"
           "  overlap code api    how it is written\n"
           "  overlap list        what else there is\n"
           "  overlap --help      all commands\n";
}

std::string help_text(int width) {
    std::string text;
    add_paragraph(text, "overlap - what synchronous and asynchronous code really do with the same work",
                  width);
    text += '\n';
    add_examples(text, general_examples(), width);
    std::vector<Entry> demos;
    std::vector<Entry> others;
    for (const CommandSpec& command : all_commands()) {
        const std::string argument = command.argument.empty() && command.takes_command
                                         ? " -- COMMAND..."
                                         : before(" ", command.argument);
        (command.demo != nullptr ? demos : others).push_back({command.name + argument, command.summary});
    }
    text += "\nDemos:\n";
    add_entries(text, demos, width);
    text += "\nOther commands:\n";
    add_entries(text, others, width);
    text += "\nOptions:\n";
    std::vector<Entry> general;
    for (const OptionSpec& option : general_options())
        general.push_back({option.name == "--help" ? "-h, --help" : option.name, option.meaning});
    add_entries(text, general, width);
    text += '\n';
    add_paragraph(text, "Exit codes: 0 done, 1 the run or a check failed, 2 wrong usage, 130 interrupted.",
                  width);
    return text;
}

std::string help_text(const CommandSpec& command, int width) {
    std::string text;
    add_paragraph(text, fmt::format("overlap {} - {}", command.name, command.summary), width);
    text += '\n';
    if (!command.examples.empty()) {
        add_examples(text, command.examples, width);
        text += '\n';
    }
    add_paragraph(text, "Usage: " + usage_of(command), width);
    std::vector<Entry> options;
    for (const OptionSpec& option : command.options) {
        if (option.hidden) continue;
        options.push_back({option.name + (option.value.empty() ? "" : " " + option.value), option.meaning});
    }
    options.push_back({"-h, --help", "this text"});
    text += "\nOptions:\n";
    add_entries(text, options, width);
    if (!command.notes.empty()) {
        text += '\n';
        add_paragraph(text, command.notes, width);
    }
    return text;
}

}  // namespace overlap
