#include "render/costs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "render/text.hpp"

namespace overlap {
namespace {

constexpr int narrowest_column = 9;

std::optional<double> value_of(const CostKind& kind, std::int64_t n, std::size_t measure) {
    for (const CostPoint& point : kind.points) {
        if (point.n == n && measure < point.values.size()) return point.values[measure];
    }
    return std::nullopt;
}

// Whether something of it was measured at one of these numbers.
bool measured(const Costs& costs, std::size_t measure, const std::vector<std::int64_t>& counts) {
    return std::any_of(costs.kinds.begin(), costs.kinds.end(), [&](const CostKind& kind) {
        return std::any_of(counts.begin(), counts.end(),
                           [&](std::int64_t n) { return value_of(kind, n, measure).has_value(); });
    });
}

std::string cell_of(const Costs& costs, const CostKind& kind, std::int64_t n, std::size_t measure) {
    const std::optional<double> value = value_of(kind, n, measure);
    return value ? format_cost(*value, costs.measures[measure].unit) : "-";
}

// Wide enough for every cell and two blanks.
int column_width(const Costs& costs) {
    std::size_t longest = 0;
    for (const CostKind& kind : costs.kinds) {
        for (const CostPoint& point : kind.points) {
            longest = std::max(longest, std::to_string(point.n).size());
            for (std::size_t m = 0; m < costs.measures.size(); ++m)
                longest = std::max(longest, cell_of(costs, kind, point.n, m).size());
        }
    }
    return std::max(narrowest_column, static_cast<int>(longest) + 2);
}

int label_width(const Costs& costs, int width, int column) {
    std::size_t longest = costs.at_once.size();
    for (const CostKind& kind : costs.kinds) longest = std::max(longest, kind.name.size() + 2);
    return std::min(static_cast<int>(longest) + 1, width - column);
}

// The kinds of each measure below each other, for these numbers.
void add_table(std::string& picture, const Costs& costs, const std::vector<std::int64_t>& counts, int label,
               int column) {
    const auto in_label = [&](const std::string& text) {
        return pad_right(elide(printable(text), label - 1), label);
    };
    std::string head = in_label(costs.at_once);
    for (const std::int64_t n : counts) head += pad_left(std::to_string(n), column);
    add_line(picture, head);
    for (std::size_t m = 0; m < costs.measures.size(); ++m) {
        if (!measured(costs, m, counts)) continue;
        add_line(picture, elide(printable(costs.measures[m].name), label + column));
        for (const CostKind& kind : costs.kinds) {
            std::string line = in_label("  " + kind.name);
            for (const std::int64_t n : counts) {
                line += pad_left(cell_of(costs, kind, n, m), column);
            }
            add_line(picture, line);
        }
    }
    picture += '\n';
}

// In as many tables as the width makes necessary.
void add_tables(std::string& picture, const Costs& costs, int width) {
    const std::vector<std::int64_t> counts = counts_of(costs);
    const int column = column_width(costs);
    const int label = label_width(costs, width, column);
    const auto fit = static_cast<std::size_t>(std::max(1, (width - label) / column));
    for (std::size_t i = 0; i < counts.size(); i += fit) {
        const auto begin = counts.begin() + static_cast<std::ptrdiff_t>(i);
        const auto end = counts.begin() + static_cast<std::ptrdiff_t>(std::min(i + fit, counts.size()));
        add_table(picture, costs, {begin, end}, label, column);
    }
}

}  // namespace

std::string render_ascii(const Costs& costs, const AsciiOptions& options) {
    const int width = std::clamp(options.width, narrowest_width, widest_width);
    std::string picture;
    for (const std::string& line : wrap(printable(costs.title), width))
        add_line(picture, emphasize(line, options.theme));
    picture += '\n';
    add_tables(picture, costs, width);
    for (std::size_t m = 0; m < costs.measures.size(); ++m) {
        if (costs.measures[m].drawn) picture += costs_chart(costs, m, width, options.theme);
    }
    std::string why;
    for (const std::string& sentence : explain(costs)) why += (why.empty() ? "Why: " : " ") + sentence;
    if (!why.empty()) add_paragraph(picture, why, width, 5);
    add_paragraph(picture,
                  fmt::format("Measured with {}, {}; cores: {}.", costs.machine.compiler, costs.machine.build,
                              costs.machine.cores),
                  width, 0);
    for (std::size_t i = 0; i < costs.next.size(); ++i) {
        for (const std::string& line : wrap(printable(costs.next[i]), width - 6, 2))
            add_line(picture, (i == 0 ? "Next: " : "      ") + line);
    }
    return picture;
}

std::string render_plain(const Costs& costs) {
    std::string text = fmt::format("title\t{}\n", printable(costs.title));
    for (const CostKind& kind : costs.kinds) {
        for (const CostPoint& point : kind.points) {
            for (std::size_t m = 0; m < costs.measures.size(); ++m) {
                if (m >= point.values.size() || !point.values[m]) continue;
                fmt::format_to(std::back_inserter(text), "cost\t{}\t{}\t{}\t{:.3f}\t{}\n",
                               printable(kind.name), point.n, printable(costs.measures[m].name),
                               *point.values[m], name_of(costs.measures[m].unit));
            }
        }
        if (!kind.limit.empty())
            text += fmt::format("limit\t{}\t{}\n", printable(kind.name), printable(kind.limit));
        if (!kind.error.empty())
            text += fmt::format("error\t{}\t{}\n", printable(kind.name), printable(kind.error));
    }
    for (const std::string& sentence : explain(costs)) text += "why\t" + printable(sentence) + '\n';
    return text;
}

}  // namespace overlap
