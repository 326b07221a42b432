#include "lesson/markdown.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace overlap::lesson {
namespace {

TEST_SUITE_BEGIN("markdown");

// The blocks as a text: "p(two words) ul(li(p(one)))".
std::string drawn(const Block& block) {
    std::string text;
    for (const Block& child : block.children) {
        if (!text.empty()) text += ' ';
        const bool ordered = child.number > 0;
        switch (child.kind) {
            case BlockKind::heading:
                text += "h" + std::to_string(child.number);
                break;
            case BlockKind::paragraph:
                text += "p";
                break;
            case BlockKind::list:
                text += ordered ? "ol" + std::to_string(child.number) : "ul";
                break;
            case BlockKind::item:
                text += "li";
                break;
            case BlockKind::quote:
                text += "quote";
                break;
            case BlockKind::code:
                text += "code";
                break;
            case BlockKind::table:
                text += "table";
                break;
            case BlockKind::row:
                text += "tr";
                break;
            case BlockKind::cell:
                text += child.header ? "th" : "td";
                break;
            case BlockKind::rule:
                text += "hr";
                break;
            case BlockKind::html:
                text += "html";
                break;
            case BlockKind::document:
                text += "document";
                break;
        }
        text += "(" + plain_text(child) + child.text + drawn(child) + ")";
    }
    return text;
}

std::string tree(const std::string& text) { return drawn(parse_markdown(text)); }

TEST_CASE("headings have their level, paragraphs their words in one line") {
    CHECK(tree("# One\n\n## Two `three`\n\n###### Six\n") == "h1(One) h2(Two three) h6(Six)");
    CHECK(tree("One\ntwo\n\nthree\n") == "p(One two) p(three)");
    CHECK(tree("One\n===\nTwo\n---\n") == "h1(One) h2(Two)");
    CHECK(tree("#No heading\n") == "p(#No heading)");
}

TEST_CASE("an empty text is an empty document") {
    for (const char* text : {"", "\n", "  \n\n \n", "\n\n\n"}) {
        const Block document = parse_markdown(text);
        CHECK(document.kind == BlockKind::document);
        CHECK(document.children.empty());
    }
}

TEST_CASE("tight and loose lists are the same tree") {
    const std::string expected = "ul(li(p(one)) li(p(two)))";
    CHECK(tree("- one\n- two\n") == expected);
    CHECK(tree("- one\n\n- two\n") == expected);
    CHECK(tree("* one\n* two") == expected);
    CHECK(tree("3. one\n4. two\n") == "ol3(li(p(one)) li(p(two)))");
    CHECK(tree("- one\n  goes on\n\n  and on\n") == "ul(li(p(one goes on) p(and on)))");
    CHECK(tree("-\n- two\n") == "ul(li() li(p(two)))");
}

TEST_CASE("lists stand in lists, with code in them") {
    CHECK(tree("1. one\n   - a\n   - b\n     1. deep\n2. two\n") ==
          "ol1(li(p(one) ul(li(p(a)) li(p(b) ol1(li(p(deep)))))) li(p(two)))");
    CHECK(tree("- one\n  - a\n\n  behind\n") == "ul(li(p(one) ul(li(p(a))) p(behind)))");
    CHECK(tree("- one\n\n  ```cpp\n  int x;\n  ```\n") == "ul(li(p(one) code(int x;\n)))");
}

TEST_CASE("a table has rows of cells, the first row a heading's") {
    CHECK(tree("| a | b |\n|---|--:|\n| `1` | two |\n| 3 |\n") ==
          "table(tr(th(a) th(b)) tr(td(1) td(two)) tr(td(3) td()))");
    CHECK(tree("| a |\n|---|\n| x \\| y |\n") == "table(tr(th(a)) tr(td(x | y)))");
}

TEST_CASE("code has its info and its text, byte for byte") {
    const Block fenced =
        parse_markdown("```cpp demos/api.cpp call  call_async\n  *no* `words`\n\n&lt;\n```\n");
    REQUIRE(fenced.children.size() == 1);
    CHECK(fenced.children[0].kind == BlockKind::code);
    CHECK(fenced.children[0].info == "cpp demos/api.cpp call  call_async");
    CHECK(fenced.children[0].text == "  *no* `words`\n\n&lt;\n");
    CHECK(fenced.children[0].words.empty());
    CHECK(tree("    one\n      two\n") == "code(one\n  two\n)");
    CHECK(tree("~~~\n```\n~~~\n") == "code(```\n)");
    CHECK(tree("```text\nnever closed") == "code(never closed\n)");
    CHECK(tree("```console\n```\n") == "code()");
}

TEST_CASE("html, quotes and rules are blocks of their own") {
    CHECK(tree("<details>\n<summary>A</summary>\n\nin it\n\n</details>\n") ==
          "html(<details>\n<summary>A</summary>\n) p(in it) html(</details>\n)");
    CHECK(tree("> said\n> so\n\n---\n") == "quote(p(said so)) hr()");
    CHECK(tree("a <b>tag</b> is passed over\n") == "p(a tag is passed over)");
}

std::vector<Words> words_of(const std::string& text) {
    const Block document = parse_markdown(text);
    REQUIRE(document.children.size() == 1);
    return document.children[0].words;
}

TEST_CASE("words keep their styles, alone and together") {
    const std::vector<Words> words = words_of("a *b* **c** `d*` ***e*** [f `g`](h.md#i) <https://j.k>\n");
    REQUIRE(words.size() == 13);
    CHECK(words[0].text == "a ");
    CHECK((words[1].emphasis && !words[1].strong && words[1].text == "b"));
    CHECK((words[3].strong && !words[3].emphasis && words[3].text == "c"));
    CHECK((words[5].code && words[5].text == "d*"));
    CHECK((words[7].emphasis && words[7].strong && words[7].text == "e"));
    CHECK((words[9].link == "h.md#i" && !words[9].code && words[9].text == "f "));
    CHECK((words[10].link == "h.md#i" && words[10].code && words[10].text == "g"));
    CHECK(words[11].link == "");
    CHECK((words[12].link == "https://j.k" && words[12].text == "https://j.k"));
}

TEST_CASE("what looks like a style and is none stays as it is") {
    CHECK(tree("2 * 3 * 4, snake_case_name, 1 < 2 & 3 > 2\n") ==
          "p(2 * 3 * 4, snake_case_name, 1 < 2 & 3 > 2)");
    CHECK(tree("*open, `open, [open](\n") == "p(*open, `open, [open]()");
    CHECK(tree("\\*no\\* \\`code\\`\n") == "p(*no* `code`)");
}

TEST_CASE("entities become what they stand for, unknown ones stay") {
    CHECK(tree("a &lt;b&gt; &amp; &quot;c&quot;&nbsp;d\n") == "p(a <b> & \"c\" d)");
    CHECK(tree("&nothing; &amp\n") == "p(&nothing; &amp)");
}

TEST_CASE("a link keeps its address, entities in it included") {
    const std::vector<Words> words = words_of("[a](b?c=1&amp;d=2)\n");
    REQUIRE(words.size() == 1);
    CHECK(words[0].link == "b?c=1&d=2");
}

TEST_CASE("a hard break is a newline, a soft one a blank") {
    CHECK(tree("one  \ntwo\\\nthree\nfour\n") == "p(one\ntwo\nthree four)");
}

std::string repeated(const std::string& text, std::size_t times) {
    std::string all;
    for (std::size_t i = 0; i < times; ++i) all += text;
    return all;
}

std::size_t depth_of(const Block& block) {
    std::size_t deepest = 0;
    for (const Block& child : block.children) deepest = std::max(deepest, 1 + depth_of(child));
    return deepest;
}

TEST_CASE("deep nesting is read") {
    CHECK(depth_of(parse_markdown(repeated("> ", 200) + "deep\n")) == 201);
    CHECK(depth_of(parse_markdown(repeated("- ", 200) + "deep\n")) == 401);
    const std::string brackets = repeated("[", 2'000) + "x" + repeated("]", 2'000);
    CHECK(tree(brackets) == "p(" + brackets + ")");
    CHECK(plain_text(parse_markdown(repeated("*a **b ", 500)).children.at(0)).size() > 2'000);
}

TEST_CASE("any bytes are read as some document") {
    CHECK(tree(std::string("a\0b", 3)) == "p(a?b)");
    CHECK(tree("\xff\xfe\x80 broken \xc3\n") == "p(\xff\xfe\x80 broken \xc3)");
    CHECK(tree("one\r\n\r\ntwo\r\n") == "p(one) p(two)");
    std::string noise;
    unsigned state = 1;
    for (int i = 0; i < 20'000; ++i) {
        state = state * 1'664'525 + 1'013'904'223;
        noise += static_cast<char>(state >> 24);
    }
    CHECK_NOTHROW(parse_markdown(noise));
    std::string marks;
    const std::string some = "*_`[]()<>#-+|&;!~\\ \n1.a";
    for (int i = 0; i < 20'000; ++i) {
        state = state * 1'664'525 + 1'013'904'223;
        marks += some[(state >> 24) % some.size()];
    }
    CHECK_NOTHROW(parse_markdown(marks));
}

}  // namespace
}  // namespace overlap::lesson
