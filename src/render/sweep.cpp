#include "render/sweep.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>

#include "render/text.hpp"
#include "timeline/duration.hpp"

namespace overlap {
namespace {

// From nothing to `most`, to scale; never nothing for something.
std::string bar(double value, double most, int width, Glyph glyph, const Theme& theme) {
    if (value <= 0 || most <= 0) return std::string(static_cast<std::size_t>(width), ' ');
    const int filled = std::clamp(static_cast<int>(std::lround(value / most * width)), 1, width);
    std::string text;
    for (int i = 0; i < filled; ++i) text += character(glyph, theme);
    return paint(text, glyph, theme) + std::string(static_cast<std::size_t>(width - filled), ' ');
}

void add_chart(std::string& picture, const Sweep& sweep, int width, const Theme& theme) {
    const std::vector<SweepPoint>& points = sweep.points;
    double most_throughput = 0;
    Nanoseconds most_p99 = 0;
    for (const SweepPoint& point : points) {
        most_throughput = std::max(most_throughput, point.throughput());
        most_p99 = std::max(most_p99, point.p99);
    }
    constexpr int columns = 8;
    constexpr int knee_mark = 6;
    const int bar_width = (width - 3 * columns - knee_mark - 4) / 2;
    add_line(picture, pad_left("at once", columns) + pad_left("calls/s", columns + 1) +
                          std::string(static_cast<std::size_t>(bar_width + 1), ' ') +
                          pad_left("p99", columns + 1));
    const std::size_t knee = knee_of(points);
    for (std::size_t i = 0; i < points.size(); ++i) {
        const SweepPoint& point = points[i];
        std::string line = pad_left(fmt::format("{}", point.concurrency), columns) +
                           pad_left(fmt::format("{:.0f}", point.throughput()), columns + 1) + ' ' +
                           bar(point.throughput(), most_throughput, bar_width, Glyph::running, theme) + ' ' +
                           pad_left(format_duration(point.p99), columns) + ' ' +
                           bar(static_cast<double>(point.p99), static_cast<double>(most_p99), bar_width,
                               Glyph::blocked, theme);
        if (point.failed > 0) line += fmt::format(" {}{}", character(Glyph::failed, theme), point.failed);
        if (i == knee) line += " knee";
        add_line(picture, line);
    }
    picture += '\n';
    std::string legend = fmt::format("Bars are to scale from 0, the longest {:.0f} calls/s and {}",
                                     most_throughput, format_duration(most_p99));
    const bool failures =
        std::any_of(points.begin(), points.end(), [](const auto& p) { return p.failed > 0; });
    if (failures) legend += "; ! calls that failed, which count neither in calls/s nor in p99";
    for (const std::string& line : wrap(legend + ".", width)) add_line(picture, line);
    picture += '\n';
}

}  // namespace

std::string render_ascii(const Sweep& sweep, const AsciiOptions& options) {
    const int width = std::clamp(options.width, narrowest_width, widest_width);
    std::string picture;
    for (const std::string& line : wrap(printable(sweep.title), width))
        add_line(picture, emphasize(line, options.theme));
    picture += '\n';
    if (!sweep.points.empty()) add_chart(picture, sweep, width, options.theme);
    std::string why;
    for (const std::string& sentence : explain(sweep)) why += (why.empty() ? "Why: " : " ") + sentence;
    if (!why.empty()) add_paragraph(picture, why, width, 5);
    return picture;
}

std::string render_plain(const Sweep& sweep) {
    std::string text = fmt::format("title\t{}\n", printable(sweep.title));
    const std::size_t knee = knee_of(sweep.points);
    for (std::size_t i = 0; i < sweep.points.size(); ++i) {
        const SweepPoint& point = sweep.points[i];
        fmt::format_to(std::back_inserter(text), "level\t{}\t{:.1f}\t{:.3f}\t{:.3f}\t{}\t{}{}\n",
                       point.concurrency, point.throughput(), static_cast<double>(point.median) / 1e6,
                       static_cast<double>(point.p99) / 1e6, point.calls, point.failed,
                       i == knee ? "\tknee" : "");
    }
    for (const std::string& sentence : explain(sweep)) text += "why\t" + printable(sentence) + '\n';
    return text;
}

}  // namespace overlap
