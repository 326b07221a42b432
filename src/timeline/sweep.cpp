#include "timeline/sweep.hpp"

#include <algorithm>
#include <cstdio>
#include <iterator>

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
    std::size_t best = points.size();
    std::size_t last = points.size();
    double most = 0;
    for (std::size_t i = 0; i < points.size(); ++i) {
        if (!usable(points[i])) continue;
        last = i;
        const double power = points[i].throughput() / seconds(points[i].p99);
        if (power > most) best = i;
        most = std::max(most, power);
    }
    return best == last ? points.size() : best;
}

namespace {

void explain_steps(const std::vector<SweepPoint>& points, std::vector<std::string>& sentences) {
    std::vector<SweepPoint> good;
    std::copy_if(points.begin(), points.end(), std::back_inserter(good), usable);
    if (good.size() < 2) return;
    const std::size_t knee = knee_of(good);
    const std::size_t at = std::min(knee, good.size() - 1);
    const std::string level = std::to_string(good[at].concurrency);
    if (at > 0) {
        sentences.push_back("From " + std::to_string(good[at - 1].concurrency) + " to " + level +
                            " at once: " + step(good[at - 1], good[at]) + ".");
    }
    if (knee < good.size()) {
        sentences.push_back("The knee is at about " + level + ": going on to " +
                            std::to_string(good[knee + 1].concurrency) + " gave " +
                            step(good[knee], good[knee + 1]) + ".");
    } else {
        sentences.push_back("No knee up to " + level + ": the last step still gave more than it cost.");
    }
}

}  // namespace

std::vector<std::string> explain(const Sweep& sweep) {
    std::vector<std::string> sentences;
    explain_steps(sweep.points, sentences);
    const auto failing = std::find_if(sweep.points.begin(), sweep.points.end(),
                                      [](const SweepPoint& point) { return point.failed > 0; });
    if (failing != sweep.points.end()) {
        sentences.push_back("At " + std::to_string(failing->concurrency) + " at once " +
                            std::to_string(failing->failed) + " of " +
                            plural(static_cast<std::size_t>(failing->calls), "call") + " failed" +
                            (failing->error.empty() ? "" : " (" + failing->error + ")") +
                            "; levels with failures have no say in where the knee is.");
    }
    if (sweep.server_gone) sentences.emplace_back("The server ended in the middle: levels are missing.");
    if (sweep.interrupted) sentences.emplace_back("Interrupted: not all levels were run.");
    return sentences;
}

}  // namespace overlap
