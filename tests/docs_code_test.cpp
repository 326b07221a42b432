// C++ in the documents comes from the sources: docs/writing-lessons.md has the notation.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "lesson/markdown.hpp"
#include "lesson/quote.hpp"
#include "support/documents.hpp"
#include "support/files.hpp"
#include "support/text.hpp"
#include "timeline/error.hpp"

namespace overlap::test {
namespace {

TEST_SUITE_BEGIN("docs_code");

constexpr const char* update =
    "OVERLAP_UPDATE_DOCS=1 build/dev/tests/overlap_tests --test-suite=docs_code writes what the sources have";

bool is_cpp(const CodeBlock& block) {
    return block.fenced && !block.info.empty() && words_of(block.info).front() == "cpp";
}

// The lines that the block is to hold. Throws Error where its info does not lead to them.
std::vector<std::string> lines_quoted(const CodeBlock& block, const std::string& root) {
    const std::optional<lesson::Quote> quote = lesson::quote_of(block.info);
    if (!quote || words_of(block.info).size() > 4)
        throw Error("'" + block.info +
                    "' quotes nothing: expected 'cpp FILE NAME', 'cpp FILE NAME NAME' or, in docs only, "
                    "'cpp sketch'");
    const std::string path = root + "/" + quote->file;
    if (!std::filesystem::is_regular_file(path)) throw Error("there is no file " + quote->file);
    return lines_of(lesson::quoted(*quote, read_file(path)));
}

std::vector<std::string> without_empty_end(std::vector<std::string> lines) {
    while (!lines.empty() && lines.back().empty()) lines.pop_back();
    return lines;
}

// The same text with each block that quotes filled anew. All else stays as it is, byte for byte, and so does
// a block that cannot be filled.
std::string filled(const std::string& text, const std::string& root) {
    std::vector<std::string> lines;  // with their newlines
    for (std::size_t at = 0; at < text.size(); at += lines.back().size())
        lines.push_back(text.substr(at, text.find('\n', at) - at + 1));
    std::vector<CodeBlock> blocks = code_blocks(text);
    std::reverse(blocks.begin(), blocks.end());
    for (const CodeBlock& block : blocks) {
        if (!is_cpp(block) || !block.closed || block.info == "cpp sketch") continue;
        std::vector<std::string> quoted;
        try {
            quoted = lines_quoted(block, root);
        } catch (const Error&) {
            continue;  // the check that follows tells it
        }
        if (without_empty_end(block.lines) == without_empty_end(quoted)) continue;
        for (std::string& line : quoted)
            line = (line.empty() ? "" : std::string(block.indent, ' ') + line) + "\n";
        const auto first = lines.begin() + static_cast<std::ptrdiff_t>(block.first - 1);
        const auto at = lines.erase(first, first + static_cast<std::ptrdiff_t>(block.lines.size()));
        lines.insert(at, quoted.begin(), quoted.end());
    }
    std::string all;
    for (const std::string& line : lines) all += line;
    return all;
}

// What is wrong with the block; empty: nothing.
std::string wrong_with(const Document& document, const CodeBlock& block, const std::string& root) {
    if (!block.closed) return "the block has no second fence";
    if (block.info == "cpp sketch")
        return document.path.starts_with("lessons/") ? "a lesson shows no sketch: quote a file" : "";
    try {
        const std::vector<std::string> expected = without_empty_end(lines_quoted(block, root));
        const std::vector<std::string> shown = without_empty_end(block.lines);
        if (expected == shown) return "";
        const std::size_t same = static_cast<std::size_t>(
            std::mismatch(expected.begin(), expected.end(), shown.begin(), shown.end()).first -
            expected.begin());
        return "'" + block.info + "' differs from the source: expected '" +
               (same < expected.size() ? expected[same] : "the end") + "', not '" +
               (same < shown.size() ? shown[same] : "the end") + "'; " + update;
    } catch (const Error& error) {
        return error.what();
    }
}

TEST_CASE("every block of C++ is what the sources have") {
    std::size_t quotes = 0;
    for (Document& document : all_documents()) {
        if (std::getenv("OVERLAP_UPDATE_DOCS") != nullptr) {
            const std::string now = filled(document.text, OVERLAP_SOURCE_DIR);
            if (now != document.text) {
                std::ofstream(documents_root() + "/" + document.path, std::ios::binary) << now;
                document.text = now;
                // No run that writes can pass for a check.
                FAIL_CHECK("wrote " << document.path);
            }
        }
        for (const CodeBlock& block : code_blocks(document.text)) {
            if (!is_cpp(block)) continue;
            ++quotes;
            const std::string wrong = wrong_with(document, block, OVERLAP_SOURCE_DIR);
            if (!wrong.empty()) FAIL_CHECK(place(document, block.line) << ": " << wrong);
        }
    }
    CHECK(quotes > 0);
}

void count_fenced(const lesson::Block& block, std::vector<std::string>& infos) {
    if (block.kind == lesson::BlockKind::code && !block.info.empty()) infos.push_back(block.info);
    for (const lesson::Block& child : block.children) count_fenced(child, infos);
}

TEST_CASE("the fences that are checked are those that a reader of Markdown sees") {
    for (const Document& document : all_documents()) {
        std::vector<std::string> seen;
        count_fenced(lesson::parse_markdown(document.text), seen);
        std::vector<std::string> checked;
        for (const CodeBlock& block : code_blocks(document.text)) {
            if (!block.info.empty()) checked.push_back(block.info);
            if (block.fenced && !block.closed)
                FAIL_CHECK(place(document, block.line) << ": this fence is not closed");
        }
        CHECK_MESSAGE(seen == checked, document.path << ": a fence is indented by four blanks or more");
    }
}

TEST_CASE("blocks are filled in place, once, and nothing else is touched") {
    const TemporaryFolder root;
    std::ofstream(root.path() + "/a.cpp")
        << "// One.\nint one() { return 1; }\n\nint two() {\n\n    return 2;\n}\n";
    const std::string text =
        "# Title  \r\n\n```cpp a.cpp one\nint gone;\n```\n\n- item\n  ```cpp a.cpp two one\n  ```\n"
        "~~~~cpp a.cpp one\n// One.\nint one() { return 1; }\n\n~~~~\n"
        "    ```cpp a.cpp one\n    ```\n\n```cpp a.cpp three\nint three;\n```\n```cpp sketch\nint "
        "x;\n```\n\nno newline";
    const std::string expected =
        "# Title  \r\n\n```cpp a.cpp one\n// One.\nint one() { return 1; }\n```\n\n- item\n  ```cpp a.cpp "
        "two one\n"
        "  int two() {\n\n      return 2;\n  }\n\n  // One.\n  int one() { return 1; }\n  ```\n"
        "~~~~cpp a.cpp one\n// One.\nint one() { return 1; }\n\n~~~~\n"
        "    ```cpp a.cpp one\n    ```\n\n```cpp a.cpp three\nint three;\n```\n```cpp sketch\nint "
        "x;\n```\n\nno newline";
    CHECK(filled(text, root.path()) == expected);
    CHECK(filled(expected, root.path()) == expected);
}

std::string wrong_in(const std::string& path, const std::string& text) {
    const Document document{path, text};
    return wrong_with(document, code_blocks(text).at(0), OVERLAP_SOURCE_DIR);
}

TEST_CASE("what is wrong with a block is told") {
    CHECK(wrong_in("docs/a.md", "```cpp sketch\nint x;\n```\n") == "");
    CHECK(contains(wrong_in("lessons/01-a/lesson.md", "```cpp sketch\nint x;\n```\n"), "sketch"));
    CHECK(contains(wrong_in("docs/a.md", "```cpp\nint x;\n```\n"), "quotes nothing"));
    CHECK(contains(wrong_in("docs/a.md", "```cpp demos/none.cpp call\n```\n"), "no file demos/none.cpp"));
    CHECK(contains(wrong_in("docs/a.md", "```cpp demos/api.cpp nowhere\n```\n"), "'nowhere'"));
    CHECK(
        contains(wrong_in("docs/a.md", "```cpp demos/api.cpp call\nint x;\n```\n"), "OVERLAP_UPDATE_DOCS=1"));
    CHECK(contains(wrong_in("docs/a.md", "```cpp demos/api.cpp call\n"), "second fence"));
    const std::string good = filled("```cpp demos/api.cpp call call_async\n```\n", OVERLAP_SOURCE_DIR);
    CHECK(wrong_in("docs/a.md", good) == "");
    CHECK(contains(wrong_in("docs/a.md", good.substr(0, 60) + "  " + good.substr(60)), "differs"));
}

}  // namespace
}  // namespace overlap::test
