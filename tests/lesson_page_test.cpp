// A lesson's text on a terminal: widths, styles, tables, code.
#include "lesson/page.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <string>

#include "support/screen.hpp"
#include "support/text.hpp"

namespace overlap::lesson {
namespace {

using test::contains;

TEST_SUITE_BEGIN("lesson_page");

std::string page(const std::string& markdown, int width = 80, Theme theme = {}) {
    std::string text;
    for (const std::string& line : page_of(parse_markdown(markdown), width, theme)) text += line + '\n';
    return text;
}

TEST_CASE("words are wrapped, and come back whole") {
    const std::string text = page("one two three four five six seven eight nine ten", 20);
    CHECK(text == "one two three four\nfive six seven eight\nnine ten\n\n\n");
}

TEST_CASE("code in the middle of words stands in backticks, or in a colour") {
    CHECK(contains(page("call `gather(x)`, then"), "call `gather(x)`, then"));
    const std::string colored = page("call `gather(x)`, then **wait**", 80, {.color = true});
    CHECK(test::has_color(colored));
    CHECK_FALSE(contains(colored, "`"));
    CHECK_FALSE(test::has_color(page("call `gather(x)`, then **wait** *now*")));
}

TEST_CASE("a link into the web is named, one into the project is not") {
    CHECK(contains(page("see [Asio](https://think-async.com)."), "see Asio (https://think-async.com)."));
    CHECK(contains(page("see [the demo](../demos/api.cpp)."), "see the demo."));
}

TEST_CASE("lists keep their numbers and their margins") {
    CHECK(page("3. a b c d e f g h i j k l m\n4. n\n   - o\n", 20) ==
          "3. a b c d e f g h i j\n   k l m\n4. n\n   - o\n\n\n");
}

TEST_CASE("code is not wrapped but cut, with what is left below it") {
    const std::string line = "    int answer = co_await client.get(run.target(id), a_long_name);";
    const std::string text = page("```text\n" + line + "\n```", 40);
    CHECK(test::widest_line(text) <= 40);
    std::string joined = text;
    std::erase_if(joined, [](char c) { return c == ' ' || c == '\n'; });
    std::string wanted = line;
    std::erase(wanted, ' ');
    CHECK(joined == wanted);
}

TEST_CASE("a long line of code is cut before its comment, at a blank, or behind a bracket") {
    CHECK(page("```python\nvalue = await fetch(client, id)    # the first good answer\n```", 44) ==
          "  value = await fetch(client, id)\n      # the first good answer\n\n\n");
    CHECK(page("```cpp sketch\nresult = call(the_first_argument_of_all, second);\n```", 44) ==
          "  result = call(the_first_argument_of_all,\n      second);\n\n\n");
    CHECK(page("```cpp sketch\nasio::awaitable<void> wait_for(asio::steady_timer& t)\n```", 44) ==
          "  asio::awaitable<void> wait_for(\n      asio::steady_timer& t)\n\n\n");
}

TEST_CASE("a number stays with its unit") {
    CHECK(page("it took 1234 ms, then 4 s.", 14) == "it took\n1234 ms, then\n4 s.\n\n\n");
    CHECK(page("there are 4 symbols here", 13) == "there are 4\nsymbols here\n\n\n");
}

const std::string both =
    "```cpp demos/x.cpp one two\nint one() {\n    return 1;\n}\n\nint two() {\n    return 1;\n}\n```\n";

TEST_CASE("two versions of code stand beside each other where there is room, what differs is marked") {
    CHECK(page(both, 60) ==
          "> int one() {   | > int two() {\n      return 1; |       return 1;\n  }             |   }\n\n\n");
    CHECK(page(both, 30) ==
          "> int one() {\n      return 1;\n  }\n\n> int two() {\n      return 1;\n  }\n\n\n");
}

const std::string table =
    "| Aspect | Synchronous | Asynchronous |\n|---|---|---|\n| Flow | one at a time | several *at once* |\n"
    "| Use | small scripts | servers, chatbots |\n";

TEST_CASE("a table has columns, and is a list where there is no room for them") {
    const std::string wide = page(table, 60);
    CHECK(contains(wide, "Aspect | Synchronous   | Asynchronous\n-------+---------------+---"));
    CHECK(contains(wide, "Flow   | one at a time | several at once\n"));
    const std::string narrow = page(table, 28);
    CHECK(contains(narrow, "Flow\n  Synchronous: one at a time\n  Asynchronous: several at\n  once\n"));
}

TEST_CASE("what could steer the terminal does not reach it") {
    const std::string text = page("a\x1b[2J b \xc3\xa9 `\x07`\n\n```text\n\x1b]0;x\x07\n```\n");
    CHECK(text.find('\x1b') == std::string::npos);
    CHECK(text.find('\x07') == std::string::npos);
}

TEST_CASE("no line is wider than the page, whatever the text") {
    std::mt19937 random(7);
    const std::string pieces[] = {"word ",
                                  "averyverylongwordthatgoesonandonwithoutanyblank ",
                                  "`code x` ",
                                  "**strong** ",
                                  "\n\n",
                                  "\n- item ",
                                  "\n1. item ",
                                  "\n> quote ",
                                  "\n\n| a | b |\n|---|---|\n| long long cell | x |\n\n",
                                  "\n\n```text\n        code code code code code code code code\n```\n\n",
                                  "[link](https://example.org/a/long/path/to/somewhere) ",
                                  "\n# Title of it\n"};
    for (int i = 0; i < 2'000; ++i) {
        std::string text;
        for (int n = 0; n < 12; ++n) text += pieces[random() % std::size(pieces)];
        const int width = 40 + static_cast<int>(random() % 80);
        const Theme theme{.unicode = false, .color = random() % 2 == 0};
        const int widest = test::widest_line(page(text, width, theme));
        if (widest > width) {
            CAPTURE(text);
            CHECK(widest <= width);
        }
    }
}

TEST_CASE("headings are underlined by their level") {
    CHECK(heading_lines("The run", 2, 80, {}) == std::vector<std::string>{"The run", "-------"});
    CHECK(heading_lines("The run", 1, 80, {}).back() == "=======");
    CHECK(heading_lines("More", 3, 80, {}).size() == 1);
}

}  // namespace
}  // namespace overlap::lesson
