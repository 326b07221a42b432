#include "workshop/grade.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <stop_token>
#include <string>
#include <vector>

#include "support/files.hpp"
#include "support/screen.hpp"
#include "support/tables.hpp"
#include "support/text.hpp"
#include "timeline/error.hpp"
#include "workshop/parallel.hpp"
#include "workshop/render_grade.hpp"

namespace overlap {
namespace {

TEST_SUITE_BEGIN("grade");

namespace fs = std::filesystem;
using test::contains;
using test::lines_of;
using test::TemporaryFolder;
using test::write_file;
using test::XmlElement;
using workshop::Exercise;
using workshop::Graded;
using workshop::Mark;
using workshop::Submission;
using workshop::submissions_in;
using workshop::Verdict;
using Names = std::vector<std::string>;
using Json = nlohmann::json;

// ---- Which folders --------------------------------------------------------------------------------------

std::vector<Exercise> two_exercises() {
    std::vector<Exercise> two(2);
    two[0].folder = "01-first";
    two[0].id = "01";
    two[0].name = "first";
    two[0].given = "// as given\n";
    two[1].folder = "08-limits/second";
    two[1].id = "08b";
    two[1].name = "second";
    two[1].given = "// second\n";
    return two;
}

struct Class {
    TemporaryFolder root;

    Class() {
        add("bert", "01-first");
        add("anna", "08-limits/second");
        add("anna", "01-first");
        fs::create_directories(path("empty/01-first"));
        write_file(path("notes.txt"), "of the teacher");
    }
    [[nodiscard]] std::string path(const std::string& below) const { return root.path() + "/" + below; }
    void add(const std::string& learner, const std::string& folder, const std::string& text = "// mine\n") {
        fs::create_directories(path(learner + "/" + folder));
        write_file(path(learner + "/" + folder + "/exercise.cpp"), text);
    }
};

Names names_of(const std::vector<Submission>& all) {
    Names names;
    for (const Submission& one : all) names.push_back(one.name);
    return names;
}

TEST_CASE(
    "a learner's folder is one, and a folder of them is a class, by name, with those who handed nothing in") {
    const Class all;
    const auto exercises = two_exercises();
    CHECK(names_of(submissions_in({all.path("bert")}, exercises)) == Names{"bert"});
    CHECK(names_of(submissions_in({all.root.path()}, exercises)) == Names{"anna", "bert", "empty"});
    CHECK(names_of(submissions_in({all.path("bert/"), all.path("anna/../anna")}, exercises)) ==
          Names{"bert", "anna"});
    CHECK(names_of(submissions_in({all.path("bert/.")}, exercises)) == Names{"bert"});
    CHECK(submissions_in({all.root.path()}, exercises)[0].folder == all.path("anna"));
    // Also where only one of them did any.
    CHECK(names_of(submissions_in({all.root.path()}, {exercises[1]})) == Names{"anna", "bert", "empty"});
}

TEST_CASE("a folder without answers, and what is none, is named") {
    const Class all;
    const auto exercises = two_exercises();
    for (const std::string& below : Names{"empty", "bert/01-first", "notes.txt", "nobody"}) {
        CAPTURE(below);
        CHECK_THROWS_WITH_AS(submissions_in({all.path("anna"), all.path(below)}, exercises),
                             doctest::Contains(("'" + all.path(below) + "'").c_str()), UsageError);
    }
    CHECK_THROWS_WITH_AS(submissions_in({all.path("notes.txt")}, exercises),
                         doctest::Contains("is no folder"), UsageError);
    CHECK_THROWS_WITH_AS(submissions_in({all.path("bert")}, {exercises[1]}),
                         doctest::Contains("holds no exercise.cpp of these exercises"), UsageError);
}

TEST_CASE("what cannot be looked into in a class is none of its learners") {
    const Class all;
    fs::create_symlink(all.path("loop"), all.path("loop"));
    fs::create_symlink("/nowhere", all.path("nowhere"));
    CHECK(names_of(submissions_in({all.root.path()}, two_exercises())) == Names{"anna", "bert", "empty"});
}

TEST_CASE("what is no answer is not handed in, and it is said why") {
    const auto exercises = two_exercises();
    Class all;
    all.add("given", "01-first", exercises[0].given);
    all.add("nothing", "01-first", "");
    all.add("large", "01-first", std::string(2 * 1024 * 1024, '/'));
    fs::create_directories(all.path("folder/01-first/exercise.cpp"));
    fs::create_directories(all.path("link/01-first"));
    fs::create_symlink(all.path("bert/01-first/exercise.cpp"), all.path("link/01-first/exercise.cpp"));
    all.add("missing", "08-limits/second", exercises[1].given);
    std::vector<Submission> submissions;
    for (const char* name : {"given", "nothing", "large", "folder", "link", "missing"})
        submissions.push_back(submissions_in({all.path(name)}, exercises).front());
    std::atomic<int> done = 0;
    const auto count = [&done](const Submission&, const Graded&) { ++done; };
    // Nothing is compiled: no compiler is needed.
    grade(submissions, exercises, {}, {.jobs = 3, .done = count, .stop = {}});
    CHECK(done == 12);
    Names words;
    for (const Submission& one : submissions) {
        CAPTURE(one.name);
        REQUIRE(one.exercises.size() == 2);
        const Graded& first = one.exercises[0];
        CHECK(first.exercise == "first");
        CHECK(one.exercises[1].id == "08b");
        CHECK_FALSE(first.handed_in);
        CHECK(first.verdict == Verdict::fail);
        CHECK(first.points == 0);
        CHECK(first.of == 1);  // of coming to an end, which all exercises have
        CHECK(first.runs == 0);
        CHECK(first.requirements.empty());
        CHECK(one.conclusive());
        words.push_back(first.words);
    }
    const std::string file = "not handed in: exercise.cpp is ";
    CHECK(words == Names{file + "as it was handed out", file + "empty", file + "larger than 1MiB",
                         file + "no plain file", file + "no plain file", "not handed in"});

    done = 0;
    std::stop_source stopped;
    stopped.request_stop();
    grade(submissions, exercises, {}, {.done = count, .stop = stopped.get_token()});
    CHECK(done == 0);
}

TEST_CASE("in parallel: everything is done once, and the first that throws ends it all") {
    for (const int jobs : {0, 1, 3, 100}) {
        std::vector<std::atomic<int>> calls(50);
        workshop::in_parallel(calls.size(), jobs, {}, [&](std::size_t i) { ++calls[i]; });
        CHECK(std::all_of(calls.begin(), calls.end(), [](const auto& count) { return count == 1; }));
    }
    workshop::in_parallel(0, 4, {}, [](std::size_t) { FAIL_CHECK("there is nothing to do"); });
    std::atomic<int> begun = 0;
    CHECK_THROWS_WITH_AS(workshop::in_parallel(1'000, 1, {},
                                               [&](std::size_t i) {
                                                   ++begun;
                                                   if (i == 3) throw Error("the fourth");
                                               }),
                         "the fourth", Error);
    CHECK(begun == 4);
    std::stop_source stop;
    std::atomic<int> stopped = 0;
    workshop::in_parallel(1'000, 1, stop.get_token(), [&](std::size_t) {
        if (++stopped == 5) stop.request_stop();
    });
    CHECK(stopped == 5);
}

// ---- How it is written ----------------------------------------------------------------------------------

const std::string nasty = "<b a='1'>&amp;\"]]>\x01\x1b[31m\x7f\xff\xc3\xa4,;";

// Marks of the first requirement and of coming to an end.
Graded graded(const std::string& id, const std::string& name, Verdict verdict, int points,
              const std::string& words = "", Mark mark = Mark::missed) {
    const Mark first = verdict == Verdict::pass ? Mark::met : mark;
    return {.exercise = name,
            .id = id,
            .handed_in = true,
            .verdict = verdict,
            .points = points,
            .of = 7,
            .runs = verdict == Verdict::inconclusive ? 0 : 1,
            .requirements = {{"overlap", "All at once.", first, 6, "the server saw 1 at a time; needed 5"},
                             {"finish", "It ends.", Mark::met, 1, "it ended by itself"}},
            .words = words};
}

Graded not_handed_in(const std::string& id, const std::string& name) {
    return {.exercise = name, .id = id, .of = 7, .requirements = {}, .words = "not handed in"};
}

// Three learners, who have nothing, something and all of three exercises.
std::vector<Submission> three_learners() {
    const std::string gap =
        "Your calls wait for each other: each one begins only when the one before it has "
        "its answer.";
    return {
        {.name = "anna",
         .folder = {},
         .exercises = {graded("01", "first-call", Verdict::pass, 7),
                       graded("02", "three-calls", Verdict::pass, 7),
                       graded("08b", "retries", Verdict::pass, 7)}},
        {.name = "bert with a name that is longer than any column",
         .folder = {},
         .exercises = {graded("01", "first-call", Verdict::fail, 1, gap), not_handed_in("02", "three-calls"),
                       graded("08b", "retries", Verdict::fail, 0,
                              "does not compile: error: use of undeclared identifier 'x'", Mark::not_shown)}},
        {.name = nasty,
         .folder = {},
         .exercises = {graded("01", "first-call", Verdict::inconclusive, 3, "no core for 5.00s " + nasty),
                       not_handed_in("02", "three-calls"),
                       graded("08b", "retries", Verdict::fail, 4, nasty)}},
    };
}

const workshop::GradeSettings settings{.seed = 7, .runs = 3, .isolation = "process ids of its own"};

TEST_CASE("sums are of all exercises, and one that is inconclusive leaves the learner open") {
    const auto all = three_learners();
    CHECK(all[0].points() == 21);
    CHECK(all[0].of() == 21);
    CHECK(all[0].passed() == 3);
    CHECK(all[0].conclusive());
    CHECK(all[1].points() == 1);
    CHECK(all[1].passed() == 0);
    CHECK(all[1].conclusive());
    CHECK_FALSE(all[2].conclusive());
}

TEST_CASE("the table has a row for each learner, and what is amiss below") {
    const std::string text = render_grades(three_learners(), settings, 80);
    const Names lines = lines_of(text);
    REQUIRE(lines.size() > 6);
    CHECK(lines[0] == "Learner                 points passed    1    2   8b");
    CHECK(lines[1] == "anna                     21/21      3   ok   ok   ok");
    CHECK(lines[2].starts_with("bert with"));
    CHECK(lines[2].ends_with("      1/21      0    1    -    0"));
    CHECK(lines[3].ends_with("      7/21      0    ?    -    4"));
    for (std::size_t i = 1; i < 4; ++i) CHECK(lines[i].size() == lines[0].size());
    CHECK(contains(text, "\nok passed, N points only, - not handed in, ? inconclusive\n"));
    CHECK(contains(text, "overlap missed: the server saw 1 at a time; needed 5\n"));
    const std::string wide = render_grades(three_learners(), settings, 120);
    CHECK(contains(wide, "any column, 1 first-call: 1 of 7 points. Your calls wait for each other"));
    CHECK(contains(wide, "any column, 8b retries: 0 of 7 points. does not compile: error: use of"));
    CHECK_FALSE(contains(text, "overlap not shown"));  // a compiler's words say it all
    for (const char* fine : {"finish", "anna,", "three-calls"}) CHECK_FALSE(contains(text, fine));
    CHECK(contains(text, "Inconclusive: 1 learner. Grade them again"));
    CHECK(contains(text, "Seed 7, 3 runs of each. A program had process ids of its own.\n"));
    CHECK_FALSE(contains(render_grades({three_learners()[0]}, settings, 80), "Inconclusive"));
}

TEST_CASE("no line is longer than the width, and no exercise is left out, however many there are") {
    std::vector<Submission> all = three_learners();
    for (Submission& one : all) {
        for (int i = 10; i < 40; ++i)
            one.exercises.push_back(
                graded(std::to_string(i), "number-" + std::to_string(i), Verdict::pass, 7));
        one.exercises.push_back(graded("50", std::string(90, 'x'), Verdict::fail, 0, std::string(300, 'y')));
    }
    for (const int width : {40, 41, 64, 80, 120}) {
        CAPTURE(width);
        const std::string text = render_grades(all, settings, width);
        std::multiset<std::string> numbers;
        std::size_t heads = 0;
        for (const std::string& line : lines_of(text)) {
            CHECK_MESSAGE(line.size() <= static_cast<std::size_t>(width), line);
            CHECK(std::all_of(line.begin(), line.end(), [](char c) { return c >= ' ' && c <= '~'; }));
            CHECK_FALSE(line.ends_with(' '));
            if (!line.starts_with("Learner")) continue;
            ++heads;
            std::istringstream words(line.substr(7));
            for (std::string word; words >> word;) numbers.insert(word);
        }
        CHECK(heads >= (width <= 80 ? 2 : 1));
        CHECK(numbers.count("points") == 1);
        CHECK(numbers.count("8b") == 1);
        for (int i = 10; i < 40; ++i) CHECK(numbers.count(std::to_string(i)) == 1);
        CHECK(numbers.size() == 2 + all[0].exercises.size());
    }
    CHECK(contains(render_grades({}, settings, 40), "Seed 7"));
}

TEST_CASE("JSON has everything, whatever bytes it is made of") {
    const std::string text = render_grades_json(three_learners(), settings);
    REQUIRE(Json::accept(text));
    const Json document = Json::parse(text);
    CHECK(document.at("schema") == "overlap.grade/1");
    CHECK(document.at("seed") == 7);
    CHECK(document.at("runs") == 3);
    CHECK(document.at("isolation") == "process ids of its own");
    const Json& learners = document.at("learners");
    REQUIRE(learners.size() == 3);
    CHECK(learners[0].at("name") == "anna");
    CHECK(learners[0].at("points") == 21);
    CHECK(learners[0].at("of") == 21);
    CHECK(learners[0].at("passed") == 3);
    CHECK(learners[0].at("conclusive") == true);
    CHECK(learners[2].at("conclusive") == false);
    CHECK(learners[2].at("name").get<std::string>().starts_with("<b a='1'>&amp;\"]]>\x01\x1b[31m"));
    const Json& one = learners[1].at("exercises")[0];
    CHECK(one.at("exercise") == "first-call");
    CHECK(one.at("id") == "01");
    CHECK(one.at("handed_in") == true);
    CHECK(one.at("verdict") == "fail");
    CHECK(one.at("points") == 1);
    CHECK(one.at("of") == 7);
    CHECK(one.at("runs") == 1);
    CHECK(one.at("requirements")[0] == Json{{"name", "overlap"},
                                            {"mark", "missed"},
                                            {"points", 6},
                                            {"evidence", "the server saw 1 at a time; needed 5"}});
    CHECK(learners[1].at("exercises")[1].at("handed_in") == false);
    CHECK(learners[1].at("exercises")[1].at("requirements").empty());
    CHECK(learners[2].at("exercises")[0].at("verdict") == "inconclusive");
}

TEST_CASE("JUnit's XML is well-formed, counts right and says why") {
    const std::string text = render_grades_junit(three_learners());
    CHECK(text.starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"));
    const XmlElement root = test::xml_document(text);
    CHECK(root.name == "testsuites");
    CHECK(root.attributes.at("tests") == "9");
    CHECK(root.attributes.at("failures") == "3");
    CHECK(root.attributes.at("errors") == "1");
    REQUIRE(root.children.size() == 3);
    const auto& anna = root.children[0];
    CHECK(anna.name == "testsuite");
    CHECK(anna.attributes.at("name") == "anna");
    CHECK(anna.attributes.at("failures") == "0");
    for (const XmlElement& one : anna.children) CHECK(one.children.empty());
    CHECK(anna.children[2].attributes.at("name") == "8b retries");
    CHECK(anna.children[2].attributes.at("classname") == "anna");

    const auto& bert = root.children[1];
    CHECK(bert.attributes.at("tests") == "3");
    CHECK(bert.attributes.at("failures") == "2");
    CHECK(bert.attributes.at("skipped") == "1");
    const XmlElement& failure = bert.children[0].children.at(0);
    CHECK(failure.name == "failure");
    CHECK(failure.attributes.at("message").starts_with("1 of 7 points. Your calls wait"));
    CHECK(contains(failure.text, "overlap missed: the server saw 1 at a time; needed 5\n"));
    CHECK(bert.children[1].children.at(0).name == "skipped");
    CHECK(bert.children[1].children.at(0).attributes.at("message") == "not handed in");

    const auto& odd = root.children[2];
    CHECK(odd.attributes.at("name").starts_with("<b a='1'>&amp;\"]]>??[31m"));
    CHECK(odd.attributes.at("errors") == "1");
    CHECK(odd.children[0].children.at(0).name == "error");
    CHECK(test::xml_document(workshop::render_grades_junit({})).children.empty());
}

TEST_CASE("CSV has a row for each answer, and quotes what needs it") {
    const auto rows = test::csv_rows(render_grades_csv(three_learners()));
    REQUIRE(rows.size() == 10);
    CHECK(rows[0] == Names{"learner", "exercise", "verdict", "points", "of", "words"});
    CHECK(rows[1] == Names{"anna", "first-call", "pass", "7", "7", ""});
    CHECK(rows[4][2] == "fail");
    CHECK(rows[5] == Names{"bert with a name that is longer than any column", "three-calls", "not handed in",
                           "0", "7", "not handed in"});
    CHECK(rows[7][0] == nasty);
    CHECK(rows[7][2] == "inconclusive");
    CHECK(rows[9][5] == nasty);
    for (const auto& row : rows) CHECK(row.size() == 6);
}

TEST_CASE("no cell of the CSV is a formula to a spreadsheet, or breaks a row") {
    std::vector<Submission> all = three_learners();
    const std::string formula = "=HYPERLINK(\"http://example.com\",\"x\")";
    for (const std::string& text : Names{formula, "+" + formula, "-1+1", "@SUM(1)", "\t=1", "\r=1", "\n=1",
                                         "a\rb", "a\nb", "a\r\nb", "\"", ",", "\",\""}) {
        CAPTURE(text);
        all[0].name = text;
        all[0].exercises[0].words = text;
        const auto rows = test::csv_rows(render_grades_csv(all));
        REQUIRE(rows.size() == 10);
        for (const auto& row : rows) {
            REQUIRE(row.size() == 6);
            for (const std::string& cell : row) CHECK_MESSAGE(cell.find_first_of("=+-@\t\r\n") != 0, cell);
        }
    }
}

}  // namespace
}  // namespace overlap
