#include "cli/lesson_reader.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <sstream>

#include "cli/commands.hpp"
#include "cli/interrupt.hpp"
#include "cli/own_command.hpp"
#include "cli/questions.hpp"
#include "cli/terminal.hpp"
#include "lesson/page.hpp"
#include "lesson/prediction.hpp"
#include "render/ascii.hpp"
#include "render/json.hpp"
#include "render/text.hpp"
#include "timeline/error.hpp"

namespace overlap {
namespace {

using lesson::Check;
using lesson::LessonProgress;
using lesson::LiveRun;
using lesson::Prediction;
using lesson::Section;

using Lines = std::vector<std::string>;

// The reader wants no more for today.
struct ReaderLeaves {};

int terminal_rows() {
    winsize size{};
    return ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 3 ? size.ws_row : 24;
}

Lines lines_of(const std::string& text) {
    Lines lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);) lines.push_back(line);
    return lines;
}

// What a run shows, without what it proposes to run next: here the lesson leads on.
Lines shown_in_lesson(const std::string& output) {
    Lines lines = lines_of(output);
    const auto is_next = [](const std::string& line) { return line.starts_with("Next: "); };
    lines.erase(std::find_if(lines.begin(), lines.end(), is_next), lines.end());
    while (!lines.empty() && lines.back().empty()) lines.pop_back();
    return lines;
}

class Reader {
  public:
    Reader(const lesson::Lesson& lesson, LessonProgress& progress, const LessonReading& reading)
        : lesson_(lesson), progress_(progress), reading_(reading), ascii_(ascii_options(reading.output)) {
        progress_.checks.resize(lesson::checks_in(lesson));
    }

    LessonEnd read() {
        const bool goes_on =
            reading_.asks && progress_.section > 0 && progress_.section < lesson_.sections.size();
        show(lesson::heading_lines(fmt::format("{}. {}", lesson_.number, lesson_.title), 1, ascii_.width,
                                   ascii_.theme));
        show({""});
        if (goes_on) {
            show(wrap(fmt::format("You stopped at \"{}\". From its beginning: overlap lesson {} --restart",
                                  lesson_.sections[progress_.section].title, lesson_.number),
                      ascii_.width));
            show({""});
        }
        for (std::size_t i = goes_on ? progress_.section : 0; i < lesson_.sections.size(); ++i) {
            reached(i);
            show_section(lesson_.sections[i]);
            if (i + 1 < lesson_.sections.size() && !lesson_.sections[i].title.empty())
                turn_page(lesson_.sections[i + 1].title);
        }
        if (failed_) return LessonEnd::failed;
        if (reading_.asks) progress_.section = 0;
        progress_.read = true;
        reading_.keep(progress_);
        return LessonEnd::read;
    }

  private:
    // A prediction that waits for its run is asked for again. Who reads straight through keeps the old place.
    void reached(std::size_t section) {
        if (!reading_.asks || !pending_.guesses.empty()) return;
        progress_.section = section;
        if (section > 0) reading_.keep(progress_);
    }

    void show_section(const Section& section) {
        if (!section.title.empty()) {
            show(lesson::heading_lines(section.title, 2, ascii_.width, ascii_.theme));
            show({""});
        }
        for (const lesson::Step& step : section.steps) {
            std::visit([this](const auto& part) { take(part); }, step);
        }
    }

    void take(const lesson::Block& block) {
        if (block.kind == lesson::BlockKind::heading) keep_together(6);  // not the last line of a page
        show(lesson::page_of(block, ascii_.width, ascii_.theme));
    }

    void take(const Prediction& prediction) {
        pending_ = prediction;
        answers_.assign(prediction.guesses.size(), std::nullopt);
        if (!reading_.asks) {
            for (const lesson::Guess& guess : prediction.guesses)
                show(wrap("? " + printable(guess.question), ascii_.width, 2));
            show({""});
            return;
        }
        for (std::size_t i = 0; i < prediction.guesses.size(); ++i) {
            const lesson::Guess& guess = prediction.guesses[i];
            show(wrap("? " + printable(guess.question), ascii_.width, 2));
            for (;;) {
                const std::string text =
                    ask(fmt::format("  (like {}; Enter: no guess) ", lesson::example_answer(guess)));
                if (text.empty()) break;
                answers_[i] = lesson::parse_answer(guess, text);
                if (answers_[i]) break;
                const bool time = guess.measure == lesson::Measure::total;
                show_below(fmt::format("'{}' is none: expected {} like {}", text,
                                       time ? "a time" : "a number", lesson::example_answer(guess)));
            }
        }
        show({""});
    }

    void take(const LiveRun& run) {
        const std::string command = fmt::format("$ overlap {}", fmt::join(run.words, " "));
        const Lines lines = wrap(command, ascii_.width, 4);
        keep_together(12);  // with the axis and the first panel
        keep_together(static_cast<int>(lines.size()));
        used_ += static_cast<int>(lines.size());
        const OwnOutput output = start(run, lines);
        complain_if_it_failed(run, output.status);
        if (pending_.guesses.empty()) {
            show(shown_in_lesson(output.out));
            return show({""});
        }
        Run measured;
        try {
            measured = parse_run(output.out);
        } catch (const RunFormatError&) {
            failed_ = true;
            pending_ = {};
            return show({"(it was not measured)", ""});
        }
        show(shown_in_lesson(render_ascii(measured, ascii_)));
        Lines comparison = lesson::compared(pending_, answers_, measured, ascii_.width, ascii_.theme);
        comparison.insert(comparison.begin(),
                          {"", emphasize(reading_.asks ? "Your guess, and what was measured:" : "Measured:",
                                         ascii_.theme)});
        show(comparison);
        pending_ = {};
    }

    // From where the command is printed, Ctrl-C stops it; nothing may be asked before it has ended.
    OwnOutput start(const LiveRun& run, const Lines& command_lines) {
        std::vector<std::string> words = run.words;
        if (!pending_.guesses.empty()) words.emplace_back("--json");
        const CommandSpec* const command = find_command(words.front());
        const bool draws = command != nullptr && command->demo != nullptr;
        if (draws && ascii_.theme.unicode) words.emplace_back("--unicode");
        const Interrupt interrupt;
        for (const std::string& line : command_lines) print(emphasize(line, ascii_.theme) + '\n');
        OwnOutput output = run_own_command(
            words,
            {fmt::format("COLUMNS={}", ascii_.width), ascii_.theme.color ? "NO_COLOR=" : "NO_COLOR=1",
             ascii_.theme.color ? "CLICOLOR_FORCE=1" : "CLICOLOR_FORCE=0"},
            interrupt.token());
        if (interrupt.token().stop_requested()) throw Interrupted();
        return output;
    }

    // Some are meant to fail: that is what they show. Wrong usage and a crash are not.
    void complain_if_it_failed(const LiveRun& run, int status) {
        if (WIFEXITED(status) && WEXITSTATUS(status) <= exit_failed) return;
        failed_ = true;
        std::cerr << fmt::format("overlap: 'overlap {}' did not run: it ended with {} {}\n",
                                 fmt::join(run.words, " "), WIFEXITED(status) ? "code" : "signal",
                                 WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
    }

    void take(const Check& check) {
        const std::size_t number = asked_++;
        show(wrap(fmt::format("{}. {}", number + 1, printable(check.question)), ascii_.width, 3));
        for (std::size_t i = 0; i < check.choices.size(); ++i)
            show_below(fmt::format("{}) {}", letter(i), check.choices[i].text));
        if (reading_.asks)
            ask_until_right(check, number);
        else
            tell(check);
        show({""});
    }

    static char letter(std::size_t choice) { return static_cast<char>('a' + choice); }

    // Indented below a question.
    void show_below(const std::string& text) {
        constexpr int indent = 3;
        Lines lines = wrap(printable(text), ascii_.width - indent, indent);
        for (std::string& line : lines) line.insert(0, indent, ' ');
        show(lines);
    }

    void tell(const Check& check) {
        show_below(fmt::format("The answer is {}.", letter(check.right)));
        for (std::size_t i = 0; i < check.choices.size(); ++i)
            show_below(fmt::format("{}) {}", letter(i), check.choices[i].reason));
    }

    // The first answer counts, also when the lesson is read again.
    void note_answer(std::size_t number, bool right) {
        if (progress_.checks[number]) return;
        progress_.checks[number] = right;
        reading_.keep(progress_);
    }

    void ask_until_right(const Check& check, std::size_t number) {
        const std::string letters = fmt::format("a to {}", letter(check.choices.size() - 1));
        for (;;) {
            std::string answer = ask(fmt::format("   ({}; Enter: tell me) ", letters));
            if (answer.empty()) return tell(check);
            if (answer.ends_with(')')) answer.pop_back();
            const auto choice = static_cast<std::size_t>(answer[0] - 'a');
            if (answer.size() != 1 || choice >= check.choices.size()) {
                show_below(fmt::format("'{}' is none: expected {}", answer, letters));
                continue;
            }
            const bool right = choice == check.right;
            note_answer(number, right);
            show_below((right ? "Right. " : "No. ") + check.choices[choice].reason);
            if (right) return;
        }
    }

    // A line that was typed, in small letters. "q" stops here.
    std::string ask(const std::string& prompt) {
        Questions questions;
        const std::optional<std::string> answer = questions.answer(prompt);
        if (!answer) throw ReaderLeaves{};
        used_ = 1;  // what stands above was read
        std::string text = *answer;
        for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
        if (text == "q" || text == "quit") throw ReaderLeaves{};
        return text;
    }

    void turn_page(const std::string& next) {
        if (!reading_.asks) return;
        ask(elide(fmt::format("-- Enter: {}; q: stop --", next), ascii_.width - 1));
        if (shows_progress()) print("\r\x1b[1A\x1b[K");  // the prompt has done its work
        used_ = 0;
    }

    // How many lines of text a page takes; below them stand a blank line and the prompt.
    static int page_rows() { return terminal_rows() - 2; }

    // The longest piece that is not torn: with longer ones, pages would stay half empty.
    static int longest_piece() { return page_rows() * 3 / 4; }

    // Turns the page unless `lines` more go onto this one.
    void keep_together(int lines) {
        if (reading_.asks && used_ > 0 && lines <= longest_piece() && used_ + lines > page_rows())
            turn_page("more");
    }

    // How many lines from `begin` belong together: those to the next blank one. A line or two, such as a
    // heading or an axis, belong to what follows.
    static int together(const Lines& lines, std::size_t begin) {
        const auto from = lines.begin() + static_cast<std::ptrdiff_t>(begin);
        const auto first = std::find(from, lines.end(), "");
        auto end = first;
        for (auto part = from; end - part <= 2 && end != lines.end(); end = std::find(part, lines.end(), ""))
            part = end + 1;
        return static_cast<int>((end - from <= longest_piece() ? end : first) - from);
    }

    void show(const Lines& lines) {
        for (std::size_t i = 0; i < lines.size(); ++i) {
            if (!lines[i].empty()) {
                if (i == 0 || lines[i - 1].empty()) keep_together(together(lines, i));
                if (reading_.asks && used_ >= page_rows()) turn_page("more");
            }
            print(lines[i] + '\n');
            ++used_;
        }
    }

    const lesson::Lesson& lesson_;
    LessonProgress& progress_;
    const LessonReading& reading_;
    AsciiOptions ascii_;
    Prediction pending_;  ///< waits for its run
    std::vector<std::optional<std::int64_t>> answers_;
    std::size_t asked_ = 0;  ///< questions so far
    int used_ = 0;           ///< lines since the page began
    bool failed_ = false;
};

}  // namespace

LessonEnd read_lesson(const lesson::Lesson& lesson, LessonProgress& progress, const LessonReading& reading) {
    try {
        return Reader(lesson, progress, reading).read();
    } catch (const ReaderLeaves&) {
        return LessonEnd::stopped;
    } catch (const Interrupted&) {
        return LessonEnd::interrupted;
    }
}

}  // namespace overlap
