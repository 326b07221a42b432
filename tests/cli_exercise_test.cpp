// `overlap workshop` and `overlap exercise`, as a learner meets them.
#include <doctest/doctest.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "support/cli.hpp"
#include "support/eventually.hpp"
#include "support/files.hpp"
#include "support/process.hpp"
#include "support/screen.hpp"
#include "support/text.hpp"
#include "support/workshop.hpp"

namespace overlap::test {
namespace {

namespace fs = std::filesystem;

TEST_SUITE_BEGIN("cli_exercise");

// A program that does nothing, and comes to no end for half a minute: it is neither asleep nor computing.
constexpr const char* endless =
    "#include <chrono>\n#include <thread>\n"
    "int main() {\n    for (;;) std::this_thread::sleep_for(std::chrono::milliseconds(1));\n}\n";

void check_failed(const Ended& ended, const Words& said) {
    CAPTURE(ended.out);
    CHECK(ended.code == 1);
    CHECK(ended.err.empty());
    for (const std::string& word : said) {
        CAPTURE(word);
        CHECK(contains(ended.out, word));
    }
}

// ---- Without compiling ----------------------------------------------------------------------------------

TEST_CASE("a workshop is made, and what was changed is named when it is made again") {
    const TemporaryFolder folder;
    if (!can_compile({.arguments = {"workshop", "init", folder.path() + "/new"}})) return;
    const std::string& path = shared_workshop();
    write_file(path + "/02-overlapping-waits/exercise.cpp", "// mine");
    const Ended ended = run({"workshop", "init", path});
    check_done(ended);  // not a word of a header that has to be made
    CHECK(contains(ended.out, "kept as it is: 02-overlapping-waits/exercise.cpp\n"));
    CHECK(contains(ended.out, std::to_string(workshop::all_exercises().size()) + " exercises in " + path));
    CHECK(contains(ended.out, "\nNext: cd " + path + " && overlap exercise next\n"));
}

TEST_CASE("doctor tries what the exercises need, one thing a line, and names what is missing") {
    const Ended here = run({"doctor"});
    CAPTURE(here.out);
    CHECK(here.out.starts_with("ok       compiler: "));
    CHECK(contains(here.out, "\nok       loopback: "));
    CHECK(contains(here.out, " unread data: the kernel "));
    const bool complete = !workshop::kit_library().empty();
    CHECK(here.code == (complete ? 0 : 1));
    CHECK(contains(here.out, complete ? "\nok       headers: " : "\nMISSING  library: "));
    CHECK(here.out.ends_with(complete ? "\nAll that is needed is there.\n"
                                      : "\nSomething is missing that the exercises need.\n"));

    const Ended bare = run({"doctor"}, {"PATH=/nonexistent", "CXX="});
    CAPTURE(bare.out);
    CHECK(bare.code == 1);
    CHECK(bare.out.starts_with("MISSING  compiler: "));
    CHECK(contains(bare.out, "apt-get install clang-19"));
    CHECK(contains(bare.out, "\nok       loopback: "));
    CHECK(bare.out.ends_with("\nSomething is missing that the exercises need.\n"));
}

TEST_CASE("the list says which exercises there are, how far one is, and what comes next") {
    const TemporaryFolder outside;
    const Ended before = run(Launch{.arguments = {"exercise"}, .wrapper = {"env", "-C", outside.path()}});
    check_done(before);
    CHECK(contains(before.out, "  2  three-calls       Three calls at once\n"));
    CHECK(contains(before.out, "\nBegin: overlap workshop init DIR"));
    const Learner learner;
    const Ended ended = learner.does({"list"});
    check_done(ended);
    for (const workshop::Exercise& one : workshop::all_exercises()) CHECK(contains(ended.out, one.name));
    CHECK(contains(ended.out, "\n0 of " + std::to_string(workshop::all_exercises().size()) + " passed, in " +
                                  learner.path() + "\nNext: overlap exercise start 1\n"));
    CHECK(learner.does({}).out == ended.out);
    CHECK(run({"exercise", "--dir", learner.path() + "/01-blocking"}).out == ended.out);
    for (const char* width : {"40", "60", "120"}) {
        const std::string list = learner.does({"--width", width}).out;
        CHECK(widest_line(list.substr(0, list.find(learner.path()))) <= std::stoi(width));
    }
}

TEST_CASE("start and next say what is to be done, in which file, and when it passes") {
    const Learner learner;
    const Ended ended = learner.does({"start", "three-calls"});
    check_done(ended);
    CHECK(ended.out.starts_with("Exercise 2: Three calls at once\n\nA shop's server "));
    for (const workshop::Requirement& one : exercise("three-calls").requirements)
        CHECK(contains(ended.out, "\n- " + one.text + "\n"));
    CHECK(contains(ended.out, "02-overlapping-waits/exercise.cpp\n"));
    CHECK(contains(ended.out, "overlap exercise check 2"));
    CHECK(widest_line(ended.out) <= std::max(80, static_cast<int>(learner.file().size()) + 6));
    CHECK(learner.does({"start"}).out == ended.out);  // the one that was started last
    for (const char* name : {"02", "2", "02-overlapping-waits"})
        CHECK(learner.does({"start", name}).out == ended.out);
    CHECK(learner.does({"next"}).out.starts_with("Exercise 1: "));
    CHECK(learner.does({"start"}).out.starts_with("Exercise 1: "));
    CHECK(contains(learner.does({"start", "8b"}).out, exercise("retries").title));
}

TEST_CASE("reset puts a file back, and keeps the learner's") {
    const Learner learner;
    const std::string file = learner.file();
    CHECK(contains(learner.does({"reset", "2"}).out, file + " is as it was handed out\n"));
    CHECK_FALSE(fs::exists(file + ".backup-1"));
    for (const char* number : {"1", "2"}) {
        learner.write(std::string("// mine ") + number);
        const Ended ended = learner.does({"reset", "2"});
        check_done(ended);
        CHECK(contains(ended.out, "kept as " + file + ".backup-" + number));
        CHECK(read_file(file + ".backup-" + number) == std::string("// mine ") + number);
        CHECK(read_file(file) == exercise("three-calls").given);
    }
}

TEST_CASE("wrong usage is refused in one line that helps on") {
    const Learner learner;
    check_refused(learner.does({"chek", "2"}), 2, {"'chek'", "did you mean 'check'?", "list, start"});
    check_refused(learner.does({"check", "three-cals"}), 2,
                  {"'three-cals'", "did you mean 'three-calls'?", "'overlap exercise' lists them"});
    check_refused(learner.does({"start", "99"}), 2, {"there is no exercise '99'"});
    check_refused(learner.does({"check"}), 2, {"check needs an EXERCISE", "overlap exercise check 2"});
    check_refused(learner.does({"check", "2", "3"}), 2, {"'3'", "takes one EXERCISE"});
    check_refused(learner.does({"watch", "2", "--json"}), 2, {"watch", "--json"});
    check_refused(learner.does({"start", "2", "--", "ls"}), 2, {"overlap exercise check 2 -- COMMAND"});
    check_refused(learner.does({"hint", "2", "--level", "4"}), 2, {"--level", "'4'", "1 to 3"});
    check_refused(learner.does({"check", "2", "--seed", "x"}), 2, {"--seed", "'x'"});
    check_refused(learner.does({"check", "free-the-loop", "--", "ls"}), 2, {"C++ only"});
    check_refused(learner.does({"--width", "39"}), 2, {"--width", "'39'"});
    check_refused(learner.does({"--from", "/nowhere"}), 2, {"'/nowhere'"});
    for (const Words& words : {Words{}, {"init"}, {"init", "a", "b"}, {"int", "a"}})
        check_refused(run(Words{"workshop"} + words), 2, {"workshop"});
    check_refused(run({"workshop", "init", learner.path() + "/01-blocking"}), 2, {"something else in it"});
}

TEST_CASE("outside of a workshop it is said how to make one") {
    const TemporaryFolder outside;
    for (const char* action : {"start", "check", "watch", "hint", "reset", "solution"}) {
        const Launch launch{.arguments = {"exercise", action, "2"}, .wrapper = {"env", "-C", outside.path()}};
        check_refused(run(launch), 2, {"'" + outside.path() + "'", "'overlap workshop init DIR'"});
        check_refused(run({"exercise", action, "2", "--dir", outside.path()}), 2, {outside.path()});
    }
    CHECK(outside.entries() == 0);
}

TEST_CASE("hints need a check, and a file has to be there for one") {
    const Learner learner;
    CHECK(contains(learner.does({"hint", "2"}).out, "overlap exercise check 2"));
    fs::remove(learner.file());
    check_refused(learner.does({"check", "2"}), 1, {learner.file(), "overlap exercise reset 2"});
}

TEST_CASE("a program of one's own is judged too, in any build") {
    const Learner learner;
    const Ended ended = learner.does({"check", "2", "--", "sh", "-c", "echo 'all \x1b[31mright'; exit 3"});
    check_failed(ended, {"\nIt printed:\n| all ?[31mright\n", "ended with exit code 3", "\nFAIL "});
    CHECK_FALSE(has_color(ended.out));
    CHECK(learner.kept() == Json::object());
    const Ended missing = learner.does({"check", "2", "--", "/no/such/program"});
    CHECK(missing.code != 0);
    CHECK(contains(missing.out + missing.err, "/no/such/program"));
}

// ---- Compiled -------------------------------------------------------------------------------------------

TEST_CASE("the way through an exercise: missed, helped on, passed, and then the solution") {
    const Learner learner;
    if (!can_compile(learner.launch({"check", "2"}))) return;
    const workshop::Exercise& one = exercise("three-calls");
    const auto& overlap_hints = one.requirements[0].hints;
    check_failed(
        learner.does({"check", "2"}),
        {"Exercise 2: Three calls at once\n", "\nYours: what the server saw\n",
         "\nTarget: the solution, with the same work\n", "\nMISSED     All calls are in flight at once.\n",
         "the server saw 1 at a time; needed ", "\nFAIL ", "\nHint 1 of 3: " + overlap_hints[0].substr(0, 40),
         "overlap exercise hint 2", "overlap lesson 2"});
    const auto hint = [&](const Words& more = {}) {
        const Ended ended = learner.does(Words{"hint", "2"} + more);
        check_done(ended);
        CHECK(ended.out.starts_with("On: "));
        return ended.out.substr(ended.out.find("Hint "), 11);
    };
    // The check has shown the first.
    CHECK(hint() == "Hint 2 of 3");
    CHECK(hint() == "Hint 3 of 3");
    CHECK(hint() == "Hint 3 of 3");
    CHECK(hint({"--level", "1"}) == "Hint 1 of 3");
    CHECK(hint() == "Hint 3 of 3");
    CHECK(contains(learner.does({}).out, "Three calls at once (3 of 7 points)"));
    check_refused(learner.does({"solution", "2"}), 1, {"not passed yet", "--give-up"});

    learner.write(wrong_answer(one, "threads"));
    check_failed(learner.does({"check"}), {"\nMISSED     One thread is enough.\n", "\nHint 1 of 3: "});
    CHECK(learner.kept().at("missed") == "one-thread");
    CHECK(hint() == "Hint 2 of 3");
    CHECK(contains(learner.does({"hint"}).out, "On: One thread is enough.\n"));

    learner.write(one.solution);
    const Ended passed = learner.does({"check", "2"});
    check_done(passed);
    CHECK(contains(passed.out, "\nPASS "));
    CHECK_FALSE(contains(passed.out, "MISSED"));
    CHECK_FALSE(contains(passed.out, "Hint"));
    CHECK(contains(passed.out, "Next: overlap exercise solution 2"));
    CHECK(learner.kept().at("passed") == true);
    CHECK(learner.kept().at("checks") == 3);
    CHECK(contains(learner.does({}).out, "Three calls at once (passed)"));
    CHECK(contains(learner.does({}).out, "\n1 of "));
    CHECK_FALSE(contains(learner.does({"hint", "2"}).out, "Hint "));
    const Ended solution = learner.does({"solution", "2"});
    check_done(solution);
    CHECK(solution.out.starts_with(one.solution));
    CHECK(contains(solution.out, "\nTarget: the solution"));
    CHECK(learner.kept().at("gave_up") == false);
}

TEST_CASE("who gives up sees the solution, and the list says so") {
    const Learner learner;
    if (!can_compile(learner.launch({"check", "1"}))) return;
    const Ended ended = learner.does({"solution", "1", "--give-up"});
    check_done(ended);
    CHECK(ended.out.starts_with(exercise("first-call").solution));
    CHECK(contains(learner.does({}).out, "One call after the other (solution seen)"));
    CHECK(contains(learner.does({}).out, "\n0 of "));
}

TEST_CASE("what does not compile is told in the compiler's words, with help, and hints begin at the first") {
    const Learner learner;
    if (!can_compile(learner.launch({"check", "2"}))) return;
    learner.write(
        "#include \"workshop.hpp\"\nusing namespace workshop;\nawaitable<void> f() {\n"
        "    std::string s = await get(\"/a\");\n}\nint main() { return run(f); }\n");
    const Ended ended = learner.does({"check", "2"});
    check_failed(ended, {learner.file() + ":4:", "error: ", "\nHelp: Python's await is co_await", "\nFAIL ",
                         "It does not compile."});
    CHECK_FALSE(contains(ended.out, "Requirements"));
    CHECK_FALSE(has_color(ended.out));
    CHECK_FALSE(contains(ended.out, "Hint "));
    CHECK(contains(learner.does({"hint", "2"}).out, "it says itself what to mend"));
    learner.write(exercise("three-calls").given);
    CHECK(contains(learner.does({"check", "2"}).out, "Hint 1 of 3"));
    CHECK(contains(learner.does({"hint", "2"}).out, "Hint 2 of 3"));
}

TEST_CASE("where the compiler marks a place in a long line, the line is cut to the terminal's columns") {
    const Learner learner;
    if (!can_compile(learner.launch({"check", "2"}))) return;
    learner.write("#include \"workshop.hpp\"\nint main() { return " + std::string(150, '(') + "none" +
                  std::string(150, ')') + "; }\n");
    const Ended ended = learner.does({"check", "2", "--width", "60"});
    check_failed(ended, {"error: ", "It does not compile."});
    const std::size_t marked = ended.out.find("\n    2 |");
    REQUIRE(marked != std::string::npos);
    CHECK(ended.out.find('\n', marked + 1) - marked <= 61);
}

TEST_CASE("a copy of a workshop is one of its own, wherever the first one is") {
    const Learner learner;
    if (!can_compile(learner.launch({"check", "2"}))) return;
    check_failed(learner.does({"check", "2"}), {"the server saw 1 at a time; needed "});
    const TemporaryFolder other;
    const std::string copy = other.path() + "/copy";
    fs::copy(learner.path(), copy, fs::copy_options::recursive);
    const Ended ended = run({"exercise", "check", "2", "--dir", copy});
    CAPTURE(ended.out);
    CHECK(contains(ended.out, "the server saw 1 at a time; needed "));
    CHECK(contains(ended.err, "precompiled header"));
}

TEST_CASE("a crash shows its signal, and where it was") {
    const Learner learner;
    if (!can_compile(learner.launch({"check", "2"}))) return;
    learner.write(
        "#include \"workshop.hpp\"\nint main(int, char** argv) {\n    int* volatile none = nullptr;\n"
        "    *none = argv == nullptr;\n}\n");
    check_failed(learner.does({"check", "2"}),
                 {"SIGSEGV", "\nWhere it crashed:\n| ", "exercise.cpp:4", "\nFAIL "});
}

TEST_CASE("a narrow page, in colour") {
    const Learner learner;
    if (!can_compile(learner.launch({"check", "2"}))) return;
    const Ended ended = learner.does({"check", "2", "--width", "40", "--color", "always"});
    check_failed(ended, {"FAIL", "Hint 1 of 3"});
    CHECK(has_color(ended.out));
    CHECK(widest_line(ended.out) <= 40);
    CHECK_FALSE(contains(ended.out, "?["));  // an escape code that was not let through
    CHECK_FALSE(contains(ended.out, ".?"));
    CHECK(contains(ended.out, "answered all the same.\n\nRequirements\n"));
    CHECK(widest_line(learner.does({"hint", "2", "--width", "40"}).out) <= 40);
}

TEST_CASE("--json has what was seen, and the same seed draws the same") {
    const Learner learner;
    if (!can_compile(learner.launch({"check", "2", "--json"}))) return;
    const Words words{"exercise", "check", "2", "--dir", learner.path(), "--seed", "5"};
    const Json first = run_as_json(words, 1);
    CHECK(first.at("schema") == "overlap.check/1");
    CHECK(first.at("exercise") == "three-calls");
    CHECK(first.at("id") == "02");
    CHECK(first.at("seed") == 5);
    CHECK(first.at("verdict") == "fail");
    CHECK(first.at("compiled") == true);
    CHECK(first.at("end").at("exit_code") == 0);
    REQUIRE(first.at("requirements").size() == 4);
    CHECK(first.at("requirements")[0].at("name") == "overlap");
    CHECK(first.at("requirements")[0].at("mark") == "missed");
    CHECK(first.at("facts").at("in-flight") == 1);
    const auto calls = first.at("drawn").at("calls").get<std::size_t>();
    CHECK(first.at("lanes").size() == calls);
    CHECK(first.at("spans").size() == calls);
    learner.write(exercise("three-calls").solution);
    const Json second = run_as_json(words);
    CHECK(second.at("verdict") == "pass");
    CHECK(second.at("points") == second.at("of"));
    CHECK(second.at("drawn") == first.at("drawn"));
    for (std::size_t i = 0; i < calls; ++i)
        CHECK(second.at("lanes")[i].at("name") == first.at("lanes")[i].at("name"));
}

// ---- Under way ------------------------------------------------------------------------------------------

std::vector<pid_t> all_below(pid_t parent) {
    std::vector<pid_t> all = children_of(parent);
    for (std::size_t i = 0; i < all.size(); ++i) {
        for (const pid_t child : children_of(all[i])) all.push_back(child);
    }
    return all;
}

// Waits until the learner's program runs; gives everything that does by then.
std::vector<pid_t> wait_for_program(const Process& process) {
    std::vector<pid_t> all;
    const bool runs = eventually([&] {
        all = all_below(process.pid());
        return std::any_of(all.begin(), all.end(), [](pid_t pid) {
            std::ifstream file("/proc/" + std::to_string(pid) + "/comm");
            std::string name;
            std::getline(file, name);
            return name == "program";
        });
    });
    REQUIRE(runs);
    return all;
}

void check_all_end(const std::vector<pid_t>& processes) {
    for (const pid_t pid : processes) CHECK(ends_soon(pid));
}

TEST_CASE("watch: a verdict, another one for every save, and Ctrl-C") {
    const Learner learner;
    if (!can_compile(learner.launch({"watch", "2"}))) return;
    Process process(learner.launch({"watch", "2"}, true));
    process.read_until("Watching " + learner.file());
    learner.write(exercise("three-calls").solution);
    process.read_until("PASS");
    process.read_until("overlap exercise next");
    learner.write("int main() { return }\n");
    process.read_until("It does not compile.");
    fs::remove(learner.file());
    learner.write(endless);
    const std::vector<pid_t> under_way = wait_for_program(process);
    process.type("\x03");
    const Ended ended = process.wait(long_before_that);
    CHECK(ended.code == 130);
    check_all_end(under_way);
    CHECK(count_of(ended.out, "Watching ") == 3);
    CHECK(learner.kept().at("passed") == true);
    CHECK(learner.kept().at("checks") == 3);
}

TEST_CASE("watch: a terminal that is closed ends everything, and leaves nothing behind") {
    const Learner learner;
    if (!can_compile(learner.launch({"watch", "2"}))) return;
    learner.write(endless);
    const TemporaryFolder scratch;
    Launch launch = learner.launch({"watch", "2"}, true);
    launch.environment.push_back("TMPDIR=" + scratch.path());
    Process process(launch);
    const std::vector<pid_t> under_way = wait_for_program(process);
    process.signal(SIGHUP);
    CHECK(process.wait(long_before_that).code == 130);
    check_all_end(under_way);
    CHECK(fs::is_empty(scratch.path()));
}

TEST_CASE("watch: a save during a check makes it stale, and it is not shown") {
    const Learner learner;
    if (!can_compile(learner.launch({"watch", "2"}))) return;
    learner.write(endless);
    Process process(learner.launch({"watch", "2"}, true));
    const std::vector<pid_t> stale = wait_for_program(process);
    learner.write(exercise("three-calls").solution);
    const std::string out = process.read_until("Watching ");
    CHECK(contains(out, "PASS"));
    CHECK_FALSE(contains(out, "FAIL"));
    check_all_end(stale);
    CHECK(learner.kept().at("checks") == 1);
    process.signal(SIGTERM);
    CHECK(process.wait(long_before_that).code == 130);
}

TEST_CASE("a check that is interrupted leaves no process behind, and counts for nothing") {
    const Learner learner;
    if (!can_compile(learner.launch({"check", "2"}))) return;
    learner.write(endless);
    for (const int number : {SIGINT, SIGTERM, SIGKILL}) {
        CAPTURE(number);
        const TemporaryFolder temporary;
        Launch launch = learner.launch({"check", "2"});
        launch.environment = {"TMPDIR=" + temporary.path()};
        Process process(launch);
        const std::vector<pid_t> under_way = wait_for_program(process);
        process.signal(number);
        const Ended ended = process.wait(long_before_that);
        CHECK(ended.out.empty());
        check_all_end(under_way);
        if (number == SIGKILL) continue;
        CHECK(ended.code == 130);
        CHECK(temporary.entries() == 0);
    }
    CHECK(learner.kept() == Json::object());
}

}  // namespace
}  // namespace overlap::test
