#include "demo/demo.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <stdexcept>

#include "timeline/error.hpp"
#include "timeline/units.hpp"

namespace overlap {

std::string format_value(const Knob& knob, std::int64_t value) {
    switch (knob.unit) {
        case Unit::duration:
            return format_exact(value);
        case Unit::share: {
            std::array<char, 32> text{};
            char* const end = std::to_chars(text.data(), text.data() + text.size(), share_of(value)).ptr;
            return {text.data(), end};
        }
        case Unit::choice:
            return std::string(knob.words[static_cast<std::size_t>(value)]);
        case Unit::count:
        case Unit::flag:
            break;
    }
    return std::to_string(value);
}

std::string words_of(const Knob& knob, std::string_view separator) {
    std::string words;
    for (const std::string_view word : knob.words) {
        words += (words.empty() ? "" : std::string(separator)) + std::string(word);
    }
    return words;
}

double share_of(std::int64_t millionths) { return static_cast<double>(millionths) / 1e6; }

std::vector<std::string> lane_names(std::int64_t count, std::string_view word) {
    std::vector<std::string> names;
    for (std::int64_t i = 1; i <= count; ++i) names.push_back(std::string(word) + std::to_string(i));
    return names;
}

std::vector<std::string> next_after(const Demo& demo) {
    std::vector<std::string> commands(demo.next.begin(), demo.next.end());
    if (demo.lesson > 0) commands.push_back("overlap lesson " + std::to_string(demo.lesson));
    return commands;
}

std::vector<std::string> lanes_of(const Demo& demo, const Settings& settings) {
    return demo.lanes != nullptr ? demo.lanes(settings) : lane_names(settings.get("tasks"));
}

namespace {

// 1500000 as "1.500000"
std::string in_milliseconds(Nanoseconds time) {
    if (time % ms == 0) return std::to_string(time / ms);
    const std::string digits = std::to_string(time % ms);
    return std::to_string(time / ms) + "." + std::string(6 - digits.size(), '0') + digits;
}

}  // namespace

std::string delay_path(Nanoseconds delay) { return "/delay?ms=" + in_milliseconds(delay); }

std::string chat_path(const Settings& settings) { return chat_path(settings, "latency"); }

std::string chat_path(const Settings& settings, std::string_view latency) {
    const auto count = [&](const char* name) { return std::to_string(settings.get(name, 0)); };
    const auto time = [&](std::string_view name) { return in_milliseconds(settings.get(name)); };
    return "/v1/chat/completions?tokens=" + count("tokens") + "&first_ms=" + time(latency) +
           "&interval_ms=" + time("interval") + "&padding=" + count("padding") + "&cut=" + count("cut-after");
}

std::string answer_time(const Settings& settings, std::string_view latency) {
    const Nanoseconds least = settings.get(latency);
    const Nanoseconds jitter = settings.get("jitter", 0);
    return format_exact(least) + (jitter == 0 ? "" : " to " + format_exact(least + jitter));
}

std::string title_of_calls(const Settings& settings, std::span<const std::string> urls) {
    const std::int64_t tasks = settings.get("tasks");
    std::string title = std::to_string(tasks) + (tasks == 1 ? " call" : " calls") + " to ";
    const Nanoseconds rtt = settings.get("rtt", 0);
    if (urls.empty()) {
        return title + "a loopback API that answers each after " + answer_time(settings) +
               (rtt > 0 ? ", " + format_exact(rtt) + " away" : "");
    }
    return title + urls.front() + (urls.size() > 1 ? " and others" : "");
}

namespace {

std::string unit_in_run(const Knob& knob) {
    switch (knob.unit) {
        case Unit::duration:
            return "ns";
        case Unit::share:
            return "ppm";
        case Unit::flag:
            return "flag";
        case Unit::choice:
            return words_of(knob, "|");
        case Unit::count:
            break;
    }
    return "";
}

}  // namespace

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
        throw UsageError("--" + std::string(name) + " is " + format_value(knob, value) + ": expected " +
                         format_value(knob, knob.least) + " to " + format_value(knob, knob.most));
    }
    values_[index] = value;
}

void Settings::set_as_in_notes() {
    for (std::size_t i = 0; i < knobs_.size(); ++i) values_[i] = knobs_[i].as_in_notes.value_or(values_[i]);
}

std::int64_t Settings::get(std::string_view name) const { return values_[index_of(name)]; }

std::int64_t Settings::get(std::string_view name, std::int64_t fallback) const {
    return has(name) ? get(name) : fallback;
}

bool Settings::has(std::string_view name) const {
    return std::any_of(knobs_.begin(), knobs_.end(), [&](const Knob& knob) { return knob.name == name; });
}

std::vector<KnobValue> Settings::values(bool foreign_server) const {
    std::vector<KnobValue> values;
    for (std::size_t i = 0; i < knobs_.size(); ++i) {
        if (foreign_server && knobs_[i].of_server) continue;
        values.push_back({std::string(knobs_[i].name), unit_in_run(knobs_[i]), values_[i]});
    }
    return values;
}

}  // namespace overlap
