// What documents show of a command's output still has the shape of what it prints: support/shape.hpp.
#include <doctest/doctest.h>

#include <cstdlib>
#include <map>
#include <string>
#include <vector>

#include "support/doc_commands.hpp"
#include "support/documents.hpp"
#include "support/files.hpp"
#include "support/machine_use.hpp"
#include "support/process.hpp"
#include "support/shape.hpp"
#include "support/text.hpp"

namespace overlap::test {
namespace {

TEST_SUITE_BEGIN("docs_samples");

struct Shown {
    const Document* document = nullptr;
    DocCommand command;
};

// Without Redis a stand-in answers, and says so: the sample is of the real one.
bool is_left_out(const std::string& text) {
    return not_run(text).has_value() ||
           (std::getenv("OVERLAP_WITHOUT_REDIS") != nullptr && text.starts_with("overlap redis"));
}

void compare(const std::string& text, const std::vector<Shown>& shown) {
    const TemporaryFolder folder;
    const Ended ended = Process(in_folder(folder, text)).wait(patience_for_documents);
    for (const auto& [document, command] : shown) {
        if (ended.code != 0 || !ended.err.empty()) {
            FAIL_CHECK(place(*document, command.line)
                       << ": '" << text << "': expected exit code 0 and no complaint, not " << ended.code
                       << ": " << ended.err.substr(0, 300));
        }
        if (command.sample.empty()) continue;
        const ShapeDifference difference = difference_of_shapes(command.sample, ended.out);
        if (!difference.what.empty()) {
            FAIL_CHECK(place(*document, command.sample_line + difference.line)
                       << ": the sample of '" << text << "': " << difference.what);
        }
    }
}

// Under a sanitizer the pictures are others: what is to be short takes long.
TEST_CASE("every sample has the shape of what its command prints" * doctest::skip(sanitized)) {
    const std::vector<Document> documents = all_documents();
    std::map<std::string, std::vector<Shown>> by_command;  // each is run once, wherever it is shown
    for (const Document& document : documents) {
        for (const DocCommand& command : doc_commands(document)) {
            if ((command.live || !command.sample.empty()) && !is_left_out(command.text))
                by_command[command.text].push_back({&document, command});
        }
    }
    REQUIRE(!by_command.empty());
    const std::vector<std::pair<std::string, std::vector<Shown>>> commands(by_command.begin(),
                                                                           by_command.end());
    constexpr std::size_t threads = 3;  // they mostly wait
    at_once(commands.size(), threads, [&](std::size_t i) { compare(commands[i].first, commands[i].second); });
}

constexpr const char* picture =
    "3 calls that take 200ms each, two ways\n\nTime:    0ms     100ms\n         +-------+-----\n\n"
    "Sequential: blocking calls\nTask1:   |====|        200ms (blocked)\nTask2:        |====|   200ms "
    "(blocked)\n"
    "Total: 601ms\n\nCoroutines: one thread\nTask1:   |----|        200ms (suspended)\n"
    "Loop:    '    '        idle 99%, lag 280us\nTotal: 200ms   3.0x faster\n\n"
    "- waiting, thread is free   = waiting, holds its thread\n' shorter than a column (3)   1 column = "
    "12ms\n\n"
    "              sequential  coroutines\ntotal              601ms       200ms\nthreads                1    "
    "       1\n\n"
    "Note: the machine was busy\n      just then\nWhy: It took 601ms, so\n     it did.\nNext: overlap api "
    "--tasks 10\n";

std::string with(std::string text, const std::string& from, const std::string& to) {
    const std::size_t at = text.find(from);
    REQUIRE(at != std::string::npos);
    return text.replace(at, from.size(), to);
}

bool same_shape(const std::string& sample, const std::string& printed) {
    return difference_of_shapes(sample, printed).what.empty();
}

TEST_CASE("times, lengths, notes and the wording of Why may differ") {
    for (const auto& [from, to] : std::vector<std::pair<std::string, std::string>>{
             {"|====|        200ms", "   |==|       1.2s"},
             {"Total: 601ms", "Total: 1.2s"},
             {"idle 99%, lag 280us", "idle 97%"},
             {"200ms   3.0x faster", "250ms   2.7x faster"},
             {"total              601ms       200ms", "total                 2s           -"},
             {"It took 601ms, so\n     it did.", "It took\n     1.2s, which is\n     long."},
             {"Note: the machine was busy\n      just then\n", ""},
             {"' shorter than a column (3)   1 column = 12ms", "1 column = 15ms"}}) {
        CAPTURE(from);
        CHECK(same_shape(picture, with(picture, from, to)));
        CHECK(same_shape(with(picture, from, to), picture));
    }
}

TEST_CASE("captions, lanes, glyphs, rows and columns may not differ") {
    for (const auto& [from, to] : std::vector<std::pair<std::string, std::string>>{
             {"3 calls that", "3 requests that"},
             {"two ways", "three ways"},
             {"Sequential: blocking", "Sequential: patient"},
             {"(blocked)", "(HTTP 503)"},
             {"|====|", "|----|"},
             {"Task2:        |====|   200ms (blocked)\n", ""},
             {"Loop: ", "Pool: "},
             {"sequential  coroutines", "sequential     threads"},
             {"total  ", "sum    "},
             {"threads                1           1\n", ""},
             {"Why: It took 601ms, so\n     it did.\n", ""},
             {"Next: overlap", "Now: overlap"}}) {
        CAPTURE(from);
        CHECK_FALSE(same_shape(picture, with(picture, from, to)));
        CHECK_FALSE(same_shape(with(picture, from, to), picture));
    }
}

TEST_CASE("which task had to queue may differ") {
    const std::string queued = with(picture, "200ms (suspended)", "400ms (queued 200ms)");
    CHECK(same_shape(with(queued, "|----|", "|..--|"), picture));
}

TEST_CASE("whether the server saw that a call was cancelled may differ") {
    const std::string cancelled = with(picture, "(suspended)", "(cancelled)");
    const std::string seen = with(picture, "(suspended)", "(cancelled, server saw it)");
    CHECK(same_shape(cancelled, seen));
    CHECK(same_shape(seen, cancelled));
    CHECK_FALSE(same_shape(seen, picture));
}

TEST_CASE("which of many lanes are drawn may differ") {
    const std::string some =
        "A: b\nTask1:   |--|   1s (suspended)\n...8 more\nTask10:  |--|   1s (suspended)\nTotal: 1s\n";
    const std::string others =
        "A: b\nTask1:   |--|   1s (suspended)\nTask2:   |--|   1s (suspended)\n...8 more\nTotal: 1s\n";
    CHECK(same_shape(some, others));
    CHECK(same_shape(others, some));
    CHECK(same_shape("A: b\nTask1:   |--|   1s (suspended)\n...\nTask10:  |--|   1s (suspended)\nTotal: 1s\n",
                     some));
    CHECK_FALSE(same_shape("A: b\nTotal: 1s\n", some));
}

TEST_CASE("three dots leave out any number of lines") {
    const std::string text = picture;
    const std::string first = text.substr(0, text.find('\n') + 1);
    CHECK(same_shape(first + "...\n", text));
    CHECK(same_shape(first + "...\nTotal: 3s\n...\n", text));
    CHECK(same_shape("...\nTotal: 3s\n\nCoroutines: one thread\n...\nthreads        1     1\n...\n", text));
    CHECK(same_shape("...\n" + text + "...\n", text));
    CHECK_FALSE(same_shape(first, text));
    CHECK_FALSE(same_shape(first + "Total: 3s\n...\n", text));
    CHECK_FALSE(same_shape("...\nSomething else\n...\n", text));
    CHECK_FALSE(same_shape("...\nTotal: 3s\n\nTotal: 3s\n...\n", text));
}

TEST_CASE("a difference is told with its line and both sides") {
    const ShapeDifference caption =
        difference_of_shapes(with(picture, "Coroutines: one", "Coroutines: two"), picture);
    CHECK(caption.line == 10);
    CHECK(contains(caption.what, "Coroutines: two thread"));
    CHECK(contains(caption.what, "Coroutines: one thread"));
    const ShapeDifference gone = difference_of_shapes("...\nSomething\n", picture);
    CHECK(gone.line == 1);
    CHECK(contains(gone.what, "Something"));
}

}  // namespace
}  // namespace overlap::test
