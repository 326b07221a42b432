// overlap lesson: lists the lessons, reads one, keeps how far one is.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <iostream>

#include "cli/commands.hpp"
#include "cli/lesson_reader.hpp"
#include "cli/suggest.hpp"
#include "cli/terminal.hpp"
#include "cli/values.hpp"
#include "lesson/lesson.hpp"
#include "lesson/progress.hpp"
#include "render/text.hpp"
#include "timeline/error.hpp"

namespace overlap {
namespace {

using lesson::Lesson;
using lesson::LessonProgress;
using lesson::Progress;

void say(const std::string& sentence) { std::cerr << "overlap: " + printable(sentence) + "\n"; }

// Lessons can be read where progress cannot be kept: then that is said, once.
class Kept {
  public:
    Kept() {
        try {
            file_ = lesson::progress_file();
            lesson::LoadedProgress loaded = lesson::load_progress(file_);
            progress_ = std::move(loaded.progress);
            if (!loaded.notice.empty()) say(loaded.notice);
        } catch (const Error& error) {
            give_up(error);
        }
    }

    [[nodiscard]] LessonProgress of(const Lesson& lesson) const {
        const auto found = progress_.find(lesson.name);
        return found == progress_.end() ? LessonProgress{} : found->second;
    }

    // Another terminal may have got further with another lesson meanwhile.
    void keep(const Lesson& lesson, const LessonProgress& progress) {
        progress_[lesson.name] = progress;
        if (!kept_) return;
        try {
            lesson::LoadedProgress now = lesson::load_progress(file_);
            if (!now.notice.empty()) say(now.notice);
            LessonProgress& kept = now.progress[lesson.name];
            kept = lesson::merged(kept, progress);
            lesson::save_progress(file_, now.progress);
        } catch (const Error& error) {
            give_up(error);
        }
    }

  private:
    void give_up(const Error& error) {
        kept_ = false;
        say(fmt::format("{}; how far you get is not kept", error.what()));
    }

    std::filesystem::path file_;
    Progress progress_;
    bool kept_ = true;
};

std::vector<Lesson> parsed_lessons() {
    std::vector<Lesson> lessons;
    for (const lesson::LessonText& text : lesson::all_lessons())
        lessons.push_back(lesson::parse_lesson(std::string(text.name), text.text));
    return lessons;
}

std::string state_of(const Lesson& lesson, const LessonProgress& progress) {
    std::string state;
    if (progress.read) {
        state = "read";
        const auto asked = std::count_if(progress.checks.begin(), progress.checks.end(),
                                         [](const auto& check) { return check.has_value(); });
        const auto right = std::count(progress.checks.begin(), progress.checks.end(), true);
        if (asked > 0) {
            state = asked == static_cast<std::ptrdiff_t>(progress.checks.size()) ? "done" : state;
            state += fmt::format(", {} of {} right", right, progress.checks.size());
        }
    }
    if (progress.section > 0 && progress.section < lesson.sections.size()) {
        state +=
            fmt::format("{}at \"{}\"", state.empty() ? "" : ", ", lesson.sections[progress.section].title);
    }
    return state;
}

const Lesson* next_lesson(const std::vector<Lesson>& lessons, const Kept& kept) {
    const auto found =
        std::find_if(lessons.begin(), lessons.end(), [&](const Lesson& one) { return !kept.of(one).read; });
    return found == lessons.end() ? nullptr : &*found;
}

std::string list_of(const std::vector<Lesson>& lessons, const Kept& kept, int width) {
    std::size_t longest = 0;
    for (const Lesson& one : lessons) longest = std::max(longest, one.title.size());
    const int title_width = std::min(static_cast<int>(longest), width - 4) + 2;
    std::string text;
    for (const Lesson& one : lessons) {
        const std::string state = state_of(one, kept.of(one));
        std::string line = fmt::format("{:>2}  {}", one.number, pad_right(one.title, title_width));
        if (static_cast<int>(line.size() + state.size()) > width && !state.empty()) {
            text += line.substr(0, line.find_last_not_of(' ') + 1) + '\n';
            line = "      ";
        }
        line += elide(state, width - static_cast<int>(line.size()));
        text += line.substr(0, line.find_last_not_of(' ') + 1) + '\n';
    }
    const Lesson* const next = next_lesson(lessons, kept);
    if (next == nullptr) return text + "\nAll of them are read.\n";
    return text + fmt::format("\nNext: overlap lesson {}\n", next->number);
}

// By its number, its folder's name, or that without the number.
const Lesson& lesson_named(const std::vector<Lesson>& lessons, const std::string& word) {
    int number = 0;
    std::from_chars(word.data(), word.data() + word.size(), number);  // one that is too large stays 0
    const bool is_number = !word.empty() && word.find_first_not_of("0123456789") == std::string::npos;
    std::vector<std::string> names;
    for (const Lesson& one : lessons) {
        const std::string short_name = one.name.substr(3);
        if ((is_number && number == one.number) || word == one.name || word == short_name) return one;
        names.push_back(short_name);
    }
    if (is_number)
        throw UsageError(fmt::format("there is no lesson {}: expected 1 to {}", word, lessons.size()));
    names.emplace_back("next");
    throw UsageError(fmt::format("there is no lesson '{}'{}: 'overlap lesson' lists them", word,
                                 did_you_mean(word, names)));
}

std::string what_is_next(const std::vector<Lesson>& lessons, const Lesson& read) {
    if (static_cast<std::size_t>(read.number) < lessons.size())
        return fmt::format("Next: overlap lesson {}\n", read.number + 1);
    return "This was the last one.\n";
}

// Questions are asked on standard error.
bool on_terminal() {
    return ::isatty(STDIN_FILENO) == 1 && ::isatty(STDOUT_FILENO) == 1 && ::isatty(STDERR_FILENO) == 1;
}

int read_one(const std::vector<Lesson>& lessons, const Lesson& lesson, Kept& kept,
             const Invocation& invocation) {
    LessonProgress progress = kept.of(lesson);
    LessonReading reading;
    reading.output = invocation.output;
    reading.asks = !invocation.lesson.no_input && on_terminal();
    // Into a file or a pipe nobody has read it yet.
    const bool seen = ::isatty(STDOUT_FILENO) == 1;
    reading.keep = [&kept, &lesson, seen](const LessonProgress& now) {
        if (seen) kept.keep(lesson, now);
    };
    if (invocation.lesson.restart) progress.section = 0;
    switch (read_lesson(lesson, progress, reading)) {
        case LessonEnd::read:
            print(what_is_next(lessons, lesson));
            return exit_done;
        case LessonEnd::failed:
            return exit_failed;
        case LessonEnd::stopped:
            print(fmt::format("To go on from here: overlap lesson {}\n", lesson.number));
            return exit_done;
        case LessonEnd::interrupted:
            break;
    }
    return exit_interrupted;
}

int run_lesson(const Invocation& invocation) {
    const int width = output_width(invocation.output);
    const std::vector<Lesson> lessons = parsed_lessons();
    const std::string& word = invocation.argument;
    const Lesson* chosen = word.empty() || word == "next" ? nullptr : &lesson_named(lessons, word);
    if (invocation.lesson.restart && word.empty())
        throw UsageError("--restart is for a lesson: 'overlap lesson 3 --restart' begins it anew");
    Kept kept;
    if (word == "next") chosen = next_lesson(lessons, kept);
    if (chosen == nullptr) {
        print(list_of(lessons, kept, width));
        return exit_done;
    }
    return read_one(lessons, *chosen, kept, invocation);
}

}  // namespace

CommandSpec lesson_command() {
    CommandSpec command;
    command.name = "lesson";
    command.summary = "read a lesson, which runs what it talks about; without a name, list them";
    command.argument = "[LESSON]";
    command.argument_words = {"next"};
    for (const lesson::LessonText& one : lesson::all_lessons())
        command.argument_words.emplace_back(one.name.substr(3));
    command.examples = {
        {"overlap lesson", "the lessons, and how far you are"},
        {"overlap lesson next", "the first that you have not read, from where you stopped"},
        {"overlap lesson 3", "by its number"},
        {"overlap lesson overlapping-waits --restart", "by its name, from the beginning"},
        {"overlap lesson 2 --no-input", "straight through, for a file or a script"},
    };
    command.options = {
        {"--no-input", "", "ask nothing and do not stop at pages (as when it is piped)", OptionKind::flag},
        {"--restart", "", "begin at its beginning, not where you stopped", OptionKind::flag},
        {"--width", "N",
         "columns to write in, 40 or more, 120 used at most (default: COLUMNS, the terminal's, 80)"},
        {.name = "--color",
         .value = "WHEN",
         .meaning = "auto, always or never (default auto: on a terminal, unless NO_COLOR is set)",
         .words = color_words()},
        {"--unicode", "", "draw with box characters instead of ASCII", OptionKind::flag},
    };
    command.notes =
        "How far you are on a terminal is kept in $XDG_STATE_HOME/overlap/lessons.json (~/.local/state where "
        "that is not "
        "set). "
        "At a page's end, Enter goes on, q stops and Ctrl-C ends: the next time it goes on at that section. "
        "A "
        "guess or an answer can be left out with Enter.";
    command.run = run_lesson;
    return command;
}

}  // namespace overlap
