// A lesson: its text, and where in it something is asked, predicted or run (docs/writing-lessons.md).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "lesson/markdown.hpp"

namespace overlap::lesson {

/// What a prediction is compared with.
enum class Measure : std::uint8_t { total, in_flight };

/// One question of a prediction.
struct Guess {
    std::string question;
    Measure measure = Measure::total;
    std::string panel;  ///< "sequential", "threads", "coroutines gather"
};

/// What to guess before the run that follows.
struct Prediction {
    std::vector<Guess> guesses;
};

/// A command that is run where it stands.
struct LiveRun {
    std::vector<std::string> words;  ///< without the "overlap" in front
    std::string sample;              ///< what it printed when the lesson was written
};

struct Choice {
    std::string text;
    std::string reason;  ///< why it is right, or wrong
};

/// A question with answers to choose from: a) is choices[0].
struct Check {
    std::string question;
    std::vector<Choice> choices;
    std::size_t right = 0;
};

using Step = std::variant<Block, Prediction, LiveRun, Check>;

/// What stands below a heading of the second level. The first section has none: it is the title's.
struct Section {
    std::string title;
    std::vector<Step> steps;
};

struct Lesson {
    int number = 0;
    std::string name;   ///< of its folder: "02-overlapping-waits"
    std::string title;  ///< "Overlapping waits"
    std::vector<Section> sections;
};

/// Reads a lesson. `name`: of its folder, whose number must be the title's. Throws Error, naming the lesson
/// and what in it is not as docs/writing-lessons.md has it.
Lesson parse_lesson(const std::string& name, std::string_view text);

/// A lesson's text as the build embedded it.
struct LessonText {
    std::string_view name;
    std::string_view text;
};

/// All of them, in order.
const std::vector<LessonText>& all_lessons();

/// How many questions it asks at its end.
std::size_t checks_in(const Lesson& lesson);

}  // namespace overlap::lesson
