#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <numeric>
#include <random>
#include <span>
#include <sstream>
#include <string>
#include <vector>

#include "render/ascii.hpp"
#include "render/cells.hpp"
#include "render/lanes.hpp"
#include "render/plain.hpp"
#include "render/text.hpp"
#include "support/machine_use.hpp"
#include "support/text.hpp"
#include "support/timelines.hpp"
#include "timeline/metrics.hpp"

namespace overlap {
namespace {

using test::contains;
using test::lines_of;
using test::way_of;

TEST_SUITE_BEGIN("picture");

constexpr int random_runs = test::sanitized ? 400 : 20'000;

Axis axis_for(const Run& run, int columns) {
    return {std::max<Nanoseconds>(columns, longest_makespan(run)), columns};
}

// One glyph per column for each task of a way.
struct DrawnTask {
    std::span<const Span> spans;
    std::vector<Glyph> glyphs;
};

std::vector<DrawnTask> draw_tasks(const Timeline& timeline, const Axis& axis) {
    std::vector<DrawnTask> drawn;
    int brief = 0;
    for (const TaskSummary& task : summarize_tasks(timeline)) {
        const auto spans = std::span(timeline.spans).subspan(task.first, task.last - task.first);
        drawn.push_back({spans, draw_lane(spans, LaneKind::task, axis, brief)});
    }
    return drawn;
}

// Whether something stands where the span is.
bool visible(const Span& span, const std::vector<Glyph>& glyphs, const Axis& axis) {
    const int first = std::min(axis.column_of(span.begin), axis.columns - 1);
    const int last = std::min(axis.column_of(span.end), axis.columns - 1);
    return std::any_of(glyphs.begin() + first, glyphs.begin() + last + 1,
                       [](Glyph glyph) { return glyph != Glyph::blank; });
}

// Whether the glyph in this column claims the column for its task: it is part of a bar, not the mark of a
// span that is shorter than the column.
bool claims(const DrawnTask& task, int column, const Axis& axis) {
    const Glyph glyph = task.glyphs[static_cast<std::size_t>(column)];
    if (glyph == Glyph::blank || glyph == Glyph::brief) return false;
    const bool end_mark = glyph == Glyph::failed || glyph == Glyph::cancelled;
    const bool in_a_bar = std::any_of(task.spans.begin(), task.spans.end(), [&](const Span& span) {
        return axis.column_of(span.begin) <= column && column < axis.column_of(span.end);
    });
    return in_a_bar || !end_mark;
}

TEST_CASE("in random timelines every span is visible") {
    std::mt19937_64 random(1);
    for (int i = 0; i < random_runs; ++i) {
        const Run run = test::random_run(random);
        const Axis axis = axis_for(run, 20 + i % 80);
        for (const WayRun& way : run.ways) {
            for (const DrawnTask& task : draw_tasks(way.timeline, axis)) {
                for (const Span& span : task.spans) REQUIRE_MESSAGE(visible(span, task.glyphs, axis), i);
            }
        }
    }
}

TEST_CASE("in random timelines no column of a sequential panel is claimed by two tasks") {
    std::mt19937_64 random(2);
    for (int i = 0; i < random_runs; ++i) {
        const Run run = test::random_run(random);
        const WayRun* way = find_way(run, Way::sequential);
        if (way == nullptr) continue;
        const Axis axis = axis_for(run, 20 + i % 80);
        const std::vector<DrawnTask> tasks = draw_tasks(way->timeline, axis);
        for (int column = 0; column < axis.columns; ++column) {
            const auto claimed = std::count_if(tasks.begin(), tasks.end(),
                                               [&](const DrawnTask& t) { return claims(t, column, axis); });
            REQUIRE_MESSAGE(claimed <= 1, i, column);
        }
    }
}

TEST_CASE("in random timelines no line is wider than it may be, and tick labels do not touch") {
    std::mt19937_64 random(3);
    for (int i = 0; i < random_runs; ++i) {
        const Run run = test::random_run(random);
        const int width = narrowest_width + i % (widest_width - narrowest_width + 1);
        const std::vector<std::string> lines = lines_of(render_ascii(run, {.width = width}));
        for (const std::string& line : lines)
            REQUIRE_MESSAGE(line.size() <= static_cast<std::size_t>(width), i, line);

        const std::string& labels = lines.at(2);
        REQUIRE(labels.starts_with("Time:"));
        std::istringstream words(labels.substr(5));
        for (std::string word; words >> word;) {
            // Two labels that touch would read as one: digits behind a unit.
            const auto unit = word.find_first_not_of("0123456789.");
            REQUIRE_MESSAGE(word.find_first_of("0123456789", unit) == std::string::npos, i, labels);
        }
    }
}

TEST_CASE("numbers of any size stay in their column of the table") {
    Run run = test::three_calls();
    run.ways[1].server->peak_in_flight = 123'456'789'012'345;
    run.ways[2].server->peak_in_flight = std::numeric_limits<std::int64_t>::max();
    run.ways[1].usage.peak_memory = std::numeric_limits<std::int64_t>::max();
    for (const int width : {narrowest_width, widest_width}) {
        const std::string picture = render_ascii(run, {.width = width});
        for (const std::string& line : lines_of(picture))
            CHECK_MESSAGE(line.size() <= static_cast<std::size_t>(width), line);
        CHECK(contains(picture, " 1e+14 "));
        CHECK(contains(picture, " 9e+18\n"));
        CHECK(contains(picture, " 9e+12MiB "));
    }
}

TEST_CASE("the area of the in-flight row is that of the timeline") {
    std::mt19937_64 random(4);
    for (int i = 0; i < 2'000; ++i) {
        const Run run = test::random_run(random);
        const Axis axis = axis_for(run, 20 + i % 80);
        for (const WayRun& way : run.ways) {
            double drawn = 0;
            const std::vector<double> means = mean_in_flight(way.timeline, axis);
            for (int c = 0; c < axis.columns; ++c) {
                drawn += means[static_cast<std::size_t>(c)] *
                         static_cast<double>(axis.begin_of(c + 1) - axis.begin_of(c));
            }
            double measured = 0;
            for (const Span& span : way.timeline.spans) {
                const bool counts =
                    way.timeline.lanes[span.lane].kind == LaneKind::task && in_flight(span.state);
                if (counts) measured += static_cast<double>(span.end - span.begin);
            }
            REQUIRE(drawn == doctest::Approx(measured));
        }
    }
}

TEST_CASE("the legend names the glyphs that appear, and only those") {
    const std::string picture = render_ascii(test::three_calls(), {});
    CHECK(contains(picture, "- waiting, thread is free"));
    CHECK(contains(picture, "= waiting, holds its thread"));
    CHECK_FALSE(contains(picture, "queued for a worker"));
    CHECK_FALSE(contains(picture, "x ready"));
    CHECK_FALSE(contains(picture, "! failed"));
    CHECK_FALSE(contains(picture, "~ cancelled"));
}

TEST_CASE("above 24 lanes the first three, the slowest three, a median one and every failure are drawn") {
    std::vector<test::TaskTimes> times;
    for (int i = 0; i < 1000; ++i) times.push_back({0, 100 + i % 500});
    Run run;
    run.title = "Many";
    run.ways = {way_of(Way::pool, State::blocked, times)};
    run.ways[0].timeline.spans[700].outcome = Outcome::failed;
    run.ways[0].timeline.lanes[700].error = "connection refused";
    const std::string picture = render_ascii(run, {});
    for (const char* name : {"Task1:", "Task2:", "Task3:", "Task701:", "Task499:", "Task500:", "Task1000:"}) {
        CAPTURE(name);
        CHECK(contains(picture, name));
    }
    CHECK(contains(picture, "connection refused"));
    CHECK(contains(picture, "...992 more"));
    CHECK(contains(picture, "In flight:"));
    CHECK(contains(picture, "9=1000"));
}

TEST_CASE("up to 24 lanes are all drawn") {
    Run run;
    run.ways = {way_of(Way::sequential, State::blocked, std::vector<test::TaskTimes>(24, {0, 10}))};
    const std::string picture = render_ascii(run, {});
    CHECK(contains(picture, "Task24:"));
    CHECK_FALSE(contains(picture, "more"));
}

TEST_CASE("what is in flight is never drawn as nothing") {
    // One task for a long time, then 5,000 for a moment: the one is far below a ninth of the peak.
    std::vector<test::TaskTimes> times{{0, 1000}};
    for (int i = 0; i < 5'000; ++i) times.push_back({990, 1000});
    Run run;
    run.ways = {way_of(Way::pool, State::blocked, times)};
    const std::vector<std::string> lines = lines_of(render_ascii(run, {}));
    const auto row =
        std::find_if(lines.begin(), lines.end(), [](const auto& l) { return l.starts_with("In flight:"); });
    REQUIRE(row != lines.end());
    const std::string bar = row->substr(13, row->find("9=") - 14);
    CHECK(bar.starts_with("111111111111111111"));
    CHECK(bar.find(' ') == std::string::npos);
}

TEST_CASE("a thousand failures are summed up after the first hundred") {
    Run run;
    run.ways = {way_of(Way::pool, State::blocked, std::vector<test::TaskTimes>(1000, {0, 10}))};
    for (Span& span : run.ways[0].timeline.spans) span.outcome = Outcome::failed;
    const std::vector<std::string> lines = lines_of(render_ascii(run, {}));
    CHECK(lines.size() < 150);
    CHECK(
        std::any_of(lines.begin(), lines.end(), [](const auto& l) { return contains(l, "of them failed"); }));
}

TEST_CASE("names and errors cannot steer the terminal") {
    Run run = test::three_calls();
    run.title = "\x1b[31mred\x07";
    run.ways[0].timeline.lanes[0].name = "\x1b]0;x";
    run.ways[0].timeline.spans[0].outcome = Outcome::failed;
    run.ways[0].timeline.lanes[0].error = "caf\xc3\xa9\x1b[2J";
    for (const std::string& text : {render_ascii(run, {}), render_plain(run)}) {
        CHECK(std::none_of(text.begin(), text.end(),
                           [](char c) { return c == '\x1b' || c == '\x07' || c < 0; }));
    }
}

TEST_CASE("colour changes nothing but colour") {
    std::string colored = render_ascii(test::three_calls(), {.theme = {.color = true}});
    CHECK(contains(colored, "\x1b["));
    for (std::size_t at = 0; (at = colored.find("\x1b[", at)) != std::string::npos;) {
        colored.erase(at, colored.find('m', at) - at + 1);
    }
    CHECK(colored == render_ascii(test::three_calls(), {}));
}

TEST_CASE("a run without ways or without spans is drawn, if with little in it") {
    Run run;
    CHECK_FALSE(render_ascii(run, {}).empty());
    run.ways.emplace_back();
    run.ways[0].timeline.lanes.push_back({.name = "Loop", .kind = LaneKind::loop});
    CHECK(contains(render_ascii(run, {}), "Total: 0ns"));
}

TEST_CASE("a task that was never timed has a row where there is something to say of it, and only then") {
    Run run = test::three_calls();
    Timeline& timeline = run.ways[0].timeline;
    timeline.spans.erase(timeline.spans.begin() + 1, timeline.spans.end());
    timeline.lanes[2].note = "never started";
    const std::vector<std::string> lines = lines_of(render_ascii(run, {}));
    const auto panel = std::find(lines.begin(), lines.end(), run.ways[0].caption);
    REQUIRE(lines.end() - panel > 3);
    CHECK(panel[1].starts_with("Task1:   |="));
    CHECK(panel[2].starts_with("Task3:  "));
    CHECK(panel[2].ends_with(" (never started)"));
    CHECK(panel[2].find_first_of("-=#!'|") == std::string::npos);
    CHECK(panel[3].starts_with("Total:"));
}

TEST_CASE("of very many tasks that were never timed the first three have a row, and nothing was in flight") {
    Run run;
    run.ways = {way_of(Way::coroutines, State::waiting, std::vector<test::TaskTimes>(1000))};
    run.ways[0].timeline.spans.clear();
    for (Lane& lane : run.ways[0].timeline.lanes) lane.note = "never started";
    const std::string picture = render_ascii(run, {});
    CHECK(contains(picture, "\nTask3:"));
    CHECK_FALSE(contains(picture, "\nTask4:"));
    CHECK(contains(picture, "...997 more"));
    CHECK_FALSE(contains(picture, "In flight:"));
    CHECK_FALSE(contains(picture, "1-9 in flight"));
}

TEST_CASE("a short moment in the queue is no word's worth") {
    Run run;
    run.ways = {way_of(Way::pool, State::blocked, {{3, 203}, {50, 250}})};
    run.ways[0].timeline.spans.push_back({.lane = 0, .state = State::queued, .begin = 0, .end = 3 * ms});
    run.ways[0].timeline.spans.push_back({.lane = 1, .state = State::queued, .begin = 0, .end = 50 * ms});
    sort_spans(run.ways[0].timeline);
    const std::string picture = render_ascii(run, {});
    CHECK(contains(picture, "203ms (blocked)"));
    CHECK(contains(picture, "250ms (queued 50ms)"));
}

TEST_CASE("text is broken at blanks, and words longer than a line are cut") {
    CHECK(wrap("one two three", 7) == std::vector<std::string>{"one two", "three"});
    CHECK(wrap("one two", 5, 2) == std::vector<std::string>{"one", "  two"});
    CHECK(wrap("abcdefgh", 3) == std::vector<std::string>{"abc", "def", "gh"});
    CHECK(wrap("", 10) == std::vector<std::string>{""});
}

TEST_CASE("long names lose their middle") {
    CHECK(elide("Task1", 10) == "Task1");
    CHECK(elide("a-very-long-name", 9) == "a-v...ame");
    CHECK(elide("abcdef", 2) == "ab");
}

}  // namespace
}  // namespace overlap
