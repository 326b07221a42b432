// What the installed bash, zsh and fish complete, against the table of commands.
#include <doctest/doctest.h>

#include <algorithm>
#include <iterator>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "cli/completion.hpp"
#include "cli/options.hpp"
#include "support/cli.hpp"
#include "support/files.hpp"
#include "support/process.hpp"
#include "support/shells.hpp"
#include "support/text.hpp"

namespace overlap::test {
namespace {

TEST_SUITE_BEGIN("cli_completion");

using Set = std::set<std::string>;

const char* const shells[] = {"bash", "zsh", "fish"};

std::string script_for(const std::string& shell) {
    const Ended ended = run({"completion", shell}, {"COLUMNS=40"});
    check_done(ended);
    return ended.out;
}

Set set_of(const std::vector<std::string>& words) { return {words.begin(), words.end()}; }

// Without fish's descriptions, and without what is typed already: "--way=pool,sequential" -> "sequential".
Set words_in(const Set& offers) {
    Set words;
    for (const std::string& offer : offers) {
        const std::string word = offer.substr(0, offer.find('\t'));
        words.insert(word.substr(word.find_last_of(",=") + 1));
    }
    return words;
}

Set long_options_in(const Set& offers) {
    Set options = words_in(offers);
    std::erase_if(options, [](const std::string& word) { return !word.starts_with("--") || word == "--"; });
    return options;
}

Set names_of_commands() {
    Set names;
    for (const CommandSpec& command : all_commands()) names.insert(command.name);
    return names;
}

// Every question is asked at once: starting a shell takes longer than its answers.
struct Questions {
    std::vector<std::string> lines;
    std::string add(std::string line) {
        lines.push_back(line);
        return line;
    }
};

TEST_CASE("each shell offers every command, and none that is hidden") {
    for (const std::string shell : shells) {
        CAPTURE(shell);
        const Offers offers = offers_of(shell, script_for(shell), {"overlap ", "overlap --", "overlap comp"});
        CHECK(words_in(offers.at("overlap ")) == names_of_commands());
        CHECK(long_options_in(offers.at("overlap --")) == Set{"--help", "--version"});
        CHECK(words_in(offers.at("overlap comp")) == Set{"completion"});
    }
}

TEST_CASE("each shell offers every option of every command, and none that is hidden") {
    Questions questions;
    for (const CommandSpec& command : all_commands()) questions.add("overlap " + command.name + " --");
    for (const std::string shell : shells) {
        CAPTURE(shell);
        const Offers offers = offers_of(shell, script_for(shell), questions.lines);
        for (const CommandSpec& command : all_commands()) {
            CAPTURE(command.name);
            Set expected{"--help"};
            for (const OptionSpec& option : command.options) {
                if (!option.hidden) expected.insert(option.name);
            }
            CHECK(long_options_in(offers.at("overlap " + command.name + " --")) == expected);
        }
    }
}

TEST_CASE("each shell offers the words that a value can be, files where it is one, else nothing") {
    const TemporaryFolder folder;
    write_file(folder.path() + "/kept.json", "{}");
    const std::string file = folder.path() + "/ke";
    Questions questions;
    const auto each_value = [&](auto&& visit) {
        for (const CommandSpec& command : all_commands()) {
            for (const OptionSpec& option : command.options) {
                if (option.hidden || option.kind == OptionKind::flag) continue;
                visit(option, "overlap " + command.name + " " + option.name);
            }
        }
    };
    each_value([&](const OptionSpec& option, const std::string& line) {
        for (const std::string apart : {" ", "="}) {
            questions.add(line + apart);
            if (is_file(option.value)) questions.add(line + apart + file);
            if (option.several) questions.add(line + apart + option.words.front() + ",");
        }
    });
    for (const std::string shell : shells) {
        const Offers offers = offers_of(shell, script_for(shell), questions.lines);
        each_value([&](const OptionSpec& option, const std::string& line) {
            for (const std::string apart : {" ", "="}) {
                CAPTURE(shell);
                CAPTURE(line + apart);
                if (is_file(option.value)) {
                    const Set files = words_in(offers.at(line + apart + file));
                    REQUIRE(files.size() == 1);
                    CHECK(files.begin()->ends_with("kept.json"));
                    continue;
                }
                CHECK(words_in(offers.at(line + apart)) == set_of(option.words));
                if (!option.several) continue;
                Set others = set_of(option.words);
                others.erase(option.words.front());
                CHECK(words_in(offers.at(line + apart + option.words.front() + ",")) == others);
            }
        });
    }
}

TEST_CASE("each shell offers what the argument of a command can be, also behind options, but only once") {
    const TemporaryFolder folder;
    write_file(folder.path() + "/kept.json", "{}");
    const std::string file = folder.path() + "/ke";
    Questions questions;
    for (const CommandSpec& command : all_commands()) {
        const std::string line = "overlap " + command.name + " ";
        for (const char* more : {"", "--help ", "one "}) questions.add(line + more);
        questions.add(line + file);
        if (command.name == "classify") questions.add(line + "--width 80 --output=run.json ");
    }
    for (const std::string shell : shells) {
        const Offers offers = offers_of(shell, script_for(shell), questions.lines);
        for (const CommandSpec& command : all_commands()) {
            CAPTURE(shell);
            CAPTURE(command.name);
            const std::string line = "overlap " + command.name + " ";
            const Set files = words_in(offers.at(line + file));
            const bool takes_file = command.argument_words.empty() && is_file(command.argument);
            CHECK(files.size() == (takes_file ? 1 : 0));
            if (command.argument_words.empty()) continue;
            CHECK(words_in(offers.at(line)) == set_of(command.argument_words));
            for (const std::string& word : words_in(offers.at(line + "one ")))
                CHECK(std::find(command.argument_words.begin(), command.argument_words.end(), word) ==
                      command.argument_words.end());
        }
        CHECK(words_in(offers.at("overlap classify --width 80 --output=run.json ")).contains("api"));
    }
}

TEST_CASE("behind -- each shell completes another program's command line") {
    const TemporaryFolder folder;
    write_file(folder.path() + "/kept.json", "{}");
    Questions questions;
    for (const CommandSpec& command : all_commands()) {
        if (!command.takes_command) continue;
        questions.add("overlap " + command.name + " -- env");
        questions.add("overlap " + command.name + " --json -- cat " + folder.path() + "/ke");
    }
    CHECK(questions.lines.size() >= 4);
    for (const std::string shell : shells) {
        CAPTURE(shell);
        for (const auto& [line, offered] : offers_of(shell, script_for(shell), questions.lines)) {
            CAPTURE(line);
            const Set words = words_in(offered);
            const bool program = line.ends_with("env");
            CHECK(std::any_of(words.begin(), words.end(), [&](const std::string& word) {
                return program ? word == "env" : word.ends_with("kept.json");
            }));
        }
    }
}

TEST_CASE("the scripts have no syntax errors, and run without a word") {
    for (const std::string shell : shells) {
        CAPTURE(shell);
        require_program(shell, shell);
        const TemporaryFile script(script_for(shell));
        const Ended ended = run(Launch{.environment = {"SCRIPT=" + script.path()},
                                       .wrapper = {"sh", "-c", "exec " + shell + R"( -n "$SCRIPT")"}});
        check_done(ended);
        CHECK(ended.out.empty());
    }
}

TEST_CASE("whatever a command's texts hold, each shell takes them for text") {
    const std::string odd = R"odd(it's [odd]: "$(kill $$)" `kill $$` \ %s {x} *; 100% #)odd";
    const std::vector<CommandSpec> commands{
        {.name = "odd",
         .summary = odd,
         .argument = "[WHAT:EVER]",
         .argument_words = {"one", "two"},
         .takes_command = true,
         .options = {{"--flag", "", odd, OptionKind::flag},
                     {"--value", "A:B", odd},
                     {.name = "--word", .value = "[W]", .meaning = odd, .words = {"red", "green"}},
                     {"--secret", "", odd, OptionKind::flag, true}}},
        {.name = "odder", .summary = "-", .argument = "[FILE]"}};
    const std::vector<std::string> lines{"overlap o", "overlap odd --", "overlap odd --word ",
                                         "overlap odd "};
    for (const std::string shell : shells) {
        CAPTURE(shell);
        const auto script = shell == "bash"  ? bash_completion
                            : shell == "zsh" ? zsh_completion
                                             : fish_completion;
        const Offers offers = offers_of(shell, script(commands, general_options()), lines);
        CHECK(words_in(offers.at("overlap o")) == Set{"odd", "odder"});
        CHECK(long_options_in(offers.at("overlap odd --")) == Set{"--flag", "--value", "--word", "--help"});
        CHECK(words_in(offers.at("overlap odd --word ")) == Set{"red", "green"});
        CHECK(words_in(offers.at("overlap odd ")) == Set{"one", "two"});
        if (shell == "fish") CHECK(offers.at("overlap o").contains("odd\t" + odd));
    }
}

TEST_CASE("in a bash at a terminal, Tab completes a word and says when a comma may follow") {
    require_program("bash", "bash");
    Process bash(Launch{
        .environment = {"TERM=xterm", "PS1=ready$ ", "INPUTRC=/dev/null"},
        .terminal = true,
        .wrapper = {"sh", "-c", R"(stty echo; export OVERLAP="$0"; exec bash --norc --noprofile -i)"}});
    bash.read_until("ready$ ");
    bash.type("source <(\"$OVERLAP\" completion bash); echo sour''ced\n");
    bash.read_until("sourced");
    bash.type("overlap api --wor\t");
    bash.read_until("--workers ");
    bash.type("2 --color=al\t");
    bash.read_until("--color=always ");
    bash.type("--way co\t");
    bash.read_until("coroutines");
    bash.type(",po\t");
    bash.read_until("coroutines,pool");  // no blank came between
    bash.type(
        "\x15"
        "exit 0\n");  // Ctrl-U: the line is not to be run
    CHECK(bash.wait().code == 0);
}

TEST_CASE("zsh finds the script as a file of its fpath too") {
    require_program("zsh", "zsh");
    const TemporaryFolder folder;
    write_file(folder.path() + "/_overlap", script_for("zsh"));
    // compinit reads the first line; the file is then the function.
    const std::string as_file =
        "fpath=(" + folder.path() + " $fpath)\nautoload -Uz compinit\ncompinit -u -D\n";
    const Offers offers = offers_of("zsh", as_file, {"overlap code st", "overlap code star"});
    CHECK(words_in(offers.at("overlap code st")) == Set{"stream", "starve"});
    CHECK(words_in(offers.at("overlap code star")) == Set{"starve"});
}

TEST_CASE("the words of the table are what is understood, and no others") {
    for (const CommandSpec& command : all_commands()) {
        for (const OptionSpec& option : command.options) {
            if (option.words.empty()) continue;
            CAPTURE(command.name);
            CAPTURE(option.name);
            for (const std::string& word : option.words) {
                CAPTURE(word);
                const bool may_lack_here = command.demo != nullptr && command.demo->leaves_out != nullptr;
                if (option.name == "--variant" && may_lack_here) continue;
                CHECK_NOTHROW(parse_arguments(command, {option.name, word}));
            }
            CHECK_THROWS(parse_arguments(command, {option.name, "unheard-of"}));
            CHECK_THROWS(parse_arguments(command, {option.name, ""}));
            const bool list_understood = [&] {
                try {
                    parse_arguments(command,
                                    {option.name, option.words.front() + "," + option.words.front()});
                    return true;
                } catch (const std::exception&) {
                    return false;
                }
            }();
            CHECK(list_understood == option.several);
        }
    }
}

TEST_CASE("every argument is a file or has its words in the table") {
    for (const CommandSpec& command : all_commands()) {
        CAPTURE(command.name);
        const bool known = is_file(command.argument) || !command.argument_words.empty();
        CHECK(known == !command.argument.empty());
    }
}

TEST_CASE("a shell that has no script is refused") {
    check_refused(run({"completion"}), 2, {"SHELL", "bash, zsh or fish"});
    check_refused(run({"completion", "zssh"}), 2, {"'zssh'", "did you mean 'zsh'?", "bash, zsh or fish"});
}

}  // namespace
}  // namespace overlap::test
