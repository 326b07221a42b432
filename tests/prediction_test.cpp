// Guesses beside what was measured.
#include "lesson/prediction.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include <string>

#include "support/screen.hpp"
#include "support/text.hpp"
#include "support/timelines.hpp"
#include "timeline/metrics.hpp"
#include "timeline/units.hpp"

namespace overlap::lesson {
namespace {

using test::contains;

TEST_SUITE_BEGIN("prediction");

const Guess total{"How long?", Measure::total, "sequential"};
const Guess peak{"How many?", Measure::in_flight, "coroutines gather"};

WayRun panel(Way way, const std::string& variant, int tasks, Nanoseconds each, bool overlapped) {
    WayRun run;
    run.way = way;
    run.variant = variant;
    for (int i = 0; i < tasks; ++i) {
        const Nanoseconds begin = overlapped ? 0 : i * each;
        run.timeline.lanes.push_back({"Task" + std::to_string(i + 1), LaneKind::task});
        run.timeline.spans.push_back({.lane = static_cast<std::uint32_t>(i),
                                      .state = State::waiting,
                                      .begin = begin,
                                      .end = begin + each});
    }
    return run;
}

Run measured_run() {
    Run run;
    run.ways = {panel(Way::sequential, "", 3, 200 * ms, false),
                panel(Way::coroutines, "naive", 3, 200 * ms, false),
                panel(Way::coroutines, "gather", 3, 200 * ms, true)};
    return run;
}

std::string text_of(const std::vector<std::string>& lines) {
    std::string text;
    for (const std::string& line : lines) text += line + '\n';
    return text;
}

TEST_CASE("a time can be typed with its unit, or in milliseconds") {
    CHECK(parse_answer(total, "600ms") == 600 * ms);
    CHECK(parse_answer(total, "0.6s") == 600 * ms);
    CHECK(parse_answer(total, "600") == 600 * ms);
    CHECK(parse_answer(total, "600 ms") == 600 * ms);
    CHECK(parse_answer(total, "0") == 0);
    for (const char* wrong : {"", "long", "-5", "600 apples", "99999999999999999999"}) {
        CAPTURE(wrong);
        CHECK_FALSE(parse_answer(total, wrong));
    }
}

TEST_CASE("a number is whole") {
    CHECK(parse_answer(peak, "3") == 3);
    for (const char* wrong : {"", "3ms", "2.5", "-1", "three", "99999999999"}) {
        CAPTURE(wrong);
        CHECK_FALSE(parse_answer(peak, wrong));
    }
}

TEST_CASE("what is measured is that of the panel that is named") {
    const Run run = measured_run();
    CHECK(measured(total, run) == 600 * ms);
    CHECK(measured(peak, run) == 3);
    CHECK(measured({"", Measure::in_flight, "coroutines naive"}, run) == 1);
    CHECK_FALSE(measured({"", Measure::total, "threads"}, run));
    CHECK_FALSE(measured({"", Measure::total, "coroutines"}, run));
}

TEST_CASE("a panel that was interrupted has no total") {
    Run run = measured_run();
    run.ways[0].interrupted = true;
    CHECK_FALSE(measured(total, run));
}

TEST_CASE("the example of an answer is one, and does not give the first lessons' answers away") {
    for (const Guess& guess : {total, peak}) {
        const std::optional<std::int64_t> example = parse_answer(guess, example_answer(guess));
        REQUIRE(example);
        for (const std::int64_t answer :
             {200 * ms, 300 * ms, 600 * ms, 900 * ms, Nanoseconds{1}, Nanoseconds{3}})
            CHECK(*example != answer);
    }
}

TEST_CASE("bars are to scale, and say how far the guess was off") {
    const std::string text = text_of(compared({{total, peak}}, {300 * ms, 3}, measured_run(), 80, {}));
    CHECK(contains(text, "2.0 times too short"));
    CHECK(contains(text, "The guess was right."));
    const auto bar_of = [&](const std::string& value) {
        const std::size_t at = text.find(value);
        REQUIRE(at != std::string::npos);
        const std::size_t line = text.rfind('\n', at) + 1;
        const std::string row = text.substr(line, at - line);
        return std::count_if(row.begin(), row.end(), [](char c) { return c == '=' || c == '-' || c == '#'; });
    };
    CHECK(bar_of("600ms") >= 2 * bar_of("300ms") - 1);
    CHECK(bar_of("600ms") <= 2 * bar_of("300ms") + 1);
}

TEST_CASE("a guess that is close is called close, one above is too long") {
    const auto said = [](Nanoseconds guess) {
        return text_of(compared({{total}}, {guess}, measured_run(), 80, {}));
    };
    CHECK(contains(said(610 * ms), "close"));
    CHECK(contains(said(550 * ms), "close"));
    CHECK(contains(said(1800 * ms), "3.0 times too long"));
    CHECK(contains(said(0), "too short"));
    CHECK(contains(text_of(compared({{peak}}, {7}, measured_run(), 80, {})), "The guess was too high."));
    CHECK(contains(text_of(compared({{peak}}, {0}, measured_run(), 80, {})), "The guess was too low."));
}

TEST_CASE("without a guess only the measurement stands there, and without one that is said") {
    const std::string text = text_of(compared({{total}}, {std::nullopt}, measured_run(), 80, {}));
    CHECK_FALSE(contains(text, "your guess"));
    CHECK(contains(text, "measured"));
    CHECK(contains(text_of(compared({{total}}, {5}, Run{}, 80, {})), "not measured"));
}

TEST_CASE("it fits the width") {
    for (const int width : {40, 50, 80, 120}) {
        const std::string text = text_of(
            compared({{total, peak}}, {61 * ms, 1'000'000'000}, measured_run(), width, {.color = true}));
        CHECK(test::widest_line(text) <= width);
    }
}

}  // namespace
}  // namespace overlap::lesson
