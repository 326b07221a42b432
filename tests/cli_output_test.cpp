// How the output suits its place: colour, width and progress on a terminal or not, and places that take none.
#include <doctest/doctest.h>

#include <algorithm>
#include <csignal>
#include <string>
#include <vector>

#include "support/cli.hpp"
#include "support/kept_run.hpp"
#include "support/process.hpp"
#include "support/screen.hpp"
#include "support/text.hpp"

namespace overlap::test {
namespace {

TEST_SUITE_BEGIN("cli_output");

TEST_CASE("colour is for terminals, unless somebody says otherwise") {
    struct Case {
        Words environment;
        Words options;
        bool terminal;
        bool colored;
    };
    const std::vector<Case> cases{
        {{}, {}, false, false},
        {{}, {}, true, true},
        {{}, {"--color", "always"}, false, true},
        {{}, {"--color", "never"}, true, false},
        {{}, {"--color", "auto"}, true, true},
        {{"NO_COLOR=1"}, {}, true, false},
        {{"NO_COLOR=1"}, {"--color", "always"}, true, true},
        {{"NO_COLOR="}, {}, true, true},
        {{"NO_COLOR=1", "CLICOLOR_FORCE=1"}, {}, true, false},
        {{"NO_COLOR=1", "CLICOLOR_FORCE=1"}, {}, false, false},
        {{"CLICOLOR_FORCE=1"}, {}, false, true},
        {{"CLICOLOR_FORCE=0"}, {}, false, false},
        {{"CLICOLOR_FORCE="}, {}, false, false},
        {{"CLICOLOR_FORCE=1"}, {"--color", "never"}, false, false},
        {{"TERM=dumb"}, {}, true, false},
        {{"TERM=dumb"}, {"--color", "always"}, true, true},
    };
    for (const Case& entry : cases) {
        CAPTURE(joined(entry.environment + entry.options));
        CAPTURE(entry.terminal);
        const Ended ended = run(Launch{.arguments = Words{"render", kept_file()} + entry.options,
                                       .environment = entry.environment,
                                       .terminal = entry.terminal});
        check_done(ended);
        CHECK(has_color(ended.out) == entry.colored);
        CHECK(contains(ended.out, "\x1b") == entry.colored);
        CHECK(ended.out == picture_of(kept_run(), 80, false, entry.colored));
    }
}

TEST_CASE("the width is --width, else COLUMNS, else the terminal's, else 80") {
    struct Case {
        Words environment;
        Words options;
        int terminal;  // columns; 0 for none
        int width;
    };
    const std::vector<Case> cases{
        {{}, {}, 0, 80},
        {{"COLUMNS="}, {}, 0, 80},
        {{"COLUMNS=57"}, {}, 0, 57},
        {{"COLUMNS=20"}, {}, 0, 40},
        {{"COLUMNS=200"}, {}, 0, 120},
        {{"COLUMNS=57"}, {"--width", "100"}, 0, 100},
        {{"COLUMNS=abc"}, {"--width", "100"}, 0, 100},
        {{}, {}, 100, 100},
        {{}, {}, 30, 40},
        {{}, {}, 200, 120},
        {{"COLUMNS=57"}, {}, 100, 57},
        {{"COLUMNS=57"}, {"--width", "90"}, 100, 90},
    };
    for (const Case& entry : cases) {
        CAPTURE(joined(entry.environment + entry.options));
        CAPTURE(entry.terminal);
        const Ended ended = run(Launch{.arguments = Words{"render", kept_file()} + entry.options,
                                       .environment = entry.environment + Words{"NO_COLOR=1"},
                                       .terminal = entry.terminal > 0,
                                       .columns = entry.terminal});
        check_done(ended);
        CHECK(ended.out == picture_of(kept_run(), entry.width));
    }
    const Ended no_size =
        run(Launch{.arguments = {"render", kept_file(), "--color=never"}, .terminal = true, .columns = 0});
    CHECK(no_size.out == picture_of(kept_run(), 80));
}

TEST_CASE("COLUMNS that is no width is an error, never ignored") {
    const std::vector<Words> command_lines{{"api"}, {"render", kept_file()}, {"--help"}, {"help", "api"}};
    for (const Words& arguments : command_lines) {
        for (const std::string& value :
             Words{"abc", "0", "-80", "80.5", "80x", " 80", "99999999999999999999"}) {
            CAPTURE(joined(arguments));
            check_refused(run(arguments, {"COLUMNS=" + value}), 2, {"COLUMNS", "'" + value + "'"});
        }
    }
}

TEST_CASE("no line of a live picture is wider than the width") {
    for (const int width : {40, 57, 80, 120, 200}) {
        CAPTURE(width);
        const Ended piped = run({"api", "--latency", "5ms"}, {"COLUMNS=" + std::to_string(width)});
        check_done(piped);
        CHECK(widest_line(piped.out) <= std::min(width, 120));
        const Ended on_terminal = run(Launch{
            .arguments = {"api", "--latency", "5ms", "--unicode"}, .terminal = true, .columns = width});
        CHECK(on_terminal.code == 0);
        CHECK(has_color(on_terminal.out));
        CHECK(widest_line(screen_after(on_terminal.out)) <= std::min(width, 120));
    }
}

TEST_CASE("a terminal has a progress line while it runs, erased at the end") {
    const Words arguments{"api", "--latency", "400ms", "--tasks", "2", "--way", "sequential"};
    const Ended ended = run(Launch{.arguments = arguments, .terminal = true});
    CHECK(ended.code == 0);
    const std::string screen = screen_after(ended.out);
    CAPTURE(ended.out);
    CHECK(contains(ended.out, "\r"));
    CHECK(contains(ended.out, "sequential: task 1 of 2"));
    CHECK_FALSE(contains(screen, "task 1 of 2"));
    CHECK(screen.starts_with("2 calls"));
}

TEST_CASE("a dumb terminal has no progress line, and what is piped has nothing decorative") {
    const Words arguments{"api", "--latency", "400ms", "--tasks", "1", "--way", "sequential"};
    const Ended dumb = run(Launch{.arguments = arguments, .environment = {"TERM=dumb"}, .terminal = true});
    CHECK(dumb.code == 0);
    CHECK_FALSE(contains(dumb.out, "\r"));
    CHECK_FALSE(contains(dumb.out, "\x1b"));
    const Ended piped = run(arguments);
    check_done(piped);
    CHECK_FALSE(contains(piped.out, "\r"));
    CHECK_FALSE(contains(piped.out, "\x1b"));
}

// Starts only once it is waited for, so that what we do to its output comes first.
const Words once_awaited{"sh", "-c", R"(read go; exec "$0" "$@")"};

// Every way to come to print something.
std::vector<Words> ways_to_print() {
    return {{},
            {"--version"},
            {"list"},
            {"--help"},
            {"help", "api"},
            {"code", "api"},
            {"render", kept_file()},
            {"api", "--latency", "5ms"},
            {"api", "--latency", "5ms", "--json"},
            {"serve"}};
}

TEST_CASE("a closed pipe ends it quietly") {
    for (const Words& arguments : ways_to_print()) {
        CAPTURE(joined(arguments));
        Process process(Launch{.arguments = arguments, .input = "go\n", .wrapper = once_awaited});
        process.close_output();
        const Ended ended = process.wait();
        CHECK(ended.signal == SIGPIPE);
        CHECK(ended.err == "");
    }
}

TEST_CASE("a closed pipe ends it quietly also where SIGPIPE was ignored before") {
    const Words ignoring{"sh", "-c", R"(trap '' PIPE; read go; exec "$0" "$@")"};
    Process process(Launch{.arguments = {"list"}, .input = "go\n", .wrapper = ignoring});
    process.close_output();
    const Ended ended = process.wait();
    CHECK(ended.signal == SIGPIPE);
    CHECK(ended.err == "");
}

TEST_CASE("output onto a full disk is an error in one line") {
    for (const Words& arguments : ways_to_print()) {
        CAPTURE(joined(arguments));
        check_refused(run(Launch{.arguments = arguments, .wrapper = onto_full_disk}), 1, {"standard output"});
    }
}

}  // namespace
}  // namespace overlap::test
