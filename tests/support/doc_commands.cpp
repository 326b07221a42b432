#include "support/doc_commands.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <cctype>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <regex>
#include <string_view>
#include <system_error>
#include <thread>

#include "cli/options.hpp"
#include "lesson/lesson.hpp"
#include "support/text.hpp"
#include "timeline/error.hpp"

namespace overlap::test {
namespace {

using Words = std::vector<std::string>;

bool is_one_of(const std::string& word, std::initializer_list<std::string_view> all) {
    return std::find(all.begin(), all.end(), word) != all.end();
}

bool is_server(const std::string& text) {
    const Words words = words_of(text);
    return words.size() > 1 && words[0] == "overlap" && is_one_of(words[1], {"serve", "proxy"}) &&
           text.find('&') == std::string::npos;
}

// The number in the info's "exit=1".
int code_in(const Words& info) {
    for (const std::string& word : info) {
        if (word.starts_with("exit=")) return std::atoi(word.c_str() + 5);
    }
    return 0;
}

void take_sample(DocCommand& command, const CodeBlock& block, std::size_t first) {
    command.sample_line = block.first + first;
    for (std::size_t i = first; i < block.lines.size(); ++i) command.sample += block.lines[i] + "\n";
}

void take_commands(const CodeBlock& block, std::size_t number, std::vector<DocCommand>& commands) {
    const Words info = words_of(block.info);
    const std::string kind = info.empty() ? "" : info.front();
    const bool shell = block.fenced && is_one_of(kind, {"sh", "bash"});
    const bool prompted =
        (block.fenced && kind == "console") || (!block.fenced && block.lines.front().starts_with("$ "));
    for (std::size_t i = 0; (shell || prompted) && i < block.lines.size(); ++i) {
        if (prompted && !block.lines[i].starts_with("$ ")) continue;
        DocCommand command{.line = block.first + i, .text = block.lines[i].substr(prompted ? 2 : 0)};
        if (command.text.find_first_not_of(' ') == std::string::npos || command.text.starts_with('#'))
            continue;
        while (command.text.ends_with('\\') && i + 1 < block.lines.size())
            command.text += "\n" + block.lines[++i];
        command.block = number;
        command.code = code_in(info);
        command.live = info.size() > 1 && info[1] == "run";
        command.server = is_server(command.text);
        if (command.live) take_sample(command, block, i + 1);
        commands.push_back(command);
    }
}

bool is_placeholder(const std::string& word) {
    if (word.find("...") != std::string::npos || word.starts_with('[')) return true;
    const bool upper = std::none_of(word.begin(), word.end(), [](unsigned char c) {
        return std::islower(c) != 0 || std::isdigit(c) != 0;
    });
    return upper && std::isupper(static_cast<unsigned char>(word.front())) != 0;
}

const OptionSpec* option_named(const CommandSpec& command, const std::string& name) {
    for (const OptionSpec& option : command.options) {
        if (option.name == name) return &option;
    }
    return nullptr;
}

// A command's line that shows its form.
std::string wrong_with_names(const CommandSpec& command, const Words& words) {
    for (const std::string& word : words) {
        if (word == "--") break;
        const std::string name = word.substr(0, word.find('='));
        if (word.starts_with("--") && option_named(command, name) == nullptr)
            return "'overlap " + command.name + "' has no option '" + name + "'";
    }
    return "";
}

std::string wrong_with_argument(const CommandSpec& command, const std::string& argument) {
    if (argument.empty()) return "";
    if (is_one_of(command.name, {"code", "help"}) && find_command(argument) == nullptr)
        return "there is no '" + argument + "' for 'overlap " + command.name + "'";
    if (command.name != "lesson" || argument == "next") return "";
    for (const lesson::LessonText& lesson : lesson::all_lessons()) {
        const bool numbered =
            std::atoi(argument.c_str()) == std::atoi(std::string(lesson.name.substr(0, 2)).c_str());
        if (numbered || contains(lesson.name, "-" + argument)) return "";
    }
    return "there is no lesson '" + argument + "'";
}

}  // namespace

std::vector<DocCommand> doc_commands(const Document& document) {
    std::vector<DocCommand> commands;
    const std::vector<CodeBlock> blocks = code_blocks(document.text);
    for (std::size_t i = 0; i < blocks.size(); ++i) {
        const CodeBlock& block = blocks[i];
        take_commands(block, i, commands);
        // A picture in a block of its own, right behind its command.
        const bool plain = block.fenced && (block.info.empty() || block.info == "text");
        if (!plain || i == 0 || commands.empty() || commands.back().block != i - 1) continue;
        const bool next =
            blocks[i - 1].first + blocks[i - 1].lines.size() + (blocks[i - 1].fenced ? 1 : 0) + 1 >=
            block.line;
        if (next && commands.back().sample.empty() && words_of(commands.back().text).front() == "overlap")
            take_sample(commands.back(), block, 0);
    }
    return commands;
}

std::vector<Words> simple_commands(const std::string& text) {
    std::vector<Words> commands(1);
    std::string word;
    bool in_word = false;
    const auto end_word = [&] {
        if (in_word) commands.back().push_back(word);
        word.clear();
        in_word = false;
    };
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (c == '\'' || c == '"') {
            in_word = true;
            for (++i; i < text.size() && text[i] != c; ++i) word += text[i];
        } else if (c == '\\' && i + 1 < text.size()) {
            if (text[++i] != '\n') word += text[i], in_word = true;
        } else if (c == '#' && !in_word) {
            break;
        } else if (c == ' ' || c == '\n') {
            end_word();
        } else if (c == '>' || c == '<') {
            end_word();  // the file that follows is left out
            i = text.find_first_not_of("> &", i);
            if (i == std::string::npos) break;
            i = std::min(text.find_first_of(" ;|&)", i), text.size()) - 1;
        } else if (c == '|' || c == '&' || c == ';' || c == '(' || c == ')') {
            end_word();
            if (!commands.back().empty()) commands.emplace_back();
        } else {
            word += c;
            in_word = true;
        }
    }
    end_word();
    if (commands.back().empty()) commands.pop_back();
    return commands;
}

std::string wrong_with_words(Words words) {
    if (words.empty() || is_one_of(words[0], {"--help", "-h", "--version"})) return "";
    if (is_placeholder(words[0])) return "";
    const CommandSpec* command = find_command(words[0]);
    if (command == nullptr) return "there is no command 'overlap " + words[0] + "'";
    words.erase(words.begin());
    if (std::find(words.begin(), std::find(words.begin(), words.end(), "--"), "--help") != words.end() &&
        !command->takes_command)
        return "";
    const OptionSpec* last = words.empty() ? nullptr : option_named(*command, words.back());
    const bool mentioned = last != nullptr && last->kind != OptionKind::flag;
    if (mentioned || std::any_of(words.begin(), words.end(), is_placeholder))
        return wrong_with_names(*command, words);
    // The address that `overlap trace` puts in.
    for (std::string& word : words)
        word = std::regex_replace(word, std::regex("\\{url\\}"), "http://127.0.0.1:1");
    try {
        return wrong_with_argument(*command, parse_arguments(*command, words).argument);
    } catch (const std::exception& error) {
        return error.what();
    }
}

std::string wrong_with_command(const std::string& text) {
    for (const Words& words : simple_commands(text)) {
        // Also behind `taskset -c 0`, and what `overlap trace --` starts.
        for (auto at = words.begin(); at != words.end(); ++at) {
            if (*at != "overlap" && !at->ends_with("/overlap")) continue;
            const std::string wrong = wrong_with_words({at + 1, words.end()});
            if (!wrong.empty()) return wrong;
        }
    }
    return "";
}

std::optional<NotRun> not_run(const std::string& text) {
    struct Rule {
        const char* form;
        const char* reason;
        bool needed;
    };
    static const Rule rules[]{
        {R"(.*\bapt-get\b.*)", "installs, as root: CI runs the README's line", true},
        {R"(.*\bgit clone\b.*)", "needs the network, and a repository that is published", true},
        {R"((.*\s)?(cmake|ctest|ninja)\s.*)", "builds everything: CI runs the workflows", false},
        {R"((\./)?\.ci/run.*)", "is CI itself", false},
        {R"((.*\s)?build/(?!\S*/overlap\b)\S.*)", "tests, benchmarks or fuzzing, which CI runs", false},
        {R"((strace|perf|gdb|docker|hyperfine)\s.*)", "a tool that nothing of ours installs", true},
        {R"(overlap .*--as-in-notes.*)", "waits as long as the notes say: half a minute", false},
        {R"(overlap layers( --json)?( .*>.*)?)", "measures for 20 s", false},
        {R"(overlap claims(?!.*--(list|only)).*)", "measures for a minute, or for some", false},
        {R"(overlap spawn .*--tasks 100000.*)", "100,000 threads: not every machine allows them", false},
    };
    std::string bare = text.substr(0, std::min(text.find(" # "), text.size()));
    std::replace(bare.begin(), bare.end(), '\n', ' ');
    const std::size_t end = bare.find_last_not_of(' ');
    if (contains(text, "docs/python/") && !can_run_python())
        return NotRun{"no python3 here has the packages requests, httpx and aiohttp", true};
    for (const Rule& rule : rules) {
        if (std::regex_match(bare.substr(0, end + 1), std::regex(rule.form)))
            return NotRun{rule.reason, rule.needed};
    }
    return std::nullopt;
}

namespace {

bool runs(const std::string& python, const std::string& program) {
    Launch launch;
    launch.wrapper = {"sh", "-c", python + " -c '" + program + "' 2> /dev/null"};
    return Process(launch).wait().code == 0;
}

// What the README's second command installs belongs to the system's Python: another one may be found first.
const std::string& python_with_packages() {
    static const std::string found = [] {
        for (const char* python : {"python3", "/usr/bin/python3"}) {
            if (runs(python, "import requests, httpx, aiohttp")) return std::string(python);
        }
        return std::string();
    }();
    return found;
}

}  // namespace

bool can_run_python() { return !python_with_packages().empty(); }

Launch in_folder(const TemporaryFolder& folder, const std::string& text) {
    // As in a clone, where the documents are.
    std::error_code there_already;
    std::filesystem::create_directory_symlink(documents_root() + "/docs", folder.path() + "/docs",
                                              there_already);
    if (python_with_packages().starts_with('/')) {
        std::filesystem::create_directory(folder.path() + "/.bin", there_already);
        std::filesystem::create_symlink(python_with_packages(), folder.path() + "/.bin/python3",
                                        there_already);
    }
    const std::string binaries = std::filesystem::path(OVERLAP_BINARY).parent_path();
    const char* path = std::getenv("PATH");
    Launch launch;
    launch.environment = {
        "HOME=" + folder.path(), "XDG_STATE_HOME=" + folder.path() + "/.state", "COLUMNS=80",
        "PATH=" + folder.path() + "/.bin:" + binaries + ":" + (path != nullptr ? path : "/usr/bin:/bin")};
    // What the launch adds behind it, the binary, is $0 only.
    launch.wrapper = {"sh", "-c", "cd '" + folder.path() + "' || exit 99\n" + text};
    return launch;
}

void at_once(std::size_t count, std::size_t threads, const std::function<void(std::size_t)>& work) {
    std::atomic<std::size_t> next = 0;
    const auto take = [&] {
        for (std::size_t i = next++; i < count; i = next++) {
            try {
                work(i);
            } catch (const std::exception& error) {
                FAIL_CHECK(error.what());
            } catch (...) {
                // doctest's own: the failure is told already.
            }
        }
    };
    std::vector<std::jthread> all;
    for (std::size_t i = 0; i < std::min(threads, count); ++i) all.emplace_back(take);
}

}  // namespace overlap::test
