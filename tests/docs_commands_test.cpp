// The commands that documents show are understood, and run: docs/writing-lessons.md has the notation.
// What stands in blocks `console run` is run by docs_samples.
#include <doctest/doctest.h>
#include <signal.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "demos/demos.hpp"
#include "support/doc_commands.hpp"
#include "support/documents.hpp"
#include "support/files.hpp"
#include "support/listener.hpp"
#include "support/machine_use.hpp"
#include "support/process.hpp"
#include "support/text.hpp"

namespace overlap::test {
namespace {

TEST_SUITE_BEGIN("docs_commands");

TEST_CASE("every command in a block is understood") {
    std::size_t count = 0;
    for (const Document& document : all_documents()) {
        for (const DocCommand& command : doc_commands(document)) {
            ++count;
            const std::string wrong = wrong_with_command(command.text);
            if (!wrong.empty())
                FAIL_CHECK(place(document, command.line) << ": '" << command.text << "': " << wrong);
        }
    }
    CHECK(count > 20);
}

TEST_CASE("every command in the text is understood") {
    for (const Document& document : all_documents()) {
        for (const InlineCode& code : inline_code(document.text)) {
            if (!code.text.starts_with("overlap ")) continue;
            const std::string wrong = wrong_with_command(code.text);
            if (!wrong.empty())
                FAIL_CHECK(place(document, code.line) << ": `" << code.text << "`: " << wrong);
        }
        for (const CodeBlock& block : code_blocks(document.text)) {
            if (block.fenced) continue;
            for (std::size_t i = 0; i < block.lines.size(); ++i) {
                if (!block.lines[i].starts_with("overlap ")) continue;
                // What a line means stands behind it, two blanks apart.
                const std::string text = block.lines[i].substr(0, block.lines[i].find("  "));
                const std::string wrong = wrong_with_command(text);
                if (!wrong.empty())
                    FAIL_CHECK(place(document, block.first + i) << ": '" << text << "': " << wrong);
            }
        }
    }
}

// The documents' port is the machine's, and may be taken: another one stands for it.
std::string with_free_port(std::string text, std::uint16_t port) {
    constexpr std::string_view shown = "8080";
    for (std::size_t at = text.find(shown); at != std::string::npos; at = text.find(shown, at))
        text.replace(at, shown.size(), std::to_string(port));
    return text;
}

struct Server {
    const DocCommand* command = nullptr;
    std::unique_ptr<Process> process;
};

void stop_all(const Document& document, std::vector<Server>& started) {
    for (Server& server : started) {
        server.process->signal(SIGINT);
        const Ended ended = server.process->wait(std::chrono::seconds(20));
        if (ended.code != 0 && ended.code != 130)
            FAIL_CHECK(place(document, server.command->line)
                       << ": '" << server.command->text << "' did not end well: code " << ended.code << ": "
                       << ended.err);
    }
    started.clear();
}

// A demo on its own, or a look at the machine: it needs no file and leaves none, and runs well in each
// document if it did in one. Documents have many of these in common.
bool runs_elsewhere(const DocCommand& command) {
    const std::string& text = command.text;
    static std::mutex mutex;
    static std::set<std::pair<std::string, int>> run;
    const std::vector<std::string> words = words_of(text);
    if (words.size() < 2 || words[0] != "overlap" || text.find_first_of("|<>&;$") != std::string::npos)
        return false;
    const auto is_named = [&](const Demo* demo) { return demo->name == words[1]; };
    const auto demos = all_demos();
    const bool alone = words[1] == "doctor" || std::any_of(demos.begin(), demos.end(), is_named);
    if (!alone || contains(text, "--url") || contains(text, "--redis")) return false;
    const std::lock_guard lock(mutex);
    return !run.insert({text, command.code}).second;
}

void run_all(const Document& document) {
    const TemporaryFolder folder;
    std::vector<Server> started;
    const std::uint16_t port = Listener().port();
    std::size_t block = 0;
    bool left_out = false;
    for (const DocCommand& command : doc_commands(document)) {
        if (command.block != block) stop_all(document, started), left_out = false;
        block = command.block;
        if (command.live || left_out) continue;
        if (const auto why = not_run(command.text)) {
            left_out = why->needed;
            continue;
        }
        if (command.server) {
            const std::string text = with_free_port(command.text, port);
            started.push_back({&command, std::make_unique<Process>(in_folder(folder, "exec " + text))});
            started.back().process->read_until("\n");
            continue;
        }
        if (runs_elsewhere(command)) continue;
        const Ended ended =
            Process(in_folder(folder, with_free_port(command.text, port))).wait(patience_for_documents);
        if (ended.code != command.code) {
            FAIL_CHECK(place(document, command.line)
                       << ": '" << command.text << "': expected exit code " << command.code << ", not "
                       << ended.code << ": " << ended.err.substr(0, 300));
        }
    }
    stop_all(document, started);
}

// Under a sanitizer everything takes many times as long, and the suites of the commands have had their turn.
TEST_CASE("every command in a block runs" * doctest::skip(sanitized)) {
    const std::vector<Document> documents = all_documents();
    constexpr std::size_t threads = 4;  // they mostly wait
    at_once(documents.size(), threads, [&](std::size_t i) { run_all(documents[i]); });
}

std::vector<DocCommand> commands_of(const std::string& text) { return doc_commands({"docs/a.md", text}); }

TEST_CASE("commands are found with their lines, codes and samples") {
    const std::vector<DocCommand> found = commands_of(
        "# A\n\n```console exit=1\n$ overlap race \\\n    --main-fails\nwords\n$ ls\n```\n\n    $ overlap "
        "api\n\n"
        "```\npicture\n```\n\n```sh\noverlap list  # all\n\n# no command\noverlap serve --port 1 \n```\n"
        "    ```console\n    $ overlap none\n    ```\n```console run\n$ overlap chain\na\n\nb\n```\n");
    REQUIRE(found.size() == 6);
    CHECK(found[0].text == "overlap race \\\n    --main-fails");
    CHECK(found[0].line == 4);
    CHECK(found[0].code == 1);
    CHECK(found[1].text == "ls");
    CHECK(found[2].text == "overlap api");
    CHECK(found[2].sample == "picture\n");
    CHECK(found[2].sample_line == 13);
    CHECK_FALSE(found[2].live);
    CHECK(found[3].text == "overlap list  # all");
    CHECK(found[4].server);
    CHECK(found[5].live);
    CHECK(found[5].sample == "a\n\nb\n");
}

TEST_CASE("a command that overlap does not know is told, wherever in the line it stands") {
    for (const char* good :
         {"overlap", "overlap --version", "overlap api --tasks 10 --workers 4  # so", "overlap help NAME",
          "overlap code api", "overlap render FILE", "overlap api --retries", "overlap api --help",
          "overlap api --json > run.json", "taskset -c 0 overlap cpu",
          "overlap race --deadline 1ms || echo \"$?\"", "overlap trace -- curl -s {url}/json",
          "overlap trace -- overlap api --url {url}/json --way sequential", "ls --no-such-option",
          "overlap api --json | grep 'overlap nothing'", "overlap classify [OPTIONS]"}) {
        CAPTURE(good);
        CHECK(wrong_with_command(good) == "");
    }
    for (const char* bad :
         {"overlap apy", "overlap api --taks 3", "overlap api --tasks none", "ls && overlap api --taks 3",
          "taskset -c 0 overlap cpu --taks", "overlap code nothing", "overlap help nothing",
          "overlap lesson 99", "build/release/overlap api --taks 1", "overlap trace -- overlap api --taks 1",
          "overlap api --taks N", "overlap api --tasks 3 stray"}) {
        CAPTURE(bad);
        CHECK(wrong_with_command(bad) != "");
    }
}

TEST_CASE("what is not run has a reason, and nothing else is left out") {
    CHECK(not_run("$(command -v sudo) apt-get update && true").value_or(NotRun{}).needed);
    CHECK(not_run("cmake --workflow --preset dev       # all").has_value());
    CHECK(not_run("build/dev/tests/overlap_tests -ts=picture").has_value());
    CHECK(not_run("overlap layers      # what it costs").has_value());
    for (const char* text :
         {"overlap api", "overlap layers --concurrency 1", "build/release/overlap api",
          "overlap redis  # apt-get install redis-server", "overlap trace -- curl {url}/"}) {
        CAPTURE(text);
        CHECK_FALSE(not_run(text).has_value());
    }
}

}  // namespace
}  // namespace overlap::test
