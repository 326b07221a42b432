#include <doctest/doctest.h>

#include <cstddef>
#include <iterator>
#include <string>
#include <vector>

#include "render/axis.hpp"
#include "render/cells.hpp"
#include "render/theme.hpp"

namespace overlap {
namespace {

TEST_SUITE_BEGIN("cells");

Span span(Nanoseconds begin, Nanoseconds end, State state = State::blocked, Outcome outcome = Outcome::done) {
    return {.state = state, .outcome = outcome, .begin = begin, .end = end};
}

// The lane as text, on an axis of 10 ns per column.
std::string drawn(const std::vector<Span>& spans, int columns = 10, LaneKind kind = LaneKind::task) {
    int brief = 0;
    std::string text;
    for (const Glyph glyph : draw_lane(spans, kind, Axis{columns * 10, columns}, brief))
        text += character(glyph, {});
    return text;
}

TEST_CASE("a column holds the times from its begin up to that of the next") {
    for (const Nanoseconds total : {120, 121, 605, 12'345}) {
        for (const int columns : {1, 3, 7, 60, 120}) {
            const Axis axis{total, columns};
            for (Nanoseconds time = 0; time < total; time += 1 + total / 1000) {
                const int column = axis.column_of(time);
                REQUIRE(axis.begin_of(column) <= time);
                REQUIRE(time < axis.begin_of(column + 1));
            }
            CHECK(axis.column_of(total) == columns);
        }
    }
}

TEST_CASE("a bar takes the column of its begin and not that of its end") {
    CHECK(drawn({span(0, 100)}) == "|========|");
    CHECK(drawn({span(9, 59)}) == "|===|     ");
    CHECK(drawn({span(10, 50)}) == " |==|     ");
}

TEST_CASE("bars of three columns and more have caps, shorter ones have none") {
    CHECK(drawn({span(0, 20)}) == "==        ");
    CHECK(drawn({span(0, 30)}) == "|=|       ");
}

TEST_CASE(
    "a token shows in the column in which it came, a cap or not; the end of its bar shows the last one") {
    const auto token = [](Nanoseconds begin, Nanoseconds end, Phase phase, Outcome outcome = Outcome::done) {
        Span one = span(begin, end, State::blocked, outcome);
        one.phase = phase;
        return one;
    };
    const Span first = token(0, 45, Phase::first_token);
    CHECK(drawn({first, token(45, 72, Phase::token)}) == "|===*=*   ");
    CHECK(drawn({first, token(45, 75, Phase::token), token(75, 91, Phase::token)}) == "|===*==** ");
    CHECK(drawn({first, token(45, 72, Phase::token), token(72, 73, Phase::finish)}) == "|===*=*   ");
    CHECK(drawn({first, token(45, 99, Phase::token, Outcome::failed)}) == "|===*===! ");
    CHECK(drawn({first, span(45, 95, State::reading)}) == "|===*ooo| ");
}

TEST_CASE("what follows at once never shares a column with what went before") {
    for (Nanoseconds border = 1; border < 100; ++border) {
        const std::string first = drawn({span(0, border)});
        const std::string second = drawn({span(border, 100)});
        for (std::size_t c = 0; c < first.size(); ++c) {
            const bool both = first[c] != ' ' && second[c] != ' ';
            // A brief mark says that the span is shorter than the column it stands in.
            if (both) CHECK_MESSAGE((first[c] == '\'' || second[c] == '\''), border, first, second);
        }
    }
}

TEST_CASE("a span too short for a column is drawn where it is") {
    CHECK(drawn({span(42, 43)}) == "    '     ");
    CHECK(drawn({span(99, 100)}) == "         '");
    CHECK(drawn({span(100, 100)}) == "         '");
    CHECK(drawn({span(0, 0)}) == "'         ");
}

TEST_CASE("a moment on the border of two columns does not fill one") {
    CHECK(drawn({span(39, 41)}) == "   '      ");
}

TEST_CASE("many short spans that fill most of a column together are drawn as their state") {
    CHECK(drawn({span(40, 43, State::running), span(44, 47, State::running)}, 10, LaneKind::loop) ==
          "    #     ");
    CHECK(drawn({span(40, 42, State::running), span(44, 46, State::running)}, 10, LaneKind::loop) ==
          "    '     ");
}

TEST_CASE("a column with several states shows the one that fills most of it") {
    CHECK(drawn({span(0, 50, State::queued), span(50, 100)}) == "|....====|");
    CHECK(drawn({span(0, 56, State::waiting), span(56, 100, State::running)}) == "|-----###|");
    CHECK(drawn({span(0, 54, State::waiting), span(54, 100, State::running)}) == "|----####|");
}

TEST_CASE("an event loop's lane has no caps") {
    CHECK(drawn({span(0, 50, State::running)}, 10, LaneKind::loop) == "#####     ");
}

TEST_CASE("a loop that works on after the last task is drawn up to the end of the axis") {
    CHECK(drawn({span(50, 500, State::running), span(600, 700, State::running)}, 10, LaneKind::loop) ==
          "     #####");
}

TEST_CASE("the last column of a failed or cancelled span says so, even when it is the only one") {
    CHECK(drawn({span(0, 50, State::blocked, Outcome::failed)}) == "|===!     ");
    CHECK(drawn({span(0, 50, State::waiting, Outcome::cancelled)}) == "|---~     ");
    CHECK(drawn({span(0, 10, State::blocked, Outcome::failed)}) == "!         ");
    CHECK(drawn({span(42, 43, State::blocked, Outcome::failed)}) == "    !     ");
    CHECK(drawn({span(100, 100, State::blocked, Outcome::failed)}) == "         !");
}

TEST_CASE("each failed attempt of a task is marked") {
    CHECK(drawn({span(0, 40, State::blocked, Outcome::failed), span(60, 100)}) == "|==!  |==|");
}

TEST_CASE("each state has its own character") {
    CHECK(drawn({span(0, 20, State::queued), span(20, 40, State::waiting), span(40, 60, State::blocked),
                 span(60, 80, State::running), span(80, 100, State::ready)}) == "|.--==##x|");
}

TEST_CASE("each stage of a chatbot, and no other phase, has a glyph of its own where it begins") {
    const auto first_glyph = [](Phase phase) {
        int brief = 0;
        Span only = span(0, 100);
        only.phase = phase;
        return draw_lane(std::vector<Span>{only}, LaneKind::task, Axis{100, 10}, brief).front();
    };
    const Glyph glyphs[] = {Glyph::history, Glyph::format, Glyph::model, Glyph::answer, Glyph::save};
    std::size_t stage = 0;
    // One beyond the last: a phase that is added behind it is no stage.
    for (int number = 0; number <= static_cast<int>(last_phase) + 1; ++number) {
        const auto phase = static_cast<Phase>(number);
        CAPTURE(number);
        const bool expected = stage < std::size(chatbot_stages) && chatbot_stages[stage] == phase;
        CHECK(is_stage(phase) == expected);
        CHECK(first_glyph(phase) == (expected ? glyphs[stage++] : Glyph::cap));
    }
    CHECK(stage == std::size(chatbot_stages));
}

TEST_CASE("spans drawn as brief are counted") {
    int brief = 0;
    const std::vector<Span> spans{span(1, 2), span(3, 4), span(50, 51)};
    draw_lane(spans, LaneKind::task, Axis{100, 10}, brief);
    CHECK(brief == 3);
}

TEST_CASE("ticks stand at 1, 2 or 5 times a power of ten, and their labels never touch") {
    for (const int columns : {10, 24, 48, 60, 100}) {
        for (Nanoseconds total = columns; total < 100'000'000'000'000; total = total * 3 / 2 + 1) {
            const Axis axis{total, columns};
            const std::vector<Tick> ticks = ticks_of(axis, columns + 6);
            REQUIRE_FALSE(ticks.empty());
            CHECK(ticks.front().column == 0);
            for (std::size_t i = 1; i < ticks.size(); ++i) {
                const int end = ticks[i - 1].column + static_cast<int>(ticks[i - 1].label.size());
                REQUIRE_MESSAGE(end + 2 <= ticks[i].column, total, columns);
            }
            REQUIRE(tick_labels(ticks).size() <= static_cast<std::size_t>(columns + 6));
            REQUIRE(ruler(axis, ticks, "+", "-").size() == static_cast<std::size_t>(columns));
        }
    }
}

TEST_CASE("ticks read in the unit that suits the step") {
    const auto labels = [](Nanoseconds total) { return tick_labels(ticks_of(Axis{total, 48}, 52)); };
    CHECK(labels(605'000'000) == "0ms    100ms   200ms   300ms   400ms   500ms   600ms");
    CHECK(labels(6'000'000'000) == "0s      1s      2s      3s      4s      5s");
    CHECK(labels(2'000'000'000).starts_with("0.0s"));
    CHECK(labels(90'000).starts_with("0us"));
}

}  // namespace
}  // namespace overlap
