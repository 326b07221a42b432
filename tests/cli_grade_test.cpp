// `overlap grade`: a class of folders, judged by the real binary.
#include <doctest/doctest.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "support/cli.hpp"
#include "support/eventually.hpp"
#include "support/files.hpp"
#include "support/process.hpp"
#include "support/screen.hpp"
#include "support/tables.hpp"
#include "support/text.hpp"
#include "support/workshop.hpp"

namespace overlap::test {
namespace {

namespace fs = std::filesystem;

TEST_SUITE_BEGIN("cli_grade");

constexpr const char* odd_name = "<cleo & \"co\">";

// Learners who have handed in all that can be handed in, of two exercises.
class Class {
  public:
    Class() {
        const workshop::Exercise& calls = exercise("three-calls");
        const workshop::Exercise& first = exercise("first-call");
        add("anna", calls, calls.solution);
        add("anna", first, first.given);
        add("bert", calls, wrong_answer(calls, "serial"));
        add("bert", first, "int main() { return nothing; }\n");
        add(odd_name, calls, calls.given);
        fs::create_directories(in(odd_name, first));
        fs::create_symlink(in("anna", calls) + "/exercise.cpp", in(odd_name, first) + "/exercise.cpp");
        fs::create_directories(in("dora", calls) + "/exercise.cpp");
        add("dora", first, first.solution + std::string(2 * 1024 * 1024, '\n'));
    }

    [[nodiscard]] const std::string& path() const { return path_; }
    [[nodiscard]] std::string in(const std::string& learner, const workshop::Exercise& one) const {
        return path_ + "/" + learner + "/" + one.folder;
    }
    void add(const std::string& learner, const workshop::Exercise& one, const std::string& source) const {
        fs::create_directories(in(learner, one));
        write_file(in(learner, one) + "/exercise.cpp", source);
    }
    // Of everything that is in it: what it is, when it was changed, and what it holds.
    [[nodiscard]] std::map<std::string, std::string> everything() const {
        std::map<std::string, std::string> all;
        for (const fs::directory_entry& entry : fs::recursive_directory_iterator(path_)) {
            std::string& one = all[entry.path()];
            if (entry.is_symlink())
                one = "link to " + fs::read_symlink(entry.path()).string();
            else
                one = std::to_string(entry.last_write_time().time_since_epoch().count());
            if (entry.is_regular_file()) one += read_file(entry.path());
        }
        return all;
    }

  private:
    TemporaryFolder folder_;
    std::string path_ = folder_.path() + "/class";
};

Words grading(const std::string& path, const Words& more = {}) { return Words{"grade", path} + more; }

TEST_CASE("a class has a table, and while it is made, on a terminal, how far it is") {
    const Class all;
    if (!can_compile({.arguments = grading(all.path())})) return;
    const auto before = all.everything();
    const Ended table = run(
        Launch{.arguments = grading(all.path(), {"--exercise", "three-calls,first-call"}), .terminal = true});
    CHECK(table.code == 0);
    CHECK(contains(table.out, "8 of 8: "));
    const std::string screen = screen_after(table.out);
    const std::vector<std::string> lines = lines_of(screen);
    REQUIRE(lines.size() > 6);
    CHECK(lines[0].starts_with("Learner "));
    CHECK(lines[0].ends_with("points passed    2    1"));
    CHECK(lines[1].starts_with(odd_name));
    CHECK(lines[1].ends_with("0/14      0    -    -"));
    CHECK(lines[2].starts_with("anna "));
    CHECK(lines[2].ends_with("7/14      1   ok    -"));
    CHECK(lines[3].starts_with("bert "));
    CHECK(lines[3].ends_with("3/14      0    3    0"));
    CHECK(lines[4].ends_with("0/14      0    -    -"));
    CHECK(contains(screen, "bert, 2 three-calls: 3 of 7 points. Your calls wait for each other"));
    CHECK(contains(screen, "overlap missed: the server saw 1 at a time; needed "));
    CHECK(contains(screen, "bert, 1 first-call: 0 of 7 points. does not compile: error: use of"));
    CHECK(widest_line(screen) <= 80);
    CHECK(all.everything() == before);
}

TEST_CASE("the same seed grades alike, and of several runs each counts") {
    const Class all;
    if (!can_compile({.arguments = grading(all.path())})) return;
    const Words words = grading(
        all.path(), {"--exercise", "three-calls,first-call", "--runs", "2", "--seed", "9", "--jobs", "2"});
    const Json document = run_as_json(words);
    CHECK(document == run_as_json(words));
    CHECK(document.at("schema") == "overlap.grade/1");
    CHECK(document.at("seed") == 9);
    CHECK(document.at("runs") == 2);
    REQUIRE(document.at("learners").size() == 4);
    const auto answer = [&](std::size_t learner, std::size_t which) -> const Json& {
        return document.at("learners")[learner].at("exercises")[which];
    };
    CHECK(document.at("learners")[0].at("name") == odd_name);
    CHECK(answer(0, 0).at("words") == "not handed in: exercise.cpp is as it was handed out");
    CHECK(answer(0, 0).at("runs") == 0);
    CHECK(answer(0, 1).at("words") == "not handed in: exercise.cpp is no plain file");
    CHECK(answer(1, 0).at("verdict") == "pass");
    CHECK(answer(1, 0).at("runs") == 2);
    CHECK(answer(1, 0).at("requirements").size() == 4);
    CHECK(answer(1, 1).at("handed_in") == false);
    CHECK(answer(2, 0).at("verdict") == "fail");
    CHECK(answer(2, 0).at("points") == 3);
    CHECK(answer(2, 0).at("runs") == 2);
    CHECK(answer(2, 0).at("requirements")[0].at("mark") == "missed");
    CHECK(answer(2, 1).at("words").get<std::string>().starts_with("does not compile: error: "));
    CHECK(answer(3, 0).at("words") == "not handed in: exercise.cpp is no plain file");
    CHECK(answer(3, 1).at("words") == "not handed in: exercise.cpp is larger than 1MiB");
}

TEST_CASE("JUnit's XML is for one exercise too, and whatever a learner is called") {
    const Class all;
    if (!can_compile({.arguments = grading(all.path())})) return;
    const Ended junit = run(grading(all.path(), {"--exercise", "three-calls", "--junit"}));
    check_done(junit);
    const XmlElement suites = xml_document(junit.out);
    CHECK(suites.attributes.at("tests") == "4");
    CHECK(suites.attributes.at("failures") == "1");
    CHECK(suites.attributes.at("errors") == "0");
    REQUIRE(suites.children.size() == 4);
    CHECK(suites.children[0].attributes.at("name") == odd_name);
    CHECK(suites.children[0].attributes.at("skipped") == "1");
    CHECK(suites.children[1].children.at(0).children.empty());
    CHECK(contains(suites.children[2].children.at(0).children.at(0).text, "overlap missed: "));
}

TEST_CASE("learners can be named one by one, exercises by their number, and CSV is a row for each") {
    const Class all;
    if (!can_compile({.arguments = grading(all.path())})) return;
    const Ended csv =
        run({"grade", all.path() + "/bert", all.path() + "/anna/", "--exercise", "1,2", "--csv"});
    check_done(csv);
    const auto rows = csv_rows(csv.out);
    REQUIRE(rows.size() == 5);
    CHECK(rows[1][0] == "bert");
    CHECK(rows[1][1] == "first-call");
    CHECK(rows[1][5].starts_with("does not compile: error: use of undeclared identifier 'nothing'"));
    CHECK(rows[2][2] == "fail");
    CHECK(rows[3][2] == "not handed in");
    CHECK(rows[4] == Words{"anna", "three-calls", "pass", "7", "7", ""});
}

TEST_CASE("Ctrl-C ends it, and everything that it has started") {
    const Class all;
    if (!can_compile({.arguments = grading(all.path())})) return;
    Process process(
        Launch{.arguments = grading(all.path(), {"--exercise", "three-calls"}), .terminal = true});
    process.read_until("1 of 4: ");
    process.type("\x03");
    const Ended ended = process.wait(long_before_that);
    CHECK(ended.code == 130);
    CHECK_FALSE(contains(ended.out, "Learner"));
}

TEST_CASE("interrupted before the first answer, while the header is made, it is interrupted all the same") {
    const Class all;
    if (!can_compile({.arguments = grading(all.path())})) return;
    for (const int number : {SIGINT, SIGTERM}) {
        const TemporaryFolder temporary;
        Process process(Launch{.arguments = grading(all.path(), {"--exercise", "three-calls"}),
                               .environment = {"TMPDIR=" + temporary.path()}});
        std::vector<pid_t> compiler;
        const bool begun = eventually([&] { return !(compiler = children_of(process.pid())).empty(); });
        REQUIRE(begun);
        process.signal(number);
        const Ended ended = process.wait(long_before_that);
        CHECK(ended.code == 130);
        CHECK(ended.out.empty());
        for (const pid_t pid : compiler) CHECK(ends_soon(pid));
        CHECK(temporary.entries() == 0);
    }
}

TEST_CASE("wrong usage is refused before anything is compiled") {
    const Class all;
    check_refused(run({"grade"}), 2, {"grade needs a DIR"});
    check_refused(run(grading(all.path() + "/nobody")), 2, {"/nobody' is no folder"});
    check_refused(run(grading(all.in("anna", exercise("three-calls")))), 2, {"holds no exercise.cpp"});
    check_refused(run(grading(all.path(), {"--exercise", "three-cals"})), 2,
                  {"'three-cals'", "did you mean 'three-calls'?"});
    check_refused(run(grading(all.path(), {"--json", "--csv"})), 2,
                  {"--json", "--csv", "exclude each other"});
    check_refused(run(grading(all.path(), {"--runs", "0"})), 2, {"--runs", "'0'"});
    check_refused(run(grading(all.path(), {"--jobs", "x"})), 2, {"--jobs", "'x'"});
    check_refused(run(grading(all.path(), {"--width", "39"})), 2, {"--width", "'39'"});
    check_refused(run(grading(all.path(), {"--from", "/nowhere"})), 2, {"'/nowhere'"});
    check_refused(run(grading(all.path(), {"--cvs"})), 2, {"did you mean '--csv'?"});
}

}  // namespace
}  // namespace overlap::test
