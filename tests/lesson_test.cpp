// Lessons as text: what they ask, predict and run, and what is refused.
#include "lesson/lesson.hpp"

#include <doctest/doctest.h>

#include <string>

#include "support/text.hpp"
#include "timeline/error.hpp"

namespace overlap::lesson {
namespace {

using test::contains;

TEST_SUITE_BEGIN("lesson");

const std::string title = "# 2. Overlapping waits\n\n";

const std::string run_block = "```console run\n$ overlap api --tasks 4\n4 calls\n...\n```\n";

const std::string checks =
    "## Check yourself\n\n"
    "1. How long\n   is it?\n   - a) Long.\n   - b) Short.\n"
    "2. How many?\n   - a) One.\n   - b) Two.\n   - c) Three.\n\n"
    "<details>\n<summary>Answers</summary>\n\n"
    "1. b\n   - a) It is not long.\n   - b) It is short.\n"
    "2. c\n   - a) More.\n   - b) One more.\n   - c) Yes.\n\n"
    "</details>\n";

Lesson parse(const std::string& text) { return parse_lesson("02-overlapping-waits", text); }

std::string refusal(const std::string& text, const std::string& name = "02-overlapping-waits") {
    try {
        parse_lesson(name, text);
    } catch (const Error& error) {
        return error.what();
    }
    return "";
}

TEST_CASE("a lesson has a number, a title and sections") {
    const Lesson lesson = parse(title + "Before.\n\n## The question\n\nWhy?\n\n### More\n\n## The run\n");
    CHECK(lesson.number == 2);
    CHECK(lesson.name == "02-overlapping-waits");
    CHECK(lesson.title == "Overlapping waits");
    REQUIRE(lesson.sections.size() == 3);
    CHECK(lesson.sections[0].title.empty());
    CHECK(lesson.sections[1].title == "The question");
    CHECK(lesson.sections[1].steps.size() == 2);
    CHECK(lesson.sections[2].steps.empty());
}

TEST_CASE("a run is its command's words, and what it printed once") {
    const Lesson lesson = parse(title + run_block);
    const LiveRun& run = std::get<LiveRun>(lesson.sections[0].steps.at(0));
    CHECK(run.words == std::vector<std::string>{"api", "--tasks", "4"});
    CHECK(run.sample == "4 calls\n...\n");
}

TEST_CASE("a run that needs a shell, or runs something else, is refused") {
    for (const char* command : {"$ ls", "overlap api", "$ overlap api | head", "$ overlap api > file",
                                "$ overlap trace -- sh -c 'x'", "$ overlap api; reboot", ""}) {
        CAPTURE(command);
        CHECK(contains(refusal(title + "```console run\n" + command + "\n```\n"), "expected '$ overlap '"));
    }
}

TEST_CASE("a prediction is questions with what they are compared with") {
    const Lesson lesson = parse(title +
                                "```text predict\n"
                                "How long, one after the other?      total, sequential\n"
                                "How many at once?  in flight, coroutines gather\n"
                                "```\n" +
                                run_block);
    const Prediction& prediction = std::get<Prediction>(lesson.sections[0].steps.at(0));
    REQUIRE(prediction.guesses.size() == 2);
    CHECK(prediction.guesses[0].question == "How long, one after the other?");
    CHECK(prediction.guesses[0].measure == Measure::total);
    CHECK(prediction.guesses[0].panel == "sequential");
    CHECK(prediction.guesses[1].measure == Measure::in_flight);
    CHECK(prediction.guesses[1].panel == "coroutines gather");
}

TEST_CASE("a prediction that cannot be compared is refused, and one without a run") {
    const auto predicting = [](const std::string& line) { return "```text predict\n" + line + "\n```\n"; };
    for (const char* line : {"How long  total, sequential", "How long? total, sequential",
                             "How long?  sum, sequential", "How long?  total, waiting", ""}) {
        CAPTURE(line);
        CHECK(contains(refusal(title + predicting(line) + run_block), "prediction"));
    }
    const std::string good = predicting("How long?  total, sequential");
    CHECK(contains(refusal(title + good), "no run"));
    CHECK(contains(refusal(title + good + good + run_block), "no run"));
    CHECK(refusal(title + good + "## The run\n" + run_block).empty());
}

TEST_CASE("questions have answers to choose from, and a reason for each") {
    const Lesson lesson = parse(title + checks);
    CHECK(checks_in(lesson) == 2);
    const Check& first = std::get<Check>(lesson.sections[1].steps.at(0));
    CHECK(first.question == "How long is it?");
    REQUIRE(first.choices.size() == 2);
    CHECK(first.choices[0].text == "Long.");
    CHECK(first.choices[0].reason == "It is not long.");
    CHECK(first.right == 1);
    CHECK(std::get<Check>(lesson.sections[1].steps.at(1)).right == 2);
}

TEST_CASE("questions without their answers are refused") {
    const auto without = [](const std::string& what, const std::string& instead) {
        std::string text = checks;
        const std::size_t at = text.rfind(what);
        REQUIRE(at != std::string::npos);
        return title + text.replace(at, what.size(), instead);
    };
    CHECK(contains(refusal(without("2. c", "2. d")), "the letter"));
    CHECK(contains(refusal(without("2. c", "2. Three")), "the letter"));
    CHECK(contains(refusal(without("   - c) Yes.\n", "")), "a reason for each"));
    CHECK(contains(refusal(without("c) Yes", "d) Yes")), "expected an answer 'c) "));
    CHECK(contains(refusal(title + checks.substr(0, checks.find("<details>"))), "numbered list"));
    CHECK(contains(refusal(title + checks + "\n```text\nx\n```\n"), "something beside"));
    CHECK(contains(refusal(title + checks + "\n" + run_block), "something beside"));
}

TEST_CASE("a title that does not fit its folder is refused, with the lesson's name") {
    for (const char* wrong : {"# Overlapping waits", "# 3. Overlapping waits", "# 2 Overlapping", "## 2. X",
                              "", "Words first.\n\n# 2. Overlapping waits", "# 99999999999. X"}) {
        CAPTURE(wrong);
        CHECK(contains(refusal(std::string(wrong) + "\n"), "lesson 02-overlapping-waits: "));
    }
    CHECK(contains(refusal(title, "12-streaming"), "expected its number"));
}

}  // namespace
}  // namespace overlap::lesson
