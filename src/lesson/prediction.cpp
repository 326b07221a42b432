#include "lesson/prediction.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "render/text.hpp"
#include "timeline/duration.hpp"
#include "timeline/metrics.hpp"
#include "timeline/words.hpp"

namespace overlap::lesson {
namespace {

// As the table's heading has it.
std::string panel_name(const WayRun& way) {
    const std::string name(way.way == Way::pool ? name_of(way.pool) : name_of(way.way));
    return way.variant.empty() ? name : name + " " + way.variant;
}

std::string in_words(Measure measure, std::int64_t value) {
    return measure == Measure::total ? format_duration(value) : std::to_string(value);
}

std::string judged(Measure measure, std::int64_t guess, std::int64_t fact) {
    if (guess == fact) return "right";
    if (measure == Measure::in_flight) return guess < fact ? "too low" : "too high";
    if (guess == 0 || fact == 0) return guess == 0 ? "too short" : "too long";
    const double ratio = static_cast<double>(guess) / static_cast<double>(fact);
    constexpr double close = 1.2;  // nobody guesses a percent
    if (ratio < close && ratio > 1 / close) return "close";
    return ratio > 1 ? times_in_words(ratio) + " too long" : times_in_words(1 / ratio) + " too short";
}

// At least one column for what is more than nothing.
std::string bar(std::int64_t value, std::int64_t longest, int room) {
    if (longest <= 0 || value <= 0) return "";
    const double share = static_cast<double>(value) / static_cast<double>(longest);
    return std::string(static_cast<std::size_t>(std::max(1.0, std::floor(share * room))), '=');
}

}  // namespace

std::optional<std::int64_t> parse_answer(const Guess& guess, std::string_view text) {
    std::int64_t number = 0;
    const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool whole = error == std::errc() && rest == text.data() + text.size() && number >= 0;
    constexpr std::int64_t most = 1'000'000'000;
    if (guess.measure == Measure::in_flight || whole) {
        if (!whole || number > most) return std::nullopt;
        return guess.measure == Measure::in_flight ? number : number * 1'000'000;
    }
    std::string joined(text);  // "600 ms"
    std::erase(joined, ' ');
    return parse_duration(joined);
}

std::string_view example_answer(const Guess& guess) {
    return guess.measure == Measure::total ? "70ms" : "17";  // in no lesson the right answer
}

std::optional<std::int64_t> measured(const Guess& guess, const Run& run) {
    for (const WayRun& way : run.ways) {
        if (panel_name(way) != guess.panel) continue;
        if (guess.measure == Measure::in_flight) return in_flight_peak(way.timeline);
        if (!work_done(way)) return std::nullopt;
        return total_of(way);
    }
    return std::nullopt;
}

std::vector<std::string> compared(const Prediction& prediction,
                                  const std::vector<std::optional<std::int64_t>>& answers, const Run& run,
                                  int width, const Theme& theme) {
    std::vector<std::optional<std::int64_t>> facts;
    std::int64_t longest[] = {0, 0};  // of each measure
    for (std::size_t i = 0; i < prediction.guesses.size(); ++i) {
        const Guess& guess = prediction.guesses[i];
        facts.push_back(measured(guess, run));
        std::int64_t& most = longest[static_cast<int>(guess.measure)];
        most = std::max({most, facts.back().value_or(0), answers[i].value_or(0)});
    }
    constexpr int front = 13;  // "  measured   "
    constexpr int value_room = 11;
    const int room = std::max(width - front - value_room, 8);
    std::vector<std::string> lines;
    for (std::size_t i = 0; i < prediction.guesses.size(); ++i) {
        const Guess& guess = prediction.guesses[i];
        for (const std::string& line : wrap(printable(guess.question), width)) lines.push_back(line);
        const auto row = [&](const char* who, std::int64_t value, Glyph glyph) {
            const std::string drawn = bar(value, longest[static_cast<int>(guess.measure)], room);
            const std::string padding(static_cast<std::size_t>(room) - drawn.size() + 1, ' ');
            lines.push_back(pad_right(std::string("  ") + who, front) + paint(drawn, glyph, theme) + padding +
                            in_words(guess.measure, value));
        };
        if (answers[i]) row("your guess", *answers[i], Glyph::waiting);
        if (facts[i])
            row("measured", *facts[i], Glyph::running);
        else
            lines.emplace_back("  not measured: its work was not done");
        if (answers[i] && facts[i])
            lines.push_back("  The guess was " + judged(guess.measure, *answers[i], *facts[i]) + ".");
    }
    lines.emplace_back("");
    return lines;
}

}  // namespace overlap::lesson
