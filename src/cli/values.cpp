#include "cli/values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "timeline/duration.hpp"
#include "timeline/error.hpp"

namespace overlap {
namespace {

[[noreturn]] void reject(std::string_view option, std::string_view text, std::string_view expected) {
    throw UsageError(fmt::format("{} is '{}': expected {}", option, text, expected));
}

}  // namespace

std::int64_t read_whole(std::string_view option, std::string_view text, std::int64_t least,
                        std::int64_t most) {
    std::int64_t number = 0;
    const char* const end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc() || rest != end || number < least || number > most) {
        reject(option, text, fmt::format("a whole number from {} to {}", least, most));
    }
    return number;
}

double read_share(std::string_view option, std::string_view text) {
    double share = 0;
    const char* const end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, share);
    if (error != std::errc() || rest != end || !(share >= 0 && share <= 1)) {
        reject(option, text, "a number from 0 to 1, like 0.1");
    }
    return share;
}

double read_milliseconds(std::string_view option, std::string_view text) {
    double number = 0;
    const char* const end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, number);
    // Not so simple as number >= 0: "nan" and "-0" are numbers too.
    if (error != std::errc() || rest != end || !(number <= 1e9) || number < 0 || std::signbit(number)) {
        reject(option, text, "a number of milliseconds without a unit, 0 to 1e9, like 250 or 0.5");
    }
    return number;
}

Nanoseconds read_duration(std::string_view option, std::string_view text) {
    const std::optional<Nanoseconds> duration = parse_duration(text);
    if (!duration) reject(option, text, "a duration like 200ms, 2s or 1.5s");
    return *duration;
}

ColorMode read_color(std::string_view text) {
    if (text == "auto") return ColorMode::automatic;
    if (text == "always") return ColorMode::always;
    if (text == "never") return ColorMode::never;
    reject("--color", text, "auto, always or never");
}

std::vector<std::string> split_list(const std::vector<std::string>& texts) {
    std::vector<std::string> words;
    for (const std::string& text : texts) {
        for (std::size_t begin = 0; begin <= text.size();) {
            const std::size_t end = std::min(text.find(',', begin), text.size());
            words.push_back(text.substr(begin, end - begin));
            begin = end + 1;
        }
    }
    return words;
}

std::vector<Way> read_ways(const std::vector<std::string>& texts) {
    std::vector<Way> ways;
    for (const std::string& text : texts) {
        for (const std::string& word : split_list({text})) {
            const auto* const way = std::find_if(std::begin(all_ways), std::end(all_ways),
                                                 [&](Way candidate) { return name_of(candidate) == word; });
            if (way == std::end(all_ways))
                reject("--way", text, "sequential, coroutines or pool, or several with commas");
            if (std::find(ways.begin(), ways.end(), *way) == ways.end()) ways.push_back(*way);
        }
    }
    std::sort(ways.begin(), ways.end());
    return ways;
}

}  // namespace overlap
