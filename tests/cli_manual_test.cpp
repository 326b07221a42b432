// The man page, as mandoc reads it, against the table of commands.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "cli/manual.hpp"
#include "cli/options.hpp"
#include "support/cli.hpp"
#include "support/files.hpp"
#include "support/process.hpp"
#include "support/screen.hpp"
#include "support/shells.hpp"
#include "support/text.hpp"

namespace overlap::test {
namespace {

namespace fs = std::filesystem;

TEST_SUITE_BEGIN("cli_manual");

Ended mandoc(const std::string& options, const std::string& page) {
    require_program("mandoc", "mandoc");
    const TemporaryFile file(page);
    return run(Launch{.environment = {"PAGE=" + file.path()},
                      .wrapper = {"sh", "-c", "exec mandoc " + options + R"( "$PAGE")"}});
}

// Bold and underlined letters are printed twice, with a backspace between.
std::string without_overstrikes(const std::string& text) {
    std::string plain;
    for (const char c : text) {
        if (c == '\b')
            plain.pop_back();
        else
            plain += c;
    }
    return plain;
}

std::string shown(const std::string& page, int columns = 80) {
    const Ended ended = mandoc("-T ascii -O width=" + std::to_string(columns), page);
    check_done(ended);
    return without_overstrikes(ended.out);
}

// Every word apart from the next by one blank, so that a line's end between them does not matter.
std::string in_one_line(const std::string& text) { return std::regex_replace(text, std::regex("\\s+"), " "); }

// What stands below the heading, up to the next one that is as far to the left.
std::string section(const std::string& text, const std::string& heading) {
    const std::size_t begin = text.find("\n" + heading + "\n");
    REQUIRE_MESSAGE(begin != std::string::npos, heading);
    const std::size_t indent = heading.find_first_not_of(' ');
    static const std::regex any_heading("\n {0,3}[^ \n]");
    const std::size_t from = begin + heading.size() + 1;
    for (std::sregex_iterator i(text.begin() + static_cast<std::ptrdiff_t>(from), text.end(), any_heading),
         end;
         i != end; ++i) {
        const std::string found = i->str();
        if (found.size() - 2 > indent) continue;
        return text.substr(from, static_cast<std::size_t>(i->position()));
    }
    return text.substr(from);
}

std::string page() {
    const Ended ended = run({"man"});
    check_done(ended);
    return ended.out;
}

TEST_CASE("mandoc has nothing to warn of") {
    const Ended ended = mandoc("-T lint -W warning", page());
    CHECK(ended.out == "");
    CHECK(ended.err == "");
    CHECK(ended.code == 0);
}

TEST_CASE("the man page has the sections that people look for, within 80 columns") {
    const std::string text = shown(page());
    CHECK(widest_line(text) <= 80);
    for (const char* heading : {"NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "COMMANDS", "COMMON OPTIONS",
                                "ENVIRONMENT", "EXIT STATUS", "EXAMPLES", "SEE ALSO"}) {
        CAPTURE(heading);
        CHECK_FALSE(section(text, heading).empty());
    }
    for (const OptionSpec& option : general_options()) CHECK(contains(section(text, "OPTIONS"), option.name));
    for (const char* code : {"0 ", "1 ", "2 ", "130 "})
        CHECK(contains(section(text, "EXIT STATUS"), "\n       " + std::string(code)));
}

TEST_CASE("each command's section has its summary, usage, options, examples and notes; nothing hidden") {
    const std::string source = page();
    const std::string text = shown(source, 200);  // so that few lines are broken
    const std::string common = in_one_line(section(text, "COMMON OPTIONS"));
    std::set<std::string> named;
    for (const CommandSpec& command : all_commands()) {
        CAPTURE(command.name);
        const std::string part = in_one_line(section(text, "   overlap " + command.name));
        CHECK(contains(part, in_one_line(command.summary)));
        CHECK(contains(part, " overlap " + command.name + " "));
        CHECK(contains(part, in_one_line(command.notes)));
        for (const Example& example : command.examples) {
            CHECK(contains(part, in_one_line(std::string(example.command))));
            CHECK(contains(part, in_one_line(std::string(example.meaning))));
        }
        for (const OptionSpec& option : command.options) {
            CAPTURE(option.name);
            named.insert(option.name);
            if (option.hidden) continue;
            CHECK(std::regex_search(part, std::regex(option.name + "[ ,.]")));
            const std::string described = " " + option.name +
                                          (option.value.empty() ? "" : " " + option.value) + " " +
                                          in_one_line(option.meaning);
            CHECK((contains(part, described) || contains(common, described)));
        }
    }
    for (const char* hidden : {"worker", "man"})
        CHECK_FALSE(contains(text, "   overlap " + std::string(hidden) + "\n"));
    CHECK(named.contains("--part"));  // an option that is hidden wherever it is
    CHECK_FALSE(contains(text, "--part "));
    CHECK_FALSE(contains(text, "--control "));
}

TEST_CASE("whatever a command's texts hold, it is printed, not obeyed") {
    const std::string odd = R"(.SH "it's" \fBnot\fR a ~request~ `or` ^an^ escape\n \(bu --dashes)";
    const std::vector<CommandSpec> commands{
        {.name = "odd",
         .summary = odd,
         .notes = "'tis " + odd,
         .examples = {{odd, "'"}},
         .options = {{"--odd", "O'DD", odd}, {"--secret", "", odd, OptionKind::flag, true}}}};
    const std::string source = manual(commands, "1.2.3");
    CHECK(mandoc("-T lint -W warning", source).out == "");
    const std::string text = in_one_line(shown(source, 200));
    CHECK(count_of(text, odd) == 4);
    CHECK(contains(text, "'tis"));
    CHECK(contains(text, "--odd O'DD"));
    CHECK(contains(text, "overlap 1.2.3"));
    CHECK_FALSE(contains(text, "--secret"));
}

TEST_CASE("every variable of the environment that the sources read is in the man page, and no other") {
    static const std::regex read(R"re((?:getenv|variable)\("(\w+)"\))re");
    std::set<std::string> variables;
    for (const char* folder : {"/src", "/demos"}) {
        for (const fs::directory_entry& entry :
             fs::recursive_directory_iterator(std::string(OVERLAP_SOURCE_DIR) + folder)) {
            if (entry.path().extension() != ".cpp") continue;
            const std::string source = read_file(entry.path());
            for (std::sregex_iterator i(source.begin(), source.end(), read), end; i != end; ++i)
                variables.insert((*i)[1]);
        }
    }
    variables.insert("OVERLAP_URL");  // is not read but set
    std::set<std::string> described;
    const std::string part = section(shown(page()), "ENVIRONMENT");
    for (const VariableSpec& variable : environment_variables()) {
        described.insert(variable.name);
        CHECK(contains(part, "\n       " + variable.name));
    }
    CHECK(described == variables);
}

}  // namespace
}  // namespace overlap::test
