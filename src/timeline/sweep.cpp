#include "timeline/sweep.hpp"

#include <algorithm>
#include <cstdio>

#include "timeline/duration.hpp"
#include "timeline/words.hpp"

namespace overlap {
namespace {

std::string factor(double value) {
    char text[32];
    std::snprintf(text, sizeof text, value < 10 ? "%.1f" : "%.0f", value);
    return text;
}

double seconds(Nanoseconds time) { return static_cast<double>(time) / 1e9; }

// From one level to another: what it gave, and what it cost.
std::string step(const SweepPoint& from, const SweepPoint& to) {
    return factor(to.throughput() / from.throughput()) + " times the throughput for " +
           factor(seconds(to.p99) / seconds(from.p99)) + " times the p99";
}

bool usable(const SweepPoint& point) { return point.failed == 0 && point.p99 > 0 && point.makespan > 0; }

}  // namespace

double SweepPoint::throughput() const {
    return makespan == 0 ? 0 : static_cast<double>(calls - failed) / seconds(makespan);
}

std::size_t knee_of(const std::vector<SweepPoint>& points) {
    std::size_t knee = points.size();
    double most = 0;
    for (std::size_t i = 0; i < points.size(); ++i) {
        if (!usable(points[i])) continue;
        const double power = points[i].throughput() / seconds(points[i].p99);
        if (power > most) knee = i;
        most = std::max(most, power);
    }
    return knee;
}

std::vector<std::string> explain(const Sweep& sweep) {
    std::vector<std::string> sentences;
    const std::vector<SweepPoint>& points = sweep.points;
    const std::size_t knee = knee_of(points);
    if (knee < points.size()) {
        const SweepPoint& at = points[knee];
        const std::string level = std::to_string(at.concurrency);
        if (knee > 0 && usable(points[knee - 1])) {
            sentences.push_back("From " + std::to_string(points[knee - 1].concurrency) + " to " + level +
                                " at once: " + step(points[knee - 1], at) + ".");
        }
        if (knee + 1 == points.size()) {
            sentences.push_back("No knee up to " + level + ": the last step still gave more than it cost.");
        } else if (usable(points[knee + 1])) {
            sentences.push_back("The knee is at about " + level + ": going on to " +
                                std::to_string(points[knee + 1].concurrency) + " gave " +
                                step(at, points[knee + 1]) + ".");
        }
    }
    const auto failing =
        std::find_if(points.begin(), points.end(), [](const SweepPoint& point) { return point.failed > 0; });
    if (failing != points.end()) {
        sentences.push_back("At " + std::to_string(failing->concurrency) + " at once " +
                            std::to_string(failing->failed) + " of " +
                            plural(static_cast<std::size_t>(failing->calls), "call") +
                            " failed; levels with failures are left out of the search for the knee.");
    }
    if (sweep.interrupted) sentences.emplace_back("Interrupted: not all levels were run.");
    return sentences;
}

}  // namespace overlap
