#include "support/shells.hpp"

#include <doctest/doctest.h>

#include "net/redis_process.hpp"
#include "support/cli.hpp"
#include "support/files.hpp"
#include "support/process.hpp"
#include "support/text.hpp"

namespace overlap::test {
namespace {

// Each prints, for each line of the file "lines" in the folder $ASKED, ">" and the line, and then the offers.
// The words are split at "=" as readline does.
constexpr const char* ask_bash = R"(
source "$ASKED/script"
compopt() { :; } # it works only while readline asks
while IFS= read -r line; do
    read -ra COMP_WORDS <<<"${line//=/ = }"
    [[ $line == *' ' ]] && COMP_WORDS+=('')
    COMP_CWORD=$((${#COMP_WORDS[@]} - 1)) COMP_LINE=$line COMP_POINT=${#line} COMPREPLY=()
    _overlap
    printf '>%s\n' "$line"
    ((${#COMPREPLY[@]})) && printf '%s\n' "${COMPREPLY[@]}"
done <"$ASKED/lines" >"$ASKED/offers"
complete -p overlap >/dev/null
)";

// An overlap that is installed on this machine must not answer.
constexpr const char* ask_fish = R"(
set -e fish_complete_path
source $ASKED/script
while read -l line
    echo ">$line"
    complete -C $line
end <$ASKED/lines >$ASKED/offers
)";

// Completion works in the line editor only: so the questions are asked when that is ready for its first line,
// and matches are taken down on their way into it.
constexpr const char* ask_zsh = R"(
PROMPT=
autoload -Uz compinit
compinit -u -D
source $ASKED/script
compadd() {
    if [[ ${@[1,(i)(-|--)]} == *-(O|A|D)\ * ]]; then
        builtin compadd "$@"
        return
    fi
    local -a found
    builtin compadd -A found "$@"
    hits+=("${found[@]}")
    (( $#found ))
}
zle -C only_look list-choices _main_complete
zle-line-init() {
    local line
    local -a hits
    while IFS= read -r line; do
        hits=() BUFFER=$line CURSOR=$#line
        zle only_look
        print -r -- ">$line"
        (( $#hits )) && print -rl -- $hits
    done <$ASKED/lines >$ASKED/offers
    BUFFER='exit 0'
    zle accept-line
}
zle -N zle-line-init
)";

}  // namespace

void require_program(const std::string& name, const std::string& package) {
    if (!net::find_program(name)) FAIL(name << " is not installed: apt-get install -y " << package);
}

Offers offers_of(const std::string& shell, const std::string& script, const std::vector<std::string>& lines) {
    require_program(shell, shell);
    const TemporaryFolder folder;
    std::string asked;
    for (const std::string& line : lines) asked += line + '\n';
    write_file(folder.path() + "/lines", asked);
    write_file(folder.path() + "/script", script);
    write_file(folder.path() + "/ask.bash", ask_bash);
    write_file(folder.path() + "/ask.fish", ask_fish);
    write_file(folder.path() + "/.zshrc", ask_zsh);

    Launch launch{.environment = {"ASKED=" + folder.path(), "HOME=" + folder.path(),
                                  "ZDOTDIR=" + folder.path(), "TERM=xterm"}};
    launch.terminal = shell == "zsh";
    // What stands behind the wrapper, the name of our binary, is not for the shell.
    launch.wrapper = {"sh", "-c",
                      shell == "bash"   ? R"(exec bash --norc --noprofile "$ASKED/ask.bash")"
                      : shell == "fish" ? R"(exec fish --no-config "$ASKED/ask.fish")"
                                        : "exec zsh -d -i"};
    const Ended ended = run(launch);
    CAPTURE(shell);
    CAPTURE(ended.err);
    CAPTURE(ended.out);
    REQUIRE(ended.code == 0);
    CHECK(ended.err.empty());

    Offers offers;
    std::string line;
    for (const std::string& text : lines_of(read_file(folder.path() + "/offers"))) {
        if (text.starts_with('>'))
            offers[line = text.substr(1)];
        else
            offers[line].insert(text);
    }
    REQUIRE(offers.size() == std::set<std::string>(lines.begin(), lines.end()).size());
    return offers;
}

}  // namespace overlap::test
