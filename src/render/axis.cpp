#include "render/axis.hpp"

#include <cstddef>

namespace overlap {
namespace {

struct Unit {
    Nanoseconds size;
    const char* name;
};

// The unit in which every label of the axis is written: the largest that keeps the step a whole number,
// except that axes of two seconds and more read in seconds, with one decimal if the step needs it.
Unit unit_for(Nanoseconds step, Nanoseconds total) {
    constexpr Unit seconds{1'000'000'000, "s"};
    if (step % seconds.size == 0) return seconds;
    if (total >= 2 * seconds.size && step % (seconds.size / 10) == 0) return seconds;
    if (step % 1'000'000 == 0) return {1'000'000, "ms"};
    if (step % 1'000 == 0) return {1'000, "us"};
    return {1, "ns"};
}

std::string label_at(Nanoseconds time, Unit unit, bool decimal) {
    std::string text = std::to_string(time / unit.size);
    if (decimal) text += '.' + std::to_string(time % unit.size * 10 / unit.size);
    return text + unit.name;
}

std::vector<Tick> ticks_at(Nanoseconds step, const Axis& axis, int label_columns) {
    const Unit unit = unit_for(step, axis.total);
    const bool decimal = step % unit.size != 0;
    std::vector<Tick> ticks;
    for (Nanoseconds time = 0; time < axis.total; time += step) {
        Tick tick{axis.column_of(time), label_at(time, unit, decimal)};
        if (tick.column + static_cast<int>(tick.label.size()) > label_columns) break;
        ticks.push_back(std::move(tick));
    }
    return ticks;
}

bool labels_apart(const std::vector<Tick>& ticks) {
    for (std::size_t i = 1; i < ticks.size(); ++i) {
        if (ticks[i - 1].column + static_cast<int>(ticks[i - 1].label.size()) + 2 > ticks[i].column)
            return false;
    }
    return true;
}

}  // namespace

std::vector<Tick> ticks_of(const Axis& axis, int label_columns) {
    // A label with its gap takes at least 5 columns, so smaller steps than this cannot fit.
    Nanoseconds decade = 1;
    while (decade < axis.total / axis.columns) decade *= 10;
    for (;; decade *= 10) {
        for (const Nanoseconds factor : {1, 2, 5}) {
            if (decade * factor * axis.columns / axis.total < 3) continue;
            std::vector<Tick> ticks = ticks_at(decade * factor, axis, label_columns);
            if (labels_apart(ticks)) return ticks;
        }
    }
}

std::string tick_labels(const std::vector<Tick>& ticks) {
    std::string row;
    for (const Tick& tick : ticks) {
        row.resize(static_cast<std::size_t>(tick.column), ' ');
        row += tick.label;
    }
    return row;
}

std::string ruler(const Axis& axis, const std::vector<Tick>& ticks, const std::string& tick,
                  const std::string& line) {
    std::string row;
    std::size_t next = 0;
    for (int column = 0; column < axis.columns; ++column) {
        const bool here = next < ticks.size() && ticks[next].column == column;
        row += here ? tick : line;
        if (here) ++next;
    }
    return row;
}

}  // namespace overlap
