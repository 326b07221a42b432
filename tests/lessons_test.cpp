// The lessons are as docs/writing-lessons.md has them.
#include <doctest/doctest.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <map>
#include <optional>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <variant>
#include <vector>

#include "cli/options.hpp"
#include "demo/runner.hpp"
#include "lesson/lesson.hpp"
#include "support/documents.hpp"
#include "support/files.hpp"
#include "support/text.hpp"

namespace overlap::test {
namespace {

namespace fs = std::filesystem;

TEST_SUITE_BEGIN("lessons");

constexpr const char* sections[]{"The question",    "Your prediction", "The run",
                                 "What happened",   "The code",        "The Python way",
                                 "What goes wrong", "Check yourself",  "The exercise"};

struct LessonFile {
    std::string name;  ///< of its folder
    Document document;
};

std::vector<LessonFile> lesson_files() {
    std::vector<LessonFile> files;
    for (const Document& document : all_documents()) {
        const fs::path path = document.path;
        if (*path.begin() == "lessons" && path.filename() == "lesson.md")
            files.push_back({path.parent_path().filename(), document});
    }
    return files;
}

TEST_CASE("every lesson is in the list that is built, in its order, and is as a lesson has to be") {
    std::vector<std::string> built;
    for (const lesson::LessonText& text : lesson::all_lessons()) built.emplace_back(text.name);
    std::vector<std::string> found;
    for (const LessonFile& file : lesson_files()) {
        found.push_back(file.name);
        CHECK_NOTHROW(lesson::parse_lesson(file.name, file.document.text));
    }
    CHECK_MESSAGE(built == found,
                  "the list overlap_lessons in src/CMakeLists.txt is not what is in lessons/");
}

TEST_CASE("a lesson has its sections, in their order") {
    for (const LessonFile& file : lesson_files()) {
        std::size_t next = 0;
        const lesson::Lesson read = lesson::parse_lesson(file.name, file.document.text);
        for (const lesson::Section& section : read.sections) {
            if (next < std::size(sections) && section.title == sections[next]) ++next;
        }
        if (next < std::size(sections))
            FAIL_CHECK(file.document.path << ": there is no section '" << std::string(sections[next])
                                          << "', or it comes too early");
    }
}

std::size_t words_outside_of_blocks(const std::string& text) {
    std::vector<std::string> lines = lines_of(text);
    for (const CodeBlock& block : code_blocks(text)) {
        for (std::size_t i = 0; i < block.lines.size(); ++i) lines[block.first - 1 + i].clear();
    }
    std::size_t count = 0;
    for (const std::string& line : lines) {
        if (line.starts_with("```") || line.starts_with('<')) continue;
        std::istringstream words(line);
        for (std::string word; words >> word;)
            count +=
                std::any_of(word.begin(), word.end(), [](unsigned char c) { return std::isalnum(c) != 0; })
                    ? 1
                    : 0;
    }
    return count;
}

TEST_CASE("a lesson has 600 to 1,200 words") {
    for (const LessonFile& file : lesson_files()) {
        const std::size_t count = words_outside_of_blocks(file.document.text);
        if (count < 600 || count > 1'200)
            FAIL_CHECK(file.document.path << ": it has " << count
                                          << " words without its blocks: expected 600 to 1,200");
    }
}

TEST_CASE("a lesson is ASCII, in lines of at most 120 columns") {
    for (const LessonFile& file : lesson_files()) {
        const std::vector<std::string> lines = lines_of(file.document.text);
        for (std::size_t i = 0; i < lines.size(); ++i) {
            const auto printable = [](char c) { return c >= ' ' && c <= '~'; };
            if (!std::all_of(lines[i].begin(), lines[i].end(), printable))
                FAIL_CHECK(place(file.document, i + 1) << ": there is something else than printable ASCII");
            if (lines[i].size() > 120)
                FAIL_CHECK(place(file.document, i + 1)
                           << ": it has " << lines[i].size() << " columns: expected 120 at most");
        }
    }
}

TEST_CASE("a lesson asks three questions at least, with a reason for each answer") {
    for (const LessonFile& file : lesson_files()) {
        const lesson::Lesson read = lesson::parse_lesson(file.name, file.document.text);
        if (lesson::checks_in(read) < 3)
            FAIL_CHECK(file.document.path << ": it asks " << lesson::checks_in(read)
                                          << " questions: expected three at least");
        for (const lesson::Section& section : read.sections) {
            for (const lesson::Step& step : section.steps) {
                const auto* check = std::get_if<lesson::Check>(&step);
                if (check == nullptr) continue;
                for (const lesson::Choice& choice : check->choices) {
                    if (words_outside_of_blocks(choice.reason) < 3)
                        FAIL_CHECK(file.document.path << ": '" << check->question << "': the answer '"
                                                      << choice.text << "' has no reason");
                }
            }
        }
    }
}

// The panels of a demo's command, by the names that predictions have for them.
std::set<std::string> panels_of(const std::vector<std::string>& words) {
    const CommandSpec* command = words.empty() ? nullptr : find_command(words[0]);
    if (command == nullptr || command->demo == nullptr || command->demo->measure != nullptr) return {};
    const Invocation invocation = parse_arguments(*command, {words.begin() + 1, words.end()});
    std::set<std::string> names;
    for (const Variant& variant : chosen_variants(*command->demo, invocation.run.value())) {
        const std::string_view way = variant.way == Way::pool ? name_of(variant.pool) : name_of(variant.way);
        names.insert(std::string(way) + (variant.name.empty() ? "" : " " + std::string(variant.name)));
    }
    return names;
}

void check_predictions(const LessonFile& file) {
    std::optional<lesson::Prediction> waiting;
    std::size_t predicted = 0;
    for (const lesson::Section& section : lesson::parse_lesson(file.name, file.document.text).sections) {
        for (const lesson::Step& step : section.steps) {
            if (const auto* prediction = std::get_if<lesson::Prediction>(&step)) waiting = *prediction;
            const auto* run = std::get_if<lesson::LiveRun>(&step);
            if (run == nullptr || !waiting) continue;
            const std::set<std::string> panels = panels_of(run->words);
            for (const lesson::Guess& guess : waiting->guesses) {
                ++predicted;
                if (!panels.contains(guess.panel))
                    FAIL_CHECK(file.document.path << ": '" << guess.question << "' is compared with '"
                                                  << guess.panel << "', which its run 'overlap "
                                                  << run->words[0] << " ...' does not show");
            }
            waiting.reset();
        }
    }
    if (predicted == 0) FAIL_CHECK(file.document.path << ": it has no prediction");
}

TEST_CASE("what is predicted is measured by the run that follows") {
    for (const LessonFile& file : lesson_files()) check_predictions(file);
}

struct Word {
    std::string text;
    int lesson = 0;  ///< that explains it
};

// "**sync, synchronous** (lesson 1): ..."
std::vector<Word> glossary_words(const std::string& text) {
    static const std::regex entry(R"(\*\*([^*]+)\*\* \(lesson (\d+)\):.*)");
    std::vector<Word> words;
    for (const std::string& line : lines_of(text)) {
        std::smatch parts;
        if (!std::regex_match(line, parts, entry)) continue;
        std::istringstream names{parts[1]};
        for (std::string name; std::getline(names, name, ',');)
            words.push_back({name.substr(name.find_first_not_of(' ')), std::stoi(parts[2])});
    }
    return words;
}

// Words of the glossary that may come earlier, since they are plain English too ("a limit of 100ms", "they
// take turns"), ...
const std::set<std::string> also_plain_english{
    "429",     "answer",   "call",       "cancel",   "cancelled", "chain",  "client", "connection",
    "core",    "deadline", "dependency", "fallback", "future",    "lane",   "limit",  "memory",
    "overlap", "parallel", "process",    "queue",    "race",      "ready",  "refuse", "request",
    "resumed", "running",  "server",     "stack",    "stage",     "stream", "task",   "timeout",
    "token",   "total",    "turn",       "worker"};
// ... are names of products and protocols, or of one of three cases, which are named together.
const std::set<std::string> names{"HTTP/2", "Redis", "SQLite", "WebSocket", "case A", "case C"};

std::string lower(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return text;
}

bool has_word(const std::string& sentence, const std::string& word) {
    const auto inside = [&](std::size_t at) {
        return at < sentence.size() &&
               (std::isalnum(static_cast<unsigned char>(sentence[at])) != 0 || sentence[at] == '_');
    };
    for (std::size_t at = sentence.find(word); at != std::string::npos; at = sentence.find(word, at + 1)) {
        const std::size_t end = at + word.size();
        const bool plural = end < sentence.size() && sentence[end] == 's' && !inside(end + 1);
        if ((at == 0 || !inside(at - 1)) && (!inside(end) || plural)) return true;
    }
    return false;
}

// Everything between blocks, in sentences, without code and without what stands in quotation marks: that is
// named there, not used.
void collect_sentences(const lesson::Block& block, std::vector<std::string>& sentences) {
    std::string text;
    for (const lesson::Words& words : block.words) text += words.code ? "`code`" : words.text;
    text = std::regex_replace(text, std::regex("\"[^\"]*\""), "\"...\"");
    for (std::size_t at = 0; at < text.size();) {
        std::size_t end = text.find_first_of(".?!", at);
        while (end != std::string::npos && end + 1 < text.size() && text[end + 1] != ' ')
            end = text.find_first_of(".?!", end + 1);
        end = std::min(end, text.size() - 1);
        sentences.push_back(lower(text.substr(at, end - at + 1)));
        at = end + 1;
    }
    for (const lesson::Block& child : block.children) collect_sentences(child, sentences);
}

std::vector<std::string> used_too_early(const std::string& text, int lesson,
                                        const std::vector<Word>& glossary) {
    std::vector<std::string> sentences;
    collect_sentences(lesson::parse_markdown(text), sentences);
    std::vector<std::string> found;
    for (const Word& word : glossary) {
        if (word.lesson <= lesson || also_plain_english.contains(word.text) || names.contains(word.text))
            continue;
        for (const std::string& sentence : sentences) {
            if (has_word(sentence, lower(word.text)) && !contains(sentence, "lesson"))
                found.push_back("'" + word.text + "' comes in lesson " + std::to_string(word.lesson) + ": " +
                                sentence);
        }
    }
    return found;
}

TEST_CASE("no word is used before the lesson that explains it") {
    const std::vector<Word> glossary = glossary_words(read_file(documents_root() + "/docs/glossary.md"));
    if (lesson_files().size() > 1) CHECK(glossary.size() > 20);
    for (const LessonFile& file : lesson_files()) {
        for (const std::string& early :
             used_too_early(file.document.text, std::stoi(file.name.substr(0, 2)), glossary))
            FAIL_CHECK(file.document.path << ": " << early);
    }
}

TEST_CASE("a word that comes too early is found, and one that is explained later on purpose is not") {
    const std::vector<Word> glossary = glossary_words(
        "# Glossary\n\n**event loop, loop of events** (lesson 2): It runs\ncoroutines.\n\n**knee** (lesson "
        "8): There.\n");
    REQUIRE(glossary.size() == 3);
    CHECK(used_too_early("An Event loop runs. It ends.\n", 1, glossary).size() == 1);
    CHECK(used_too_early("- Two event loops\n  run\n", 1, glossary).size() == 1);
    CHECK(used_too_early("An event loop runs.\n", 2, glossary).empty());
    CHECK(used_too_early("What an event loop is: see lesson 2.\n", 1, glossary).empty());
    CHECK(used_too_early("An event loop (lesson 2) runs. A `knee`. Kneeling.\n\n```text\nevent loop\n```\n",
                         1, glossary)
              .empty());
}

TEST_CASE("words in blocks and tags do not count") {
    CHECK(words_outside_of_blocks(
              "# Two words\n\nAnd - four `more words`.\n\n```text\nnot these\n```\n<details>\n") == 6);
}

}  // namespace
}  // namespace overlap::test
