// overlap completion, overlap man: what a shell and man(1) know of the commands.
#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "cli/commands.hpp"
#include "cli/completion.hpp"
#include "cli/manual.hpp"
#include "cli/suggest.hpp"
#include "cli/terminal.hpp"
#include "timeline/error.hpp"

namespace overlap {
namespace {

struct Shell {
    std::string_view name;
    std::string (*script)(const std::vector<CommandSpec>&, const std::vector<OptionSpec>&);
};

constexpr Shell shells[] = {{"bash", bash_completion}, {"zsh", zsh_completion}, {"fish", fish_completion}};

std::vector<std::string> shell_words() {
    std::vector<std::string> words;
    for (const Shell& shell : shells) words.emplace_back(shell.name);
    return words;
}

int run_completion(const Invocation& invocation) {
    const std::string& name = invocation.argument;
    if (name.empty()) throw UsageError("completion needs a SHELL: bash, zsh or fish");
    const auto* const shell = std::find_if(std::begin(shells), std::end(shells),
                                           [&](const Shell& candidate) { return candidate.name == name; });
    if (shell == std::end(shells)) {
        throw UsageError(fmt::format("there is no completion for '{}'{}: expected bash, zsh or fish", name,
                                     did_you_mean(name, shell_words())));
    }
    print(shell->script(all_commands(), general_options()));
    return exit_done;
}

int run_man(const Invocation&) {
    const auto& versions = describe_machine().versions;
    print(manual(all_commands(), versions.front().second));  // our own comes first
    return exit_done;
}

}  // namespace

CommandSpec completion_command() {
    CommandSpec command;
    command.name = "completion";
    command.summary = "print what makes Tab complete overlap's commands and options";
    command.argument = "SHELL";
    command.argument_words = shell_words();
    command.examples = {
        {"source <(overlap completion bash)", "for this shell; for all, in ~/.bashrc"},
        {"overlap completion bash > ~/.local/share/bash-completion/completions/overlap",
         "for every bash, where the package bash-completion is installed"},
        {"source <(overlap completion zsh)", "in ~/.zshrc, below compinit"},
        {"overlap completion fish > ~/.config/fish/completions/overlap.fish", "for every fish"},
    };
    command.notes =
        "SHELL is bash, zsh or fish. 'cmake --install' puts the three scripts where these shells look for "
        "them.";
    command.run = run_completion;
    return command;
}

CommandSpec man_command() {
    CommandSpec command;
    command.name = "man";
    command.summary = "print the man page, for 'cmake --install'";
    command.examples = {{"overlap man | man -l -", "read it before it is installed"}};
    command.run = run_man;
    return command;
}

}  // namespace overlap
