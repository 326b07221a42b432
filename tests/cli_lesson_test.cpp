// `overlap lesson`: listed, read straight through, read on a terminal.
#include <doctest/doctest.h>

#include <algorithm>
#include <cctype>
#include <csignal>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "support/cli.hpp"
#include "support/eventually.hpp"
#include "support/files.hpp"
#include "support/machine_use.hpp"
#include "support/process.hpp"
#include "support/screen.hpp"
#include "support/text.hpp"

namespace overlap::test {
namespace {

namespace fs = std::filesystem;

TEST_SUITE_BEGIN("cli_lesson");

// A learner with a place for what they have done.
struct Learner {
    TemporaryFolder state;

    [[nodiscard]] std::string file() const { return state.path() + "/overlap/lessons.json"; }
    [[nodiscard]] Launch launch(const Words& words, bool terminal = false) const {
        return {.arguments = Words{"lesson"} + words,
                .environment = {"XDG_STATE_HOME=" + state.path()},
                .terminal = terminal};
    }
    [[nodiscard]] Ended lesson(const Words& words = {}) const { return run(launch(words)); }
    [[nodiscard]] Json kept(const std::string& name) const {
        const std::string text = read_file(file());
        REQUIRE(Json::accept(text));
        return Json::parse(text).at("lessons").at(name);
    }
};

constexpr const char* name = "02-overlapping-waits";

// Enter is an answer to everything that is asked.
std::string enter(int times) { return std::string(static_cast<std::size_t>(times), '\r'); }

TEST_CASE("without a name the lessons are listed, and which comes next") {
    const Learner learner;
    const Ended ended = learner.lesson();
    check_done(ended);
    CHECK(contains(ended.out, " 2  Overlapping waits\n"));
    CHECK(contains(ended.out, "\nNext: overlap lesson 1\n"));
    CHECK_FALSE(fs::exists(learner.file()));
}

TEST_CASE("piped, a lesson is read straight through, runs its demo and answers its own questions") {
    const Learner learner;
    const Ended ended = learner.lesson({"2"});
    CHECK(ended.code == 0);
    CHECK(ended.err.empty());
    CHECK(contains(ended.out, "2. Overlapping waits\n===="));
    CHECK(contains(ended.out, "\n$ overlap api\n"));
    CHECK(contains(ended.out, "\nSequential: blocking calls on one thread\n"));
    CHECK(contains(ended.out, "  measured   ="));
    CHECK(contains(ended.out, "   The answer is "));
    CHECK(contains(ended.out, "\nNext: overlap lesson 3\n"));
    CHECK(ended.out.find("Next: ") == ended.out.rfind("Next: "));  // the lesson's own, not its runs'
    CHECK_FALSE(contains(ended.out, "```"));
    CHECK_FALSE(has_color(ended.out));
    CHECK(widest_line(ended.out) <= 80);
    CHECK_FALSE(fs::exists(learner.file()));  // into a pipe: nobody has read it yet
}

TEST_CASE("a lesson can be named in several ways, and a wrong name is refused") {
    const Learner learner;
    for (const char* word : {"2", "02", "overlapping-waits", "02-overlapping-waits"}) {
        Launch launch = learner.launch({word, "--no-input"});
        Process process(launch);
        CHECK(contains(process.read_until("===="), "2. Overlapping waits"));
    }
    check_refused(learner.lesson({"99"}), 2, {"there is no lesson 99", "expected 1 to"});
    check_refused(learner.lesson({"overlaping-waits"}), 2, {"did you mean 'overlapping-waits'"});
    check_refused(learner.lesson({"2", "3"}), 2, {"'3'"});
    check_refused(learner.lesson({"--restrat"}), 2, {"--restart"});
}

TEST_CASE("it fits a narrow page") {
    const Learner learner;
    for (const char* width : {"40", "50", "120"}) {
        const Ended ended = learner.lesson({"2", "--width", width});
        CHECK(ended.code == 0);
        CHECK(widest_line(ended.out) <= std::stoi(width));
    }
}

TEST_CASE("on a terminal everything can be answered with Enter, and the lesson is done then") {
    const Learner learner;
    Process process(learner.launch({"2"}, true));
    process.read_until("-- Enter: ");
    process.type(enter(100));
    const Ended ended = process.wait();
    CHECK(ended.code == 0);
    CHECK(contains(ended.out, "Next: overlap lesson 3"));
    const Json kept = learner.kept(name);
    CHECK(kept.at("read") == true);
    CHECK(kept.at("section") == 0);
    for (const Json& check : kept.at("checks")) CHECK(check.is_null());  // Enter is no answer
    CHECK(contains(learner.lesson().out, "read\n"));
}

// The pages as they were turned, without their prompts.
std::vector<std::string> pages_in(const std::string& out) {
    std::vector<std::string> pages;
    std::size_t begin = 0;
    for (std::size_t prompt = out.find("-- Enter: "); prompt != std::string::npos;
         prompt = out.find("-- Enter: ", begin)) {
        pages.push_back(out.substr(begin, prompt - begin));
        begin = std::min(out.find("; q: stop --", prompt) + 12, out.size());
    }
    return pages;
}

TEST_CASE("pages are turned where something ends: none is empty, none tears an axis from its panel") {
    const Learner learner;
    // Each runs its demos: under a sanitizer one will do.
    const Words lessons = sanitized ? Words{"2"} : Words{"2", "3"};
    const Words widths = sanitized ? Words{"50"} : Words{"50", "80"};
    for (const std::string& lesson : lessons) {
        for (const std::string& width : widths) {
            CAPTURE(lesson);
            CAPTURE(width);
            Process process(learner.launch({lesson, "--restart", "--width", width}, true));
            process.read_until("-- Enter: ");
            process.type(enter(100));
            const Ended ended = process.wait();
            CHECK(ended.code == 0);
            const std::vector<std::string> pages = pages_in(ended.out);
            CHECK(pages.size() > 10);
            for (const std::string& page : pages) {
                CAPTURE(page);
                CHECK(std::count_if(page.begin(), page.end(),
                                    [](unsigned char c) { return std::islower(c); }) > 3);
                CHECK_FALSE(page.ends_with("tell me) "));
                const std::size_t axis = page.rfind("Time:  ");
                CHECK((axis == std::string::npos || page.find("Total: ", axis) != std::string::npos));
            }
        }
    }
}

TEST_CASE("a guess is drawn beside what was measured, and what is none is asked again") {
    const Learner learner;
    Process process(learner.launch({"2"}, true));
    process.read_until("Your prediction; q");
    process.type("\r");
    process.read_until("Enter: no guess) ");
    process.type("soon\r");
    process.read_until("'soon' is none: expected a time like");
    process.read_until("Enter: no guess) ");
    process.type("99s\r" + enter(100));
    const Ended ended = process.wait();
    CHECK(ended.code == 0);
    CHECK(contains(ended.out, "  your guess "));
    CHECK(contains(ended.out, " times too long"));
}

TEST_CASE("q and Ctrl-C stop where one is, and the next time it goes on from there") {
    const Learner learner;
    {
        Process process(learner.launch({"2"}, true));
        process.read_until("Your prediction; q");
        process.type("\r");
        process.read_until("Enter: no guess) ");
        process.type("q\r");
        const Ended ended = process.wait();
        CHECK(ended.code == 0);
        CHECK(contains(ended.out, "To go on from here: overlap lesson 2"));
    }
    CHECK(learner.kept(name).at("section") == 2);
    CHECK(contains(learner.lesson().out, "at \"Your prediction\""));
    {
        Process process(learner.launch({"2"}, true));
        process.read_until("You stopped at \"Your prediction\"");
        process.read_until("Enter: no guess) ");
        process.type("\x03");
        CHECK(process.wait().code == 130);
    }
    CHECK(learner.kept(name).at("section") == 2);
    Process process(learner.launch({"2", "--restart"}, true));
    CHECK_FALSE(contains(process.read_until("-- Enter: "), "You stopped"));
    process.type("\x04");  // the end of input
    CHECK(process.wait().code == 0);
}

TEST_CASE("Ctrl-C during a run ends the run and the lesson") {
    const Learner learner;
    Process process(learner.launch({"2"}, true));
    process.read_until("Your prediction; q");
    process.type("\r");
    // The guesses, and the page behind them.
    for (int i = 0; i < 10; ++i) process.type("\r");
    process.read_until("$ overlap api");
    process.type("\x03");
    const Ended ended = process.wait();
    CHECK(ended.code == 130);
    CHECK_FALSE(contains(ended.out, "overlap.run/1"));
    CHECK(learner.kept(name).at("read") == false);
}

TEST_CASE("a damaged file of progress is kept aside, and a word said") {
    const Learner learner;
    fs::create_directories(learner.state.path() + "/overlap");
    const std::string junk = "{\"schema\": 1";
    {
        const TemporaryFile source(junk);
        fs::copy_file(source.path(), learner.file());
    }
    const Ended ended = learner.lesson();
    CHECK(ended.code == 0);
    CHECK(is_one_line(ended.err));
    CHECK(contains(ended.err, learner.file() + ".damaged"));
    CHECK(read_file(learner.file() + ".damaged") == junk);
}

TEST_CASE("where progress cannot be kept a lesson can still be read") {
    const TemporaryFile in_the_way("");
    const Ended ended = run(Launch{.arguments = {"lesson", "2", "--no-input"},
                                   .environment = {"XDG_STATE_HOME=" + in_the_way.path()},
                                   .terminal = true});
    CHECK(ended.code == 0);
    CHECK(contains(ended.out, "is not kept"));
    CHECK(contains(ended.out, "Next: overlap lesson 3"));
}

TEST_CASE("on a terminal a lesson that is read straight through counts as read") {
    const Learner learner;
    Process process(learner.launch({"2", "--no-input"}, true));
    CHECK(process.wait().code == 0);
    CHECK(learner.kept(name).at("read") == true);
    CHECK(contains(learner.lesson().out, "read\n"));
}

TEST_CASE("a line that is too long is no answer, and asked again") {
    const Learner learner;
    Process process(learner.launch({"2"}, true));
    process.read_until("Your prediction; q");
    process.type("\r");
    process.read_until("Enter: no guess) ");
    process.type(std::string(1'500, 'x') + "\r");
    process.read_until("is none: expected a time");
    process.type("Q\r");
    CHECK(process.wait().code == 0);
}

TEST_CASE("a lesson that is killed takes its run along") {
    const Learner learner;
    Process process(learner.launch({"2"}, true));
    process.read_until("Your prediction; q");
    for (int i = 0; i < 12; ++i) process.type("\r");
    process.read_until("$ overlap api");
    const bool started = eventually([&] { return !children_of(process.pid()).empty(); });
    REQUIRE(started);
    const std::vector<pid_t> children = children_of(process.pid());
    process.signal(SIGKILL);
    for (const pid_t child : children) CHECK(ends_soon(child));
    process.wait();
}

TEST_CASE("two terminals in one lesson lose nothing of each other") {
    const Learner learner;
    Process first(learner.launch({"2"}, true));
    first.read_until("Your prediction; q");
    {
        Process second(learner.launch({"2"}, true));
        second.read_until("Your prediction; q");
        second.type(enter(100));
        CHECK(second.wait().code == 0);
    }
    first.type("\r");
    first.read_until("Enter: no guess) ");
    first.type("q\r");
    first.wait();
    CHECK(learner.kept(name).at("read") == true);
    CHECK(learner.kept(name).at("section") == 2);
}

TEST_CASE("--restart without a lesson is refused") {
    check_refused(Learner().lesson({"--restart"}), 2, {"--restart is for a lesson"});
}

TEST_CASE("next is the first that was not read") {
    const Learner learner;
    Process process(learner.launch({"next", "--no-input"}));
    CHECK(contains(process.read_until("===="), "1. "));
}

}  // namespace
}  // namespace overlap::test
