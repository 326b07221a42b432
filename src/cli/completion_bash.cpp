#include <fmt/format.h>

#include "cli/completion.hpp"

namespace overlap {
namespace {

std::string quoted_list(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words) text += (text.empty() ? "" : " ") + shell_quoted(word);
    return text;
}

std::string kind_of(const OptionSpec& option) {
    if (option.kind == OptionKind::flag) return "flag";
    if (!option.words.empty()) return option.several ? "list" : "word";
    return is_file(option.value) ? "file" : "value";
}

// What can follow a command: its options, and what its argument is.
std::string bash_command_entry(const CommandSpec& command) {
    std::vector<std::string> options;
    for (const OptionSpec& option : command.options) {
        if (!option.hidden) options.push_back(option.name);
    }
    options.emplace_back("--help");
    const bool words = !command.argument_words.empty();
    const std::string kind = words ? "word" : is_file(command.argument) ? "file" : "";
    std::string text = fmt::format("        {})\n            options=({})\n", shell_quoted(command.name),
                                   quoted_list(options));
    if (!kind.empty()) text += fmt::format("            kind={}\n", kind);
    if (words) text += fmt::format("            words=({})\n", quoted_list(command.argument_words));
    if (!command.more_words.empty())
        text += fmt::format("            more=({})\n", quoted_list(command.more_words));
    if (command.most_arguments > 1 && command.more_words.empty()) text += "            several=yes\n";
    if (command.takes_command) text += "            foreign=yes\n";
    return text + "            ;;\n";
}

std::string option_entry(const CommandSpec& command, const OptionSpec& option) {
    std::string text =
        fmt::format("        {}) kind={}", shell_quoted(command.name + " " + option.name), kind_of(option));
    if (!option.words.empty()) text += fmt::format(" words=({})", quoted_list(option.words));
    return text + " ;;\n";
}

constexpr std::string_view driver = R"(
# $1: what is typed of a word. $2: what stands before the word.
_overlap_offer() {
    local word
    for word in "${words[@]}"; do
        [[ $word == "$1"* ]] && COMPREPLY+=("$2$word")
    done
}

# Words with commas between them: offers those that are not given yet. $1: what is typed.
_overlap_offer_list() {
    local given=${1%"${1##*,}"} word
    local -a left=()
    for word in "${words[@]}"; do
        [[ ",$given" == *",$word,"* ]] || left+=("$word")
    done
    words=("${left[@]}")
    _overlap_offer "${1##*,}" "$given"
    if ((${#COMPREPLY[@]} == 1 && ${#words[@]} > 1)); then
        compopt -o nospace 2>/dev/null # a comma may follow
    fi
}

_overlap_offer_files() {
    compopt -o filenames 2>/dev/null
    mapfile -t COMPREPLY < <(compgen -f -- "$1")
}

# Another program's command line, which begins with word $1.
_overlap_foreign() {
    if declare -F _comp_command_offset >/dev/null; then
        _comp_command_offset "$1"
    elif declare -F _command_offset >/dev/null; then
        _command_offset "$1"
    elif ((COMP_CWORD == $1)) && [[ $current != */* ]]; then
        mapfile -t COMPREPLY < <(compgen -c -- "$current")
    else
        _overlap_offer_files "$current"
    fi
}

_overlap() {
    local current=${COMP_WORDS[COMP_CWORD]} command=${COMP_WORDS[1]}
    local kind='' foreign='' several='' word pending='' i
    local -i arguments=0
    local -a words=() more=() options=()
    COMPREPLY=()
    if ((COMP_CWORD == 1)); then
        _overlap_first
        return
    fi
    _overlap_command "$command"
    for ((i = 2; i < COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]}
        if [[ $pending ]]; then
            [[ $word == '=' ]] || pending='' # --width=100 comes as three words
        elif [[ $word == -- ]]; then
            [[ $foreign ]] && _overlap_foreign $((i + 1))
            return
        elif [[ $word == -* ]]; then
            _overlap_option "$command" "$word"
            [[ $kind == flag ]] || pending=$word
        else
            arguments+=1
        fi
    done
    if [[ $pending ]]; then
        [[ $current == '=' ]] && current=''
        _overlap_option "$command" "$pending"
    elif [[ $current == -* ]]; then
        kind=word words=("${options[@]}")
    else
        _overlap_command "$command"
        if [[ ! $kind ]]; then
            kind=word words=("${options[@]}")
            [[ $foreign ]] && words+=(--)
        elif ((arguments > 0 && ${#more[@]} > 0)); then
            kind=word words=("${more[@]}")
        elif ((arguments > 0)) && [[ ! $several ]]; then
            return
        elif ((arguments > 0)) && [[ $kind == word ]]; then
            kind=file
        fi
    fi
    case $kind in
        word) _overlap_offer "$current" '' ;;
        list) _overlap_offer_list "$current" ;;
        file) _overlap_offer_files "$current" ;;
    esac
}

complete -o nosort -F _overlap overlap
)";

}  // namespace

std::string bash_completion(const std::vector<CommandSpec>& commands,
                            const std::vector<OptionSpec>& general) {
    std::vector<std::string> names;
    std::vector<std::string> dashed;
    std::string in_commands;
    std::string in_options;
    for (const OptionSpec& option : general) dashed.push_back(option.name);
    for (const CommandSpec& command : commands) {
        names.push_back(command.name);
        in_commands += bash_command_entry(command);
        for (const OptionSpec& option : command.options) {
            if (!option.hidden) in_options += option_entry(command, option);
        }
    }
    return fmt::format(
        "# bash completion of overlap, made by 'overlap completion bash'.\n"
        "\n"
        "_overlap_first() {{\n"
        "    words=({})\n"
        "    [[ $current == -* ]] && words=({})\n"
        "    _overlap_offer \"$current\" ''\n"
        "}}\n"
        "\n"
        "# Of command $1: its options, what its argument is, and whether another program's command line may "
        "follow.\n"
        "_overlap_command() {{\n"
        "    kind='' foreign='' several='' words=() more=() options=()\n"
        "    case $1 in\n"
        "{}"
        "    esac\n"
        "}}\n"
        "\n"
        "# Of option $2 of command $1: what its value is.\n"
        "_overlap_option() {{\n"
        "    kind=flag words=()\n"
        "    case \"$1 $2\" in\n"
        "{}"
        "    esac\n"
        "}}\n"
        "{}",
        quoted_list(names), quoted_list(dashed), in_commands, in_options, driver);
}

}  // namespace overlap
