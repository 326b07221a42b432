// Command lines that cannot be meant: each is refused in one line that says why.
#include <doctest/doctest.h>

#include <set>
#include <string>
#include <vector>

#include "cli/options.hpp"
#include "support/cli.hpp"
#include "support/kept_run.hpp"
#include "support/machine_use.hpp"
#include "support/process.hpp"
#include "support/text.hpp"
#include "timeline/error.hpp"

namespace overlap::test {
namespace {

TEST_SUITE_BEGIN("cli_usage");

// Values that an option must not take, by what stands for it in help.
Words bad_values(const OptionSpec& option) {
    Words values{"", "abc", "-1", "--", "{}", "[]", "[3]", "%%", "99999999999999999999"};
    if (option.value == "N") return values + Words{"1.5", "3 ", " 3", "0x10", "1e2", "3,4"};
    if (option.value == "MS") return values + Words{"nan", "inf", "-0", "1e10", "1e999", "5ms", "1,5", " 5"};
    if (option.value == "TIME")
        return values + Words{"1.5", "5", "ms", "-5ms", "5 ms", "1e3ms", "1h", "nans", "infs"};
    if (option.value == "SHARE") return values + Words{"1.5", "-0.1", "nan", "inf", "1e999", "50%"};
    if (option.value == "WAY")
        return values + Words{",", "pool,", ",pool", "pool,,pool", "Pool", "pool sequential"};
    if (option.value == "URL") {
        return values + Words{"https://127.0.0.1/",  "ftp://127.0.0.1/",      "http://",
                              "http://:80/",         "http://127.0.0.1:0/",   "http://127.0.0.1:65536/",
                              "http://127.0.0.1:x/", "http://me:it@[::1]:1/", "http://127.0.0.1:1/a b"};
    }
    if (option.value == "HOST:PORT")
        return values + Words{"localhost",       ":80",    "localhost:",          "localhost:0",
                              "localhost:65536", "::1:80", "http://localhost:80", "localhost:80/",
                              "a b:80"};
    if (option.value == "FILE") return {};  // any name will do
    if (option.value == "ADDRESS") return values + Words{"localhost:80", "999.1.1.1", "127.0.0.1:80"};
    return values;
}

// The words that must come before the options.
Words command_line_of(const CommandSpec& command) {
    Words words{command.name};
    if (command.name == "proxy") words = {"proxy", "--to", "127.0.0.1:1"};
    if (command.argument == "FILE") words.push_back(kept_file());
    if (command.argument == "DEMO" || command.argument == "COMMAND") words.emplace_back("api");
    return words;
}

// Calls it with every command and each of its options that takes a value.
template <class Each>
void for_each_value_option(Each each) {
    for (const CommandSpec& command : all_commands()) {
        for (const OptionSpec& option : command.options) {
            if (!option.hidden && option.kind != OptionKind::flag) each(command, option);
        }
    }
}

// The command line is refused, with `said`. Asked of the parser itself, as a process for each of thousands of
// values takes minutes under a sanitizer; of the program only what is told when it is used: an address, a
// folder.
void check_not_understood(const CommandSpec& command, const Words& command_line, const std::string& said) {
    CAPTURE(joined(command_line));
    try {
        parse_arguments(command, {command_line.begin() + 1, command_line.end()});
    } catch (const UsageError& error) {
        CHECK(contains(error.what(), said));
        return;
    }
    // A server that started after all could run on: so it gets no place to print its url.
    const bool serves = command.name == "serve" || command.name == "proxy";
    check_refused(run(Launch{.arguments = command_line, .wrapper = serves ? onto_full_disk : Words{}}), 2,
                  {said});
}

TEST_CASE("a mistyped word is answered with the nearest one") {
    check_refused(run({"apj"}), 2, {"apj", "did you mean 'api'"});
    check_refused(run({"lsit"}), 2, {"lsit", "did you mean 'list'"});
    check_refused(run({"api", "--taks", "3"}), 2, {"--taks", "did you mean '--tasks'"});
    check_refused(run({"api", "--latnecy=3ms"}), 2, {"--latnecy", "did you mean '--latency'"});
    check_refused(run({"serve", "--prot", "3"}), 2, {"--prot", "did you mean '--port'"});
    check_refused(run({"code", "apo"}), 2, {"apo", "did you mean 'api'"});
    check_refused(run({"help", "apo"}), 2, {"apo", "did you mean 'api'"});
}

TEST_CASE("a word that is near to none is answered without a guess") {
    for (const Words& arguments :
         std::vector<Words>{{"q"}, {"xyzzy"}, {""}, {"api", "--xyzzy"}, {"code", "xyzzy"}}) {
        const Ended ended = run(arguments);
        CAPTURE(joined(arguments));
        check_refused(ended, 2, {"'" + arguments.back() + "'"});
        CHECK_FALSE(contains(ended.err, "did you mean"));
    }
}

TEST_CASE("an option is never suggested that help does not show") {
    CHECK_FALSE(contains(run({"serve", "--contrl", "3"}).err, "--control'"));
}

TEST_CASE("an argument too many is named") {
    for (const CommandSpec& command : all_commands()) {
        const Words arguments = command_line_of(command) + Words{"one-too-many"};
        CAPTURE(joined(arguments));
        check_refused(run(arguments), 2, {"one-too-many"});
    }
    check_refused(run({"api", "--unicode", "yes"}), 2, {"yes"});
    check_refused(run({"--version", "one-too-many"}), 2, {"one-too-many"});
    check_refused(run({"--help", "one-too-many"}), 2, {"one-too-many"});
}

TEST_CASE("an argument that is missing is asked for") {
    check_refused(run({"render"}), 2, {"FILE"});
    check_refused(run({"code"}), 2, {"DEMO"});
    check_refused(run({"proxy"}), 2, {"--to", "HOST:PORT"});
}

TEST_CASE("an option before the command, a lone dash and the like are refused") {
    for (const Words& arguments :
         std::vector<Words>{{"--json", "api"}, {"-"}, {"--"}, {"-x"}, {"api", "-x"}, {"api", "-"}}) {
        CAPTURE(joined(arguments));
        check_refused(run(arguments), 2);
    }
}

TEST_CASE("a missing value is told with the option that lacks it") {
    for_each_value_option([](const CommandSpec& command, const OptionSpec& option) {
        const Words start = command_line_of(command);
        check_not_understood(command, start + Words{option.name}, option.name);
        check_not_understood(command, start + Words{option.name + "="}, option.name);
        check_not_understood(command, start + Words{option.name, "--unicode"}, "--unicode");
    });
}

TEST_CASE("a value that makes no sense is told, with its option and itself") {
    std::set<Words> asked;
    std::size_t count = 0;
    for_each_value_option([&](const CommandSpec& command, const OptionSpec& option) {
        // Demos share most of their options: what is read in one place is asked about once.
        if (command.demo != nullptr && !asked.insert({option.name, option.value}).second) return;
        for (const std::string& value : bad_values(option)) {
            if (command.takes_command && value == "--") continue;  // there its command begins
            if (sanitized && ++count % 5 != 0) continue;           // of thousands
            check_not_understood(command, command_line_of(command) + Words{option.name, value},
                                 "'" + value + "'");
        }
    });
}

TEST_CASE("what is not understood ends the program with one line, whatever the command") {
    std::set<std::string> asked;
    for_each_value_option([&](const CommandSpec& command, const OptionSpec& option) {
        if (!asked.insert(command.name).second) return;
        const Words arguments = command_line_of(command) + Words{option.name};
        CAPTURE(joined(arguments));
        check_refused(run(arguments), 2, {option.name});
    });
}

TEST_CASE("a value out of its range is told with the range") {
    check_refused(run({"api", "--tasks", "0"}), 2, {"--tasks", "'0'", "1"});
    check_refused(run({"api", "--workers", "0"}), 2, {"--workers", "'0'", "1"});
    check_refused(run({"api", "--repeat", "0"}), 2, {"--repeat", "'0'", "1"});
    check_refused(run({"api", "--width", "39"}), 2, {"--width", "'39'", "40"});
    check_refused(run({"api", "--timeout", "0ms"}), 2, {"--timeout"});
    check_refused(run({"api", "--latency", "61s"}), 2, {"--latency"});
    check_refused(run({"serve", "--port", "65536"}), 2, {"--port", "'65536'", "65535"});
    check_refused(run({"serve", "--max-in-flight", "0"}), 2, {"--max-in-flight", "'0'", "1"});
}

TEST_CASE("options that exclude each other are refused") {
    check_refused(run({"api", "--plain", "--json"}), 2, {"--plain", "--json"});
}

TEST_CASE("an option that the action of 'exercise' has no use for is refused") {
    check_refused(run({"exercise", "list", "--runs", "3"}), 2,
                  {"--runs", "'overlap exercise verify'", "'list'"});
    check_refused(run({"exercise", "--json"}), 2, {"--json", "'overlap exercise check'", "'list'"});
    check_refused(run({"exercise", "watch", "1", "--json"}), 2, {"--json", "'watch'"});
    check_refused(run({"exercise", "check", "1", "--give-up"}), 2,
                  {"--give-up", "'overlap exercise solution'"});
    check_refused(run({"exercise", "reset", "1", "--level", "2"}), 2, {"--level", "'overlap exercise hint'"});
    check_refused(run({"exercise", "chek", "--json"}), 2, {"'chek'", "did you mean 'check'"});
}

TEST_CASE("a value with line breaks or escape codes in it is still answered in one clean line") {
    const std::vector<Words> command_lines{
        {"ap\nj"},
        {"\x1b[2J"},
        {"api", "--ta\nsks"},
        {"api", "ex\ntra"},
        {"api", "--tasks", "1\n2"},
        {"api", "--latency", "\x1b[31m5ms"},
        {"api", "--way", "po\nol"},
        {"api", "--url", "http://a\nb/"},
        {"api", "--json=a\nb"},
        {"api", "--color", "\r"},
        {"code", "a\tpi\n"},
        {"help", "a\npi\n"},
        {"serve", "--host", "127.0.0.1\n"},
        {"serve", "--when-full", "que\nue"},
    };
    for (const Words& arguments : command_lines) {
        CAPTURE(joined(arguments));
        check_refused(run(arguments), 2);
    }
    check_refused(run({"render", "/no\nsuch \x1b[31mfile"}), 1);
    check_refused(run({"--help"}, {"COLUMNS=8\n0"}), 2, {"COLUMNS"});
}

TEST_CASE("https is refused before anything runs") {
    check_refused(run({"api", "--url", "https://127.0.0.1/"}), 2, {"https", "not supported"});
}

}  // namespace
}  // namespace overlap::test
