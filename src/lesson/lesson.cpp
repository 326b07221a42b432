#include "lesson/lesson.hpp"

#include <algorithm>
#include <cctype>
#include <regex>
#include <sstream>

#include "timeline/error.hpp"

namespace overlap::lesson {
namespace {

constexpr std::string_view checks_title = "Check yourself";

std::vector<std::string> words_of(const std::string& text) {
    std::istringstream stream(text);
    std::vector<std::string> words;
    for (std::string word; stream >> word;) words.push_back(word);
    return words;
}

Guess parse_guess(const std::string& line) {
    static const std::regex form(
        R"((.+\?)\s{2,}(total|in flight), ((?:sequential|coroutines|threads|processes)(?: [a-z_-]+)*)\s*)");
    std::smatch parts;
    if (!std::regex_match(line, parts, form)) {
        throw Error("the prediction '" + line +
                    "' is none: expected a question, two blanks, and 'total, sequential' or the like");
    }
    return {parts[1], parts[2] == "total" ? Measure::total : Measure::in_flight, parts[3]};
}

Prediction parse_prediction(const Block& block) {
    Prediction prediction;
    std::istringstream lines(block.text);
    for (std::string line; std::getline(lines, line);) prediction.guesses.push_back(parse_guess(line));
    if (prediction.guesses.empty()) throw Error("a prediction asks nothing");
    return prediction;
}

LiveRun parse_run(const Block& block) {
    const std::size_t end = block.text.find('\n');
    const std::string first = block.text.substr(0, end);
    constexpr std::string_view prompt = "$ overlap ";
    if (!first.starts_with(prompt) || first.find_first_of("'\"|<>&;$\\", 1) != std::string::npos) {
        throw Error("a run begins with '" + first +
                    "': expected '$ overlap ' and words that need no shell to be understood");
    }
    return {words_of(first.substr(prompt.size())),
            end == std::string::npos ? "" : block.text.substr(end + 1)};
}

// "b) About 200 ms." without its letter. Throws unless it is that of the choice with this number.
std::string behind_letter(const std::string& text, std::size_t number) {
    const std::string letter = std::string(1, static_cast<char>('a' + number)) + ") ";
    if (!text.starts_with(letter)) throw Error("expected an answer '" + letter + "...', not '" + text + "'");
    return text.substr(letter.size());
}

// The text of a list's item, and the list below it.
struct Entry {
    std::string text;
    std::vector<std::string> below;
};

std::vector<Entry> entries_of(const Block& list) {
    std::vector<Entry> entries;
    for (const Block& item : list.children) {
        Entry entry;
        for (const Block& part : item.children) {
            if (part.kind == BlockKind::paragraph) {
                entry.text += (entry.text.empty() ? "" : " ") + plain_text(part);
            } else if (part.kind == BlockKind::list) {
                for (const Block& answer : part.children)
                    entry.below.push_back(answer.children.empty() ? "" : plain_text(answer.children.front()));
            } else {
                throw Error("a question of '" + std::string(checks_title) + "' holds more than its answers");
            }
        }
        entries.push_back(std::move(entry));
    }
    return entries;
}

Check parse_check(const Entry& asked, const Entry& answered) {
    Check check;
    check.question = asked.text;
    if (asked.below.size() < 2 || asked.below.size() != answered.below.size())
        throw Error("the question '" + asked.text + "' wants two answers at least, and a reason for each");
    for (std::size_t i = 0; i < asked.below.size(); ++i)
        check.choices.push_back({behind_letter(asked.below[i], i), behind_letter(answered.below[i], i)});
    const std::string& letter = answered.text;
    const bool known = letter.size() == 1 && letter[0] >= 'a' &&
                       static_cast<std::size_t>(letter[0] - 'a') < check.choices.size();
    if (!known) {
        throw Error("the right answer to '" + asked.text + "' is '" + letter +
                    "': expected the letter of one of its answers");
    }
    check.right = static_cast<std::size_t>(letter[0] - 'a');
    return check;
}

// The first numbered list asks, the second, which is folded away on a web page, answers.
std::vector<Step> parse_checks(const std::vector<Step>& blocks) {
    std::vector<Step> steps;
    std::vector<std::vector<Entry>> lists;
    for (const Step& step : blocks) {
        const Block* const block = std::get_if<Block>(&step);  // null: a run or a prediction
        if (block != nullptr && block->kind == BlockKind::list && block->number > 0) {
            lists.push_back(entries_of(*block));
        } else if (block != nullptr && block->kind == BlockKind::paragraph) {
            steps.push_back(step);
        } else if (block == nullptr || block->kind != BlockKind::html) {
            throw Error("'" + std::string(checks_title) + "' holds something beside questions and answers");
        }
    }
    if (lists.size() != 2 || lists[0].size() != lists[1].size())
        throw Error("'" + std::string(checks_title) +
                    "' wants a numbered list of questions and one of answers");
    for (std::size_t i = 0; i < lists[0].size(); ++i) steps.push_back(parse_check(lists[0][i], lists[1][i]));
    return steps;
}

Step step_of(Block block) {
    if (block.kind == BlockKind::code && block.info == "text predict") return parse_prediction(block);
    if (block.kind == BlockKind::code && block.info == "console run") return parse_run(block);
    return block;
}

void set_title(Lesson& lesson, const std::string& title) {
    std::size_t digits = 0;
    while (digits < title.size() && std::isdigit(static_cast<unsigned char>(title[digits])) != 0) ++digits;
    const int number = digits > 0 && digits < 3 ? std::stoi(title.substr(0, digits)) : 0;
    const std::string front = (number < 10 ? "0" : "") + std::to_string(number) + "-";
    if (number == 0 || title.substr(digits, 2) != ". " || !lesson.name.starts_with(front))
        throw Error("its title is '" + title + "': expected its number, a dot and its name");
    lesson.number = number;
    lesson.title = title.substr(digits + 2);
}

// Every prediction must be about a run that comes.
void check_predictions(const Section& section, bool& waiting) {
    for (const Step& step : section.steps) {
        if (std::holds_alternative<Prediction>(step)) {
            if (waiting) throw Error("a prediction has no run before the next one");
            waiting = true;
        }
        if (std::holds_alternative<LiveRun>(step)) waiting = false;
    }
}

Lesson read(const std::string& name, std::string_view text) {
    Lesson lesson;
    lesson.name = name;
    for (Block& block : parse_markdown(text).children) {
        const bool heading = block.kind == BlockKind::heading;
        if (heading && block.number == 1) {
            set_title(lesson, plain_text(block));
            lesson.sections.push_back({});
        } else if (lesson.sections.empty()) {
            throw Error("it begins without a title: expected '# 2. Overlapping waits' or the like");
        } else if (heading && block.number == 2) {
            lesson.sections.push_back({plain_text(block), {}});
        } else {
            lesson.sections.back().steps.push_back(step_of(std::move(block)));
        }
    }
    if (lesson.sections.empty()) throw Error("it is empty");
    bool waiting = false;
    for (Section& section : lesson.sections) {
        if (section.title == checks_title) section.steps = parse_checks(section.steps);
        check_predictions(section, waiting);
    }
    if (waiting) throw Error("its last prediction has no run behind it");
    return lesson;
}

}  // namespace

Lesson parse_lesson(const std::string& name, std::string_view text) {
    try {
        return read(name, text);
    } catch (const std::exception& error) {
        throw Error("lesson " + name + ": " + error.what());
    }
}

std::size_t checks_in(const Lesson& lesson) {
    std::size_t count = 0;
    for (const Section& section : lesson.sections) {
        count += static_cast<std::size_t>(
            std::count_if(section.steps.begin(), section.steps.end(),
                          [](const Step& step) { return std::holds_alternative<Check>(step); }));
    }
    return count;
}

}  // namespace overlap::lesson
