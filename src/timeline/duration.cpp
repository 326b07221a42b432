#include "timeline/duration.hpp"

#include <array>
#include <charconv>
#include <cmath>

#include "timeline/units.hpp"

namespace overlap {
namespace {

constexpr Nanoseconds microsecond = 1'000;

// `decimals` digits after the point, rounded half up in integers, so that the text never depends on a locale.
std::string in_unit(Nanoseconds duration, Nanoseconds unit, int decimals, std::string_view suffix) {
    Nanoseconds scale = 1;
    for (int i = 0; i < decimals; ++i) scale *= 10;
    const Nanoseconds rounded = (duration / unit) * scale + ((duration % unit) * scale + unit / 2) / unit;
    std::string text = std::to_string(rounded / scale);
    if (decimals > 0) {
        std::string fraction = std::to_string(rounded % scale);
        fraction.insert(0, static_cast<std::size_t>(decimals) - fraction.size(), '0');
        text += '.' + fraction;
    }
    return text.append(suffix);
}

}  // namespace

double milliseconds(Nanoseconds duration) { return static_cast<double>(duration) / 1e6; }

std::string format_duration(Nanoseconds duration) {
    if (duration < 0) return "-" + format_duration(-duration);
    // Each limit is where rounding would carry into the next unit or drop a digit: 999.6us reads 1.0ms.
    if (duration < microsecond) return std::to_string(duration) + "ns";
    if (duration < 999'500) return in_unit(duration, microsecond, 0, "us");
    if (duration < 9'950'000) return in_unit(duration, ms, 1, "ms");
    if (duration < 999'500'000) return in_unit(duration, ms, 0, "ms");
    if (duration < 9'995'000'000) return in_unit(duration, second, 2, "s");
    if (duration < 59'950'000'000) return in_unit(duration, second, 1, "s");
    const Nanoseconds seconds = (duration + second / 2) / second;
    const std::string rest = std::to_string(seconds % 60);
    return std::to_string(seconds / 60) + "m" + (rest.size() < 2 ? "0" : "") + rest + "s";
}

std::string format_exact(Nanoseconds duration) {
    if (duration == 0) return "0ms";
    if (duration % second == 0) return std::to_string(duration / second) + "s";
    if (duration % ms == 0) return std::to_string(duration / ms) + "ms";
    if (duration % microsecond == 0) return std::to_string(duration / microsecond) + "us";
    return std::to_string(duration) + "ns";
}

std::optional<Nanoseconds> parse_duration(std::string_view text) {
    double number = 0;
    const char* const end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, number, std::chars_format::fixed);
    if (error != std::errc() || !std::isfinite(number) || number < 0 || std::signbit(number))
        return std::nullopt;
    const std::string_view unit(rest, static_cast<std::size_t>(end - rest));

    struct Unit {
        std::string_view name;
        Nanoseconds size;
    };
    static constexpr std::array<Unit, 5> units{
        {{"ns", 1}, {"us", microsecond}, {"ms", ms}, {"s", second}, {"m", 60 * second}}};
    if (unit.empty() && number == 0) return 0;
    for (const Unit& candidate : units) {
        if (unit != candidate.name) continue;
        const double value = number * static_cast<double>(candidate.size);
        if (value > 1e18) return std::nullopt;
        return static_cast<Nanoseconds>(std::llround(value));
    }
    return std::nullopt;
}

}  // namespace overlap
