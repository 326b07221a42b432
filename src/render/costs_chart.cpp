// The picture of cost against number.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

#include "render/costs.hpp"
#include "render/text.hpp"

namespace overlap {
namespace {

constexpr int narrowest_label = 8;
constexpr int rows_wanted = 12;
constexpr double least_drawn = 1e-6;
constexpr char several = '+';

constexpr std::array colors{Glyph::waiting, Glyph::blocked, Glyph::running, Glyph::reading, Glyph::at_server};

struct Mark {
    char letter = ' ';
    Glyph color = Glyph::blank;
};

struct Spot {
    std::int64_t n = 0;
    double value = 0;
    Mark mark;
};

// Of each kind the first letter that no other has.
std::vector<Mark> marks_of(const Costs& costs) {
    std::set<char> taken{several, ' '};
    std::vector<Mark> marks;
    for (const CostKind& kind : costs.kinds) {
        std::string letters = printable(kind.name) + "abcdefghijklmnopqrstuvwxyz";
        const auto letter = std::find_if(letters.begin(), letters.end(), [&](char c) {
            const bool usable = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
            return usable && !taken.contains(c);
        });
        const char chosen = letter == letters.end() ? '*' : *letter;
        taken.insert(chosen);
        marks.push_back({chosen, colors[marks.size() % colors.size()]});
    }
    return marks;
}

// A logarithmic axis from `least` up, `per_step` cells for each factor of `base`.
struct LogAxis {
    double least = 1;
    double base = 10;
    double per_step = 1;

    [[nodiscard]] int cell_of(double value) const {
        return static_cast<int>(std::lround(std::log(value / least) / std::log(base) * per_step));
    }
};

int steps_between(double least, double most, double base) {
    return static_cast<int>(std::lround(std::log(most / least) / std::log(base)));
}

// Below the axis each number where it is, as far as there is room: the last one in any case.
std::string number_labels(const std::vector<std::int64_t>& counts, std::int64_t fewest, std::int64_t most,
                          const LogAxis& across, int margin, int width) {
    const std::string last = std::to_string(most);
    const auto begin_of = [&](std::int64_t n, const std::string& label) {
        return std::min(margin + across.cell_of(static_cast<double>(n)),
                        width - static_cast<int>(label.size()));
    };
    const int last_begin = begin_of(most, last);
    std::string line(static_cast<std::size_t>(margin), ' ');
    int free_from = margin;
    for (const std::int64_t n : counts) {
        const std::string label = std::to_string(n);
        const int begin = begin_of(n, label);
        const bool fits = begin >= free_from && begin + static_cast<int>(label.size()) < last_begin;
        if (n < fewest || n >= most || !fits) continue;
        line.resize(static_cast<std::size_t>(begin), ' ');
        line += label;
        free_from = static_cast<int>(line.size()) + 1;
    }
    line.resize(static_cast<std::size_t>(last_begin), ' ');
    return line + last;
}

}  // namespace

std::string costs_chart(const Costs& costs, std::size_t measure, int width, const Theme& theme) {
    const std::vector<Mark> marks = marks_of(costs);
    std::vector<Spot> spots;
    bool nothing_somewhere = false;
    for (std::size_t k = 0; k < costs.kinds.size(); ++k) {
        for (const CostPoint& point : costs.kinds[k].points) {
            if (measure >= point.values.size() || !point.values[measure]) continue;
            const double value = *point.values[measure];
            if (value >= least_drawn) spots.push_back({point.n, value, marks[k]});
            nothing_somewhere = nothing_somewhere || value < least_drawn;
        }
    }
    if (spots.empty()) return "";
    const CostUnit unit = costs.measures[measure].unit;
    const auto by_value = [](const Spot& a, const Spot& b) { return a.value < b.value; };
    const auto by_n = [](const Spot& a, const Spot& b) { return a.n < b.n; };
    const auto [lowest, highest] = std::minmax_element(spots.begin(), spots.end(), by_value);
    const auto [fewest, most] = std::minmax_element(spots.begin(), spots.end(), by_n);

    // Powers of 4 for bytes, which are counted in KiB; of 10 for the rest.
    const double base = unit == CostUnit::bytes ? 4 : 10;
    const auto power_below = [&](double value) {
        return std::pow(base, std::floor(std::log(value) / std::log(base) + 1e-9));
    };
    LogAxis rows{.least = power_below(lowest->value), .base = base};
    double top = power_below(highest->value);
    if (top < highest->value || top <= rows.least) top *= base;
    const int steps = steps_between(rows.least, top, base);
    rows.per_step = std::max(1, rows_wanted / steps);
    std::vector<std::string> labels;
    for (int step = 0; step <= steps; ++step)
        labels.push_back(format_cost(rows.least * std::pow(base, step), unit));
    int label_columns = narrowest_label;
    for (const std::string& label : labels)
        label_columns = std::max(label_columns, static_cast<int>(label.size()));
    const int columns = width - label_columns - 3;
    const bool one_column = fewest->n == most->n;
    LogAxis across{.least = static_cast<double>(fewest->n)};
    if (!one_column) {
        across.per_step =
            (columns - 1) / std::log10(static_cast<double>(most->n) / static_cast<double>(fewest->n));
    }

    const int height = static_cast<int>(rows.per_step) * steps + 1;
    std::vector<std::vector<Mark>> cells(static_cast<std::size_t>(height),
                                         std::vector<Mark>(static_cast<std::size_t>(columns)));
    for (const Spot& spot : spots) {
        const int row = std::clamp(rows.cell_of(spot.value), 0, height - 1);
        const int at = std::clamp(across.cell_of(static_cast<double>(spot.n)), 0, columns - 1);
        Mark& cell = cells[static_cast<std::size_t>(row)][static_cast<std::size_t>(at)];
        cell = cell.letter == ' ' ? spot.mark : Mark{several, Glyph::blank};
    }

    std::string text = elide(printable(costs.measures[measure].name), width) + '\n';
    const std::string wall = theme.unicode ? " │" : " |";
    for (int row = height - 1; row >= 0; --row) {
        const int per_step = static_cast<int>(rows.per_step);
        const std::string label =
            row % per_step == 0 ? labels[static_cast<std::size_t>(row / per_step)] : std::string();
        std::string line = pad_left(label, label_columns) + wall;
        std::string blanks;
        for (const Mark& cell : cells[static_cast<std::size_t>(row)]) {
            if (cell.letter == ' ') {
                blanks += ' ';
                continue;
            }
            line += blanks + paint(std::string(1, cell.letter), cell.color, theme);
            blanks.clear();
        }
        text += line + '\n';
    }
    std::string ruler =
        std::string(static_cast<std::size_t>(label_columns), ' ') + (theme.unicode ? " └" : " +");
    for (int i = 0; i < columns; ++i) ruler += theme.unicode ? "─" : "-";
    text += ruler + '\n';

    text += number_labels(counts_of(costs), fewest->n, most->n, across, label_columns + 2, width) + '\n';

    std::string legend;
    for (std::size_t k = 0; k < costs.kinds.size(); ++k) {
        legend += (legend.empty() ? "" : ", ") + std::string(1, marks[k].letter) + " " + costs.kinds[k].name;
    }
    legend += fmt::format(
        ", {} several. Across: {}. To scale, both axes logarithmic: a factor of {:.0f} is {} {} up", several,
        costs.at_once, base, rows.per_step, rows.per_step == 1 ? "row" : "rows");
    if (!one_column && base == 10) legend += fmt::format(" and {:.1f} columns across", across.per_step);
    if (!one_column && base != 10)
        legend += fmt::format(", one of 10 is {:.1f} columns across", across.per_step);
    if (nothing_somewhere) legend += "; values of 0 have no place on it";
    for (const std::string& line : wrap(printable(legend) + ".", width)) text += line + '\n';
    return text + '\n';
}

}  // namespace overlap
