// Exercises, read from their files.
#include "workshop/exercise.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "support/error_message.hpp"
#include "support/files.hpp"
#include "support/text.hpp"
#include "timeline/error.hpp"
#include "workshop/scenarios.hpp"

namespace overlap::test {
namespace {

using namespace workshop;

TEST_SUITE_BEGIN("exercise");

constexpr const char* good = R"(name = "shopping"
title = "Shopping"
summary = "make calls overlap"
task = "Get all prices."
any_language = false
given = "overlap"

[server]
scenario = "calls"
calls = [3, 6]
hold = "50ms"
limit = 4

[limits]
wall = "10s"
memory_mib = 128

[[requirement]]
name = "overlap"
text = "All calls are in flight at once."
fact = "in-flight"
at_least = "calls"
points = 3
seen = "{seen} of {needed}"
gap = "Your calls wait for each other."
hints = ["a nudge", "a hint", "the answer"]

[[requirement]]
name = "one-thread"
text = "One thread is enough."
fact = "threads"
at_most = 1
seen = "{seen} threads"
gap = "Threads wait."
hints = ["a", "b", "c"]

[wrong]
serial = "overlap"
threads = "one-thread"
crash = "finish"
)";

// An exercise that is as it should be, but for what the test makes of it.
struct Made {
    explicit Made(std::string where = "02-calls") : folder(std::move(where)) {
        for (const char* file :
             {"exercise.cpp", "solution.cpp", "wrong/serial.cpp", "wrong/threads.cpp", "wrong/crash.cpp"})
            files[folder + "/" + file] = std::string("// ") + file;
        files[folder + "/exercise.toml"] = good;
    }

    Made& replace(const std::string& what, const std::string& with) {
        std::string& text = files[folder + "/exercise.toml"];
        const std::size_t at = text.find(what);
        REQUIRE_MESSAGE(at != std::string::npos, what);
        text.replace(at, what.size(), with);
        return *this;
    }
    Made& remove(const std::string& file) {
        REQUIRE(files.erase(folder + "/" + file) == 1);
        return *this;
    }
    Made& add(const std::string& file, const std::string& text) {
        files[folder + "/" + file] = text;
        return *this;
    }

    std::string folder;
    Files files;
};

// What is said of a mistake; it names the file.
std::string refusal(const Made& made) {
    const std::string said = error_message<Error>([&] { read_exercises(made.files); });
    CHECK_MESSAGE(contains(said, "lessons/" + made.folder + "/exercise.toml: "), "'" << said << "'");
    return said;
}

void check_refused(const Made& made, const std::vector<std::string>& words) {
    const std::string said = refusal(made);
    for (const std::string& word : words)
        CHECK_MESSAGE(contains(said, word), "'" << said << "' lacks " << word);
}

TEST_CASE("all that an exercise.toml says is read, and the files beside it") {
    const std::vector<Exercise> exercises = read_exercises(Made().files);
    REQUIRE(exercises.size() == 1);
    const Exercise& one = exercises[0];
    CHECK(one.id == "02");
    CHECK(one.folder == "02-calls");
    CHECK(one.lesson == 2);
    CHECK(one.name == "shopping");
    CHECK(one.title == "Shopping");
    CHECK(one.summary == "make calls overlap");
    CHECK_FALSE(one.any_language);
    CHECK(one.scenario == "calls");
    CHECK(one.numbers.at("calls") == Range{3, 6});
    CHECK(one.numbers.at("hold") == Range{50'000'000, 50'000'000});
    CHECK(one.numbers.at("limit") == Range{4, 4});
    CHECK(one.given_breaks == "overlap");
    CHECK(one.given == "// exercise.cpp");
    CHECK(one.solution == "// solution.cpp");
    REQUIRE(one.requirements.size() == 2);
    const Requirement& overlap = one.requirements[0];
    CHECK(overlap.name == "overlap");
    CHECK(overlap.fact == "in-flight");
    CHECK(overlap.relation == Relation::at_least);
    CHECK(overlap.needed == "calls");
    CHECK(overlap.points == 3);
    CHECK(overlap.seen == "{seen} of {needed}");
    CHECK(overlap.gap == "Your calls wait for each other.");
    CHECK(overlap.hints == std::vector<std::string>{"a nudge", "a hint", "the answer"});
    CHECK(one.requirements[1].relation == Relation::at_most);
    CHECK(one.requirements[1].needed == "1");
    CHECK(one.requirements[1].points == 1);
    REQUIRE(one.wrong.size() == 3);
    for (const WrongAnswer& wrong : one.wrong) CHECK(wrong.source == "// wrong/" + wrong.name + ".cpp");
}

TEST_CASE("what is left out is as usual") {
    Made made;
    made.replace("any_language = false\n", "")
        .replace("calls = [3, 6]\n", "")
        .replace("memory_mib = 128", "");
    const Exercise one = read_exercises(made.files).at(0);
    CHECK(one.any_language);
    const Limits usual;
    CHECK(one.limits.wall == 10'000'000'000);
    CHECK(one.limits.memory == usual.memory);
    CHECK(one.limits.cpu == usual.cpu);
    const auto numbers = find_scenario("calls")->numbers;
    CHECK(one.numbers.size() == numbers.size());
    for (const ScenarioNumber& number : numbers) {
        if (number.name != "hold" && number.name != "limit")
            CHECK(one.numbers.at(std::string(number.name)) == number.usual);
    }
}

TEST_CASE("limits are read in their units") {
    Made made;
    made.replace("wall = \"10s\"\nmemory_mib = 128",
                 "wall = \"3s\"\ncpu = \"1500ms\"\nmemory_mib = 64\nprocesses = 5\nthreads = 7");
    const Limits limits = read_exercises(made.files).at(0).limits;
    CHECK(limits.wall == 3'000'000'000);
    CHECK(limits.cpu == 1'500'000'000);
    CHECK(limits.memory == 64 * 1024 * 1024);
    CHECK(limits.processes == 5);
    CHECK(limits.threads == 7);
}

TEST_CASE("exactly is a relation too") {
    const Made made = Made().replace("at_most = 1", "exactly = 0");
    const Requirement requirement = read_exercises(made.files).at(0).requirements.at(1);
    CHECK(requirement.relation == Relation::exactly);
    CHECK(requirement.needed == "0");
}

TEST_CASE("what is needed may be drawn, derived, or the number of tasks") {
    for (const char* const number : {"\"calls\"", "\"tasks\"", "\"refills\"", "\"others\"", "17"}) {
        Made made;
        CHECK_NOTHROW(
            read_exercises(made.replace("at_least = \"calls\"", std::string("at_least = ") + number).files));
    }
}

TEST_CASE("a broken exercise.toml is refused with its line") {
    check_refused(Made().replace("title = \"Shopping\"", "title = Shopping"), {"line 2:"});
    check_refused(Made().replace("[server]", "[server"), {"line 8:"});
    check_refused(Made().replace("calls = [3, 6]", "calls = 3\ncalls = 4"), {"line 11:", "calls"});
}

TEST_CASE("a key that nobody knows is refused, wherever it stands") {
    check_refused(Made().replace("title", "titel"), {"'titel'", "not known"});
    check_refused(Made().replace("points = 3", "point = 3"), {"'point'", "not known"});
    check_refused(Made().replace("memory_mib", "memory"), {"'memory'", "not known"});
    check_refused(Made().replace("calls = [3, 6]", "cals = 3"), {"calls", "'cals'"});
}

TEST_CASE("a text that is missing, empty, or none is refused by its name") {
    for (const char* const key : {"name", "title", "summary", "task", "given"}) {
        CAPTURE(key);
        const std::string line = std::string(key) + " = \"";
        check_refused(Made().replace(line, "# " + line), {"'" + std::string(key) + "'", "expected a text"});
    }
    check_refused(Made().replace("title = \"Shopping\"", "title = \"\""), {"'title'", "expected a text"});
    check_refused(Made().replace("title = \"Shopping\"", "title = 7"), {"'title'", "expected a text"});
    for (const char* const line :
         {"text = \"One", "fact = \"threads", "seen = \"{seen} threads", "gap = \"Threads"}) {
        CAPTURE(line);
        const std::string key = std::string(line).substr(0, std::string(line).find(' '));
        check_refused(Made().replace(line, std::string("# ") + line), {"'" + key + "'", "expected a text"});
    }
}

TEST_CASE("three hints there must be, and each is a text") {
    check_refused(Made().replace(R"(, "the answer"])", "]"), {"'overlap'", "2 hints", "expected three"});
    check_refused(Made().replace(R"("the answer"])", R"("the answer", "more"])"), {"'overlap'", "4 hints"});
    check_refused(Made().replace(R"(hints = ["a", "b", "c"])", ""), {"'one-thread'", "0 hints"});
    check_refused(Made().replace(R"("the answer"])", "7]"), {"hint", "'overlap'", "no text"});
}

TEST_CASE("one relation there must be, and only one") {
    check_refused(Made().replace("at_most = 1", "at_most = 1\nat_least = 1"),
                  {"'one-thread'", "one of at_least, at_most, exactly"});
    check_refused(Made().replace("at_most = 1", ""), {"'one-thread'", "one of at_least, at_most, exactly"});
}

TEST_CASE("a fact, a number or a scenario that there is none of is refused") {
    check_refused(Made().replace("fact = \"threads\"", "fact = \"thread\""), {"calls", "no fact 'thread'"});
    check_refused(Made().replace("at_least = \"calls\"", "at_least = \"call\""),
                  {"'overlap'", "no number 'call'"});
    check_refused(Made().replace("scenario = \"calls\"", "scenario = \"cals\""),
                  {"no scenario 'cals'", "expected one of", "calls", "chain"});
    check_refused(Made().replace("[server]\nscenario = \"calls\"", "[limits.server]\nx = 1"), {"[server]"});
}

TEST_CASE("a number that is none, or a range that is none, is refused") {
    for (const char* const wrong :
         {"[6, 3]", "[1, 2, 3]", "[]", "-1", "2.5", "true", "\"soon\"", "[3, \"x\"]"}) {
        CAPTURE(wrong);
        check_refused(Made().replace("calls = [3, 6]", std::string("calls = ") + wrong),
                      {"'calls'", "expected"});
    }
    check_refused(Made().replace("points = 3", "points = \"many\""), {"'points'"});
    check_refused(Made().replace("at_most = 1", "at_most = -1"), {"'at_most'"});
    check_refused(Made().replace("wall = \"10s\"", "wall = \"10 apples\""), {"'wall'"});
}

TEST_CASE("no requirement, or two of one name, is refused") {
    check_refused(Made().replace("name = \"one-thread\"", "name = \"overlap\""),
                  {"two requirements 'overlap'"});
    check_refused(Made().replace("name = \"one-thread\"", "name = \"finish\""),
                  {"two requirements 'finish'"});
    Made none;
    std::string& text = none.files["02-calls/exercise.toml"];
    text.erase(text.find("[[requirement]]"), text.find("[wrong]") - text.find("[[requirement]]"));
    check_refused(none, {"no [[requirement]]"});
}

TEST_CASE("a file that is missing is refused by its name") {
    for (const char* const file : {"exercise.cpp", "solution.cpp"})
        check_refused(Made().remove(file), {file});
    check_refused(Made().remove("wrong/serial.cpp"), {"serial.cpp"});
}

TEST_CASE("a wrong answer has to be named, and what it breaks; three there must be") {
    check_refused(Made().add("wrong/other.cpp", "//"), {"[wrong]", "wrong/other.cpp"});
    check_refused(Made().replace("serial = \"overlap\"\n", ""), {"[wrong]", "wrong/serial.cpp"});
    check_refused(Made().replace("serial = \"overlap\"", "serial = \"speed\""),
                  {"wrong/serial.cpp", "'speed'", "no requirement"});
    check_refused(Made().replace("serial = \"overlap\"", "serial = 1"), {"[wrong]", "serial"});
    check_refused(Made().replace("given = \"overlap\"", "given = \"speed\""), {"'given'", "'speed'"});
    check_refused(Made().remove("wrong/serial.cpp").replace("serial = \"overlap\"\n", ""),
                  {"at least three"});
}

TEST_CASE("an exercise in a folder without a lesson's number is refused") {
    for (const char* const folder : {"calls", "2-calls", "00-calls", "ab-calls", "02calls", "02-"}) {
        CAPTURE(folder);
        check_refused(Made(folder), {"02-overlapping-waits"});
    }
}

// Two lessons, one of them with three exercises.
std::vector<Exercise> some_exercises() {
    Files files;
    for (const char* const folder : {"08-limits", "08-limits/retries", "08-limits/later", "12-streams"}) {
        Made made(folder);
        const std::string name = folder;
        made.replace("name = \"shopping\"", "name = \"" + name.substr(name.find_last_of("-/") + 1) + "\"");
        files.insert(made.files.begin(), made.files.end());
    }
    return read_exercises(files);
}

TEST_CASE("exercises come in the order of their folders, further ones of a lesson as b, c") {
    std::vector<std::string> ids;
    for (const Exercise& one : some_exercises()) ids.push_back(one.id + " " + one.name);
    CHECK(ids == std::vector<std::string>{"08 limits", "08b later", "08c retries", "12 streams"});
}

TEST_CASE("an exercise is found by its number, its name and its folder, and nothing else is one") {
    const std::vector<Exercise> exercises = some_exercises();
    const auto found = [&](std::string_view word) {
        const Exercise* const one = find_exercise(exercises, word);
        return one == nullptr ? std::string("none") : one->name;
    };
    for (const char* const word : {"8", "08", "limits", "08-limits"})
        CHECK_MESSAGE(found(word) == "limits", word);
    for (const char* const word : {"8b", "08b", "later", "08-limits/later"})
        CHECK_MESSAGE(found(word) == "later", word);
    CHECK(found("8c") == "retries");
    CHECK(found("12") == "streams");
    for (const char* const word : {"", "9", "0", "1", "8a", "8d", "008", "12b", "limit", "LIMITS", "limits/",
                                   "8 ", "b", "-8", "retries/08-limits"})
        CHECK_MESSAGE(found(word) == "none", word);
}

TEST_CASE("files are read below a folder, sources and descriptions only") {
    const TemporaryFolder folder;
    namespace fs = std::filesystem;
    Made made;
    made.add("lesson.md", "# Not for us").add("wrong/notes.txt", "nor this");
    for (const auto& [path, text] : made.files) {
        fs::create_directories(fs::path(folder.path() + "/" + path).parent_path());
        write_file(folder.path() + "/" + path, text);
    }
    const Files read = files_below(folder.path());
    CHECK(read == Made().files);
    CHECK(read_exercises(read).at(0).name == "shopping");
    const std::string missing = error_message<Error>([&] { files_below(folder.path() + "/missing"); });
    CHECK(contains(missing, folder.path() + "/missing"));
}

TEST_CASE("every exercise of ours is read; there are enough, and each has its name and number to itself") {
    const std::vector<Exercise>& all = all_exercises();
    CHECK(all.size() >= 12);
    std::vector<std::string> names;
    for (const Exercise& one : all) {
        names.push_back(one.name);
        for (const std::string& word : {one.name, one.id, short_id(one.id), one.folder})
            CHECK(find_exercise(all, word) == &one);
        CHECK(std::filesystem::is_directory(std::string(OVERLAP_SOURCE_DIR) + "/lessons/" + one.folder));
    }
    const std::vector<std::string> embedded = embedded_exercise_names();
    CHECK(std::is_permutation(embedded.begin(), embedded.end(), names.begin(), names.end()));
    CHECK(files_below(std::string(OVERLAP_SOURCE_DIR) + "/lessons") == embedded_files());
}

TEST_CASE("texts of our exercises are complete") {
    for (const Exercise& one : all_exercises()) {
        CAPTURE(one.name);
        CHECK(one.wrong.size() >= 3);
        CHECK_FALSE(one.title.ends_with('.'));
        CHECK_FALSE(one.summary.ends_with('.'));
        CHECK(one.task.ends_with('.'));
        for (const std::string& line : lines_of(one.task)) {
            CHECK_FALSE(line.empty());
            CHECK(line.size() <= 130);
        }
        for (const std::string* source : {&one.given, &one.solution}) CHECK(source->starts_with("// "));
        int points = 0;
        for (const Requirement& requirement : one.requirements) {
            CAPTURE(requirement.name);
            points += requirement.points;
            CHECK(requirement.points > 0);
            CHECK(requirement.text.ends_with('.'));
            CHECK(requirement.gap.ends_with('.'));
            CHECK(contains(requirement.seen, "{seen}"));
            CHECK_FALSE(requirement.seen.ends_with('.'));
            REQUIRE(requirement.hints.size() == 3);
            for (const std::string& hint : requirement.hints) CHECK_FALSE(hint.empty());
            CHECK(requirement.hints[0] != requirement.hints[1]);
            CHECK(requirement.hints[1] != requirement.hints[2]);
        }
        CHECK(points >= 3);
    }
}

TEST_CASE("in each of our exercises the work counts, and its answers break several things") {
    for (const Exercise& one : all_exercises()) {
        CAPTURE(one.name);
        CHECK(std::any_of(one.requirements.begin(), one.requirements.end(),
                          [](const Requirement& requirement) { return requirement.fact == "delivered"; }));
        std::set<std::string> broken{one.given_breaks};
        std::set<std::string> sources{one.given, one.solution};
        for (const WrongAnswer& wrong : one.wrong) {
            CHECK_MESSAGE(sources.insert(wrong.source).second, wrong.name);
            broken.insert(wrong.breaks);
        }
        CHECK(broken.size() >= 2);
    }
}

}  // namespace
}  // namespace overlap::test
