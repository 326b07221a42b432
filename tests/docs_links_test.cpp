// What documents lead to is there.
#include <doctest/doctest.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "lesson/markdown.hpp"
#include "support/documents.hpp"
#include "support/files.hpp"
#include "support/text.hpp"

namespace overlap::test {
namespace {

namespace fs = std::filesystem;

TEST_SUITE_BEGIN("docs_links");

void collect_links(const lesson::Block& block, std::set<std::string>& links) {
    for (const lesson::Words& words : block.words) {
        if (!words.link.empty()) links.insert(words.link);
    }
    for (const lesson::Block& child : block.children) collect_links(child, links);
}

// As GitHub names a heading: "The event loop's lag" is "the-event-loops-lag".
std::string anchor_of(const std::string& heading) {
    std::string anchor;
    for (const char letter : heading) {
        const auto c = static_cast<unsigned char>(letter);
        if (std::isalnum(c) != 0 || c == '-' || c == '_') anchor += static_cast<char>(std::tolower(c));
        if (c == ' ') anchor += '-';
    }
    return anchor;
}

void collect_anchors(const lesson::Block& block, std::set<std::string>& anchors) {
    if (block.kind == lesson::BlockKind::heading) {
        const std::string anchor = anchor_of(lesson::plain_text(block));
        std::string unique = anchor;
        for (int again = 1; anchors.contains(unique); ++again) unique = anchor + "-" + std::to_string(again);
        anchors.insert(unique);
    }
    for (const lesson::Block& child : block.children) collect_anchors(child, anchors);
}

// A document of the tree that is looked at, or a file of the sources.
fs::path file_at(const fs::path& relative) {
    const fs::path document = fs::path(documents_root()) / relative;
    return fs::exists(document) ? document : fs::path(OVERLAP_SOURCE_DIR) / relative;
}

// What is wrong with the link; empty: nothing. Other hosts are not asked.
std::string wrong_with(const Document& document, const std::string& link) {
    if (link.find("://") != std::string::npos || link.starts_with("mailto:")) return "";
    const std::size_t hash = std::min(link.find('#'), link.size());
    const std::string path = link.substr(0, hash);
    const fs::path relative = path.empty()
                                  ? fs::path(document.path)
                                  : (fs::path(document.path).parent_path() / path).lexically_normal();
    if (path.starts_with('/') || relative.string().starts_with("..")) return "leads out of the project";
    const fs::path file = file_at(relative);
    if (!fs::exists(file)) return "there is no " + relative.string();
    if (hash == link.size() || file.extension() != ".md") return "";
    std::set<std::string> anchors;
    collect_anchors(lesson::parse_markdown(path.empty() ? document.text : read_file(file)), anchors);
    const std::string anchor = link.substr(hash + 1);
    return anchors.contains(anchor) ? "" : "there is no heading '#" + anchor + "' in " + relative.string();
}

std::size_t line_of(const std::string& text, const std::string& link) {
    const std::size_t at = std::min(text.find("](" + link), text.size());
    return 1 + static_cast<std::size_t>(
                   std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), '\n'));
}

TEST_CASE("every link leads to a file, and to a heading, that is there") {
    std::size_t count = 0;
    for (const Document& document : all_documents()) {
        std::set<std::string> links;
        collect_links(lesson::parse_markdown(document.text), links);
        count += links.size();
        for (const std::string& link : links) {
            const std::string wrong = wrong_with(document, link);
            if (!wrong.empty())
                FAIL_CHECK(place(document, line_of(document.text, link))
                           << ": the link '" << link << "': " << wrong);
        }
    }
    CHECK(count > 20);
}

TEST_CASE("what is wrong with a link is told") {
    const Document document{"docs/demos.md", "# One title\n\n# It's `two`, or 2\n"};
    for (const char* good : {"architecture.md", "../README.md", "../demos/api.cpp", "#one-title",
                             "#its-two-or-2", "../docs", "https://example.com/none", "../README.md#try"}) {
        CAPTURE(good);
        CHECK(wrong_with(document, good) == "");
    }
    for (const char* bad :
         {"none.md", "README.txt", "#two", "../README.md#none", "../../README.md", "/README.md"}) {
        CAPTURE(bad);
        CHECK(wrong_with(document, bad) != "");
    }
}

}  // namespace
}  // namespace overlap::test
