#include <fmt/format.h>

#include "cli/completion.hpp"

namespace overlap {
namespace {

// `text` with a backslash before each of `special`, which _arguments would take for its own.
std::string escaped(std::string_view text, std::string_view special) {
    std::string result;
    for (const char c : text) {
        if (c == '\\' || special.find(c) != std::string_view::npos) result += '\\';
        result += c;
    }
    return result;
}

std::string zsh_words(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words) text += (text.empty() ? "" : " ") + escaped(word, " :()");
    return text;
}

// How a value is completed: the action of an _arguments specification.
std::string action(std::string_view stands_for, const std::vector<std::string>& words, bool several) {
    if (several) return "_sequence compadd - " + zsh_words(words);
    if (!words.empty()) return "(" + zsh_words(words) + ")";
    return is_file(stands_for) ? "_files" : " ";
}

std::string option_line(const OptionSpec& option) {
    std::string spec = option.kind == OptionKind::values ? "*" : "";
    spec += option.name;
    if (option.kind != OptionKind::flag) spec += '=';
    spec += '[' + escaped(option.meaning, "[]") + ']';
    if (option.kind != OptionKind::flag) {
        spec += fmt::format(":{}:{}", escaped(option.value, ":"),
                            action(option.value, option.words, option.several));
    }
    return "                " + shell_quoted(spec) + " \\\n";
}

std::string zsh_command_entry(const CommandSpec& command) {
    std::string text = fmt::format("        {})\n", shell_quoted(command.name));
    if (command.takes_command) {
        text +=
            "            if (( words[(i)--] < CURRENT )); then\n"
            "                _overlap_foreign\n"
            "                return\n"
            "            fi\n";
    }
    text += "            _arguments \\\n";
    for (const OptionSpec& option : command.options) {
        if (!option.hidden) text += option_line(option);
    }
    if (!command.argument.empty()) {
        text +=
            fmt::format("                {} \\\n",
                        shell_quoted(fmt::format("1:{}:{}", escaped(command.argument, ":"),
                                                 action(command.argument, command.argument_words, false))));
    }
    if (command.most_arguments > 1) {
        const bool words = !command.more_words.empty();
        text += fmt::format(
            "                {} \\\n",
            shell_quoted("*: :" + (words ? action("", command.more_words, false) : std::string("_files"))));
    }
    return text +
           "                '(- *)'{-h,--help}'[this text]'\n"
           "            ;;\n";
}

}  // namespace

std::string zsh_completion(const std::vector<CommandSpec>& commands, const std::vector<OptionSpec>& general) {
    std::string names;
    std::string entries;
    for (const CommandSpec& command : commands) {
        names += fmt::format("        {}\n",
                             shell_quoted(escaped(command.name, ":") + ":" + escaped(command.summary, "")));
        entries += zsh_command_entry(command);
    }
    std::string dashed;
    for (const OptionSpec& option : general) {
        const std::string name = option.name == "--help" ? "'(- *)'{-h,--help}" : "'(- *)'" + option.name;
        dashed += fmt::format("            {}{} \\\n", name,
                              shell_quoted("[" + escaped(option.meaning, "[]") + "]"));
    }
    return fmt::format(
        "#compdef overlap\n"
        "# zsh completion of overlap, made by 'overlap completion zsh'.\n"
        "\n"
        "# Another program's command line, behind --.\n"
        "_overlap_foreign() {{\n"
        "    local -i dashes=${{words[(i)--]}}\n"
        "    shift $dashes words\n"
        "    (( CURRENT -= dashes ))\n"
        "    _normal\n"
        "}}\n"
        "\n"
        "_overlap_first() {{\n"
        "    local -a commands=(\n"
        "{}"
        "    )\n"
        "    if [[ $PREFIX == -* ]]; then\n"
        "        _arguments \\\n"
        "{}"
        "            '*: : '\n"
        "    else\n"
        "        _describe -t commands 'command' commands\n"
        "    fi\n"
        "}}\n"
        "\n"
        "_overlap() {{\n"
        "    local curcontext=$curcontext\n"
        "    if (( CURRENT == 2 )); then\n"
        "        _overlap_first\n"
        "        return\n"
        "    fi\n"
        "    shift words\n"
        "    (( CURRENT-- ))\n"
        "    case $words[1] in\n"
        "{}"
        "    esac\n"
        "}}\n"
        "\n"
        "# As a file of $fpath it is the function itself; sourced, it says what it is for.\n"
        "if [[ $funcstack[1] == _overlap ]]; then\n"
        "    _overlap \"$@\"\n"
        "else\n"
        "    compdef _overlap overlap\n"
        "fi\n",
        names, dashed, entries);
}

}  // namespace overlap
