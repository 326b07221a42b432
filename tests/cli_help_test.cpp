// What help, list, code and --version print; that all of it is true is checked against the parser.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <regex>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/options.hpp"
#include "support/cli.hpp"
#include "support/files.hpp"
#include "support/machine_use.hpp"
#include "support/process.hpp"
#include "support/screen.hpp"
#include "support/text.hpp"

namespace overlap::test {
namespace {

TEST_SUITE_BEGIN("cli_help");

// A value that each option takes, by what stands for it in help.
std::string good_value(const OptionSpec& option) {
    if (!option.words.empty()) return option.words.front();
    if (option.name == "--level") return "2";
    static const std::vector<std::pair<std::string, std::string>> values{
        {"N", "50"},
        {"N,N,...", "1,10"},
        {"TIME", "20ms"},
        {"MS", "0.5"},
        {"URL", "http://127.0.0.1:1/"},
        {"SHARE", "0.5"},
        {"ADDRESS", "127.0.0.1"},
        {"HOST:PORT", "127.0.0.1:1"},
        {"FILE", "run.json"},
        {"DIR", "."},
    };
    for (const auto& [stands_for, value] : values) {
        if (option.value == stands_for) return value;
    }
    FAIL("say here which value " << option.name << " takes");
    return "";
}

// The commands of a pipeline, in words, without the file that its output goes to.
std::vector<Words> commands_in(std::string_view line) {
    std::istringstream words{std::string(line)};
    std::vector<Words> commands(1);
    for (std::string word; words >> word && word != ">";) {
        if (word == "|")
            commands.emplace_back();
        else
            commands.back().push_back(word);
    }
    return commands;
}

TEST_CASE("overlap alone greets and says what to try first") {
    const Ended ended = run(Words{});
    check_done(ended);
    CHECK(contains(ended.out, "overlap api"));
    CHECK(contains(ended.out, "overlap --help"));
}

TEST_CASE("help shows examples before options, within the width") {
    const std::vector<int> widths = sanitized ? std::vector{40} : std::vector{40, 80, 120};
    std::vector<Words> ways_to_ask{{"--help"},        {"-h"},       {"help"}, {"help", "api"},
                                   {"api", "--help"}, {"api", "-h"}};
    for (const CommandSpec& command : all_commands()) ways_to_ask.push_back({command.name, "--help"});
    for (const Words& arguments : ways_to_ask) {
        for (const int width : widths) {
            CAPTURE(joined(arguments));
            CAPTURE(width);
            const Ended ended = run(arguments, {"COLUMNS=" + std::to_string(width)});
            check_done(ended);
            CHECK(widest_line(ended.out) <= width);
            const std::size_t examples = ended.out.find("Examples:");
            const std::size_t options = ended.out.find("Options:");
            CHECK(examples != std::string::npos);
            CHECK(options != std::string::npos);
            CHECK(examples < options);
        }
    }
}

TEST_CASE("the ways to ask for a command's help give the same text") {
    const std::string text = run({"help", "api"}).out;
    CHECK(run({"api", "--help"}).out == text);
    CHECK(run({"api", "-h"}).out == text);
    CHECK(run({"api", "--tasks", "3", "--help"}).out == text);
}

TEST_CASE("help names every command and every option there is, and no other") {
    const std::string overview = run({"--help"}).out;
    for (const CommandSpec& command : all_commands()) {
        CAPTURE(command.name);
        CHECK(contains(overview, "\n  " + command.name));
        Words known{"--help"};
        for (const OptionSpec& option : command.options) {
            if (!option.hidden) known.push_back(option.name);
        }
        const std::string help = run({command.name, "--help"}, {"COLUMNS=120"}).out;
        const std::string options = help.substr(std::min(help.size(), help.find("Options:")));
        for (const std::string& name : known) {
            CAPTURE(name);
            CHECK(contains(options, name));
        }
        static const std::regex entry(R"(\n  (?:-\w, )?(--[a-z-]+))");
        for (std::sregex_iterator i(options.begin(), options.end(), entry), end; i != end; ++i) {
            const std::string name = (*i)[1];
            CAPTURE(name);
            CHECK(std::find(known.begin(), known.end(), name) != known.end());
        }
    }
}

TEST_CASE("every option of the table is understood, with its value apart or after an equals sign") {
    for (const CommandSpec& command : all_commands()) {
        for (const OptionSpec& option : command.options) {
            if (option.hidden) continue;
            CAPTURE(command.name);
            CAPTURE(option.name);
            if (option.kind == OptionKind::flag) {
                CHECK_NOTHROW(parse_arguments(command, {option.name}));
                continue;
            }
            CHECK_NOTHROW(parse_arguments(command, {option.name, good_value(option)}));
            CHECK_NOTHROW(parse_arguments(command, {option.name + "=" + good_value(option)}));
        }
    }
}

TEST_CASE("every example in help is understood") {
    for (const CommandSpec& command : all_commands()) {
        for (const Example& example : command.examples) {
            for (const Words& words : commands_in(example.command)) {
                if (words.front() != "overlap") continue;  // curl
                CAPTURE(joined(words));
                REQUIRE(words.size() >= 2);
                const CommandSpec* named = find_command(words[1]);
                REQUIRE(named != nullptr);
                CHECK_NOTHROW(parse_arguments(*named, {words.begin() + 2, words.end()}));
            }
        }
    }
}

TEST_CASE("--version names the libraries") {
    const Ended ended = run({"--version"});
    check_done(ended);
    CHECK(ended.out.starts_with("overlap "));
    CHECK(contains(ended.out, "\nasio "));
    CHECK(contains(ended.out, "\nfmt "));
}

TEST_CASE("list names every demo") {
    const Ended ended = run({"list"});
    check_done(ended);
    CHECK(ended.out.starts_with("api "));
}

TEST_CASE("code prints a demo's own file") {
    const Ended ended = run({"code", "api"});
    check_done(ended);
    CHECK_FALSE(ended.out.empty());
    CHECK(ended.out == read_file(OVERLAP_SOURCE_DIR "/demos/api.cpp"));
}

}  // namespace
}  // namespace overlap::test
