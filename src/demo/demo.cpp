#include "demo/demo.hpp"

#include <algorithm>
#include <stdexcept>

#include "timeline/error.hpp"

namespace overlap {

std::string format_value(Unit unit, std::int64_t value) {
    return unit == Unit::duration ? format_exact(value) : std::to_string(value);
}

std::string delay_path(Nanoseconds delay) {
    constexpr Nanoseconds ms = 1'000'000;
    const std::string path = "/delay?ms=" + std::to_string(delay / ms);
    if (delay % ms == 0) return path;
    const std::string digits = std::to_string(delay % ms);
    return path + "." + std::string(6 - digits.size(), '0') + digits;
}

std::string answer_time(const Settings& settings) {
    const Nanoseconds latency = settings.get("latency");
    const Nanoseconds jitter = settings.get("jitter");
    return format_exact(latency) + (jitter == 0 ? "" : " to " + format_exact(latency + jitter));
}

Settings::Settings(std::span<const Knob> knobs) : knobs_(knobs) {
    for (const Knob& knob : knobs) values_.push_back(knob.usual);
}

std::size_t Settings::index_of(std::string_view name) const {
    const auto found =
        std::find_if(knobs_.begin(), knobs_.end(), [&](const Knob& knob) { return knob.name == name; });
    if (found == knobs_.end()) throw std::logic_error("no knob is named " + std::string(name));
    return static_cast<std::size_t>(found - knobs_.begin());
}

void Settings::set(std::string_view name, std::int64_t value) {
    const std::size_t index = index_of(name);
    const Knob& knob = knobs_[index];
    if (value < knob.least || value > knob.most) {
        throw UsageError("--" + std::string(name) + " is " + format_value(knob.unit, value) + ": expected " +
                         format_value(knob.unit, knob.least) + " to " + format_value(knob.unit, knob.most));
    }
    values_[index] = value;
}

void Settings::set_as_in_notes() {
    for (std::size_t i = 0; i < knobs_.size(); ++i) values_[i] = knobs_[i].as_in_notes.value_or(values_[i]);
}

std::int64_t Settings::get(std::string_view name) const { return values_[index_of(name)]; }

std::vector<KnobValue> Settings::values(bool foreign_server) const {
    std::vector<KnobValue> values;
    for (std::size_t i = 0; i < knobs_.size(); ++i) {
        if (foreign_server && knobs_[i].of_server) continue;
        const bool is_duration = knobs_[i].unit == Unit::duration;
        values.push_back({std::string(knobs_[i].name), is_duration ? "ns" : "", values_[i]});
    }
    return values;
}

}  // namespace overlap
