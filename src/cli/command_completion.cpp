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

}  // namespace

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

}  // namespace overlap
