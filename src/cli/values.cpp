#include "cli/values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <utility>

#include "timeline/duration.hpp"
#include "timeline/error.hpp"

namespace overlap {
namespace {

[[noreturn]] void reject(std::string_view option, std::string_view text, std::string_view expected) {
    throw UsageError(fmt::format("{} is '{}': expected {}", option, text, expected));
}

constexpr std::pair<std::string_view, ColorMode> colors[] = {
    {"auto", ColorMode::automatic}, {"always", ColorMode::always}, {"never", ColorMode::never}};
constexpr std::pair<std::string_view, net::WhenFull> ways_when_full[] = {{"refuse", net::WhenFull::refuse},
                                                                         {"queue", net::WhenFull::queue}};

// What the word means; none when it is no word of the table.
template <typename Table>
auto meaning_of(const Table& table, std::string_view text) {
    const auto* const found = std::find_if(std::begin(table), std::end(table),
                                           [&](const auto& entry) { return entry.first == text; });
    return found == std::end(table) ? std::nullopt : std::optional(found->second);
}

template <typename Table>
std::vector<std::string> words_in(const Table& table) {
    std::vector<std::string> words;
    for (const auto& [word, meaning] : table) words.emplace_back(word);
    return words;
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
    if (const auto mode = meaning_of(colors, text)) return *mode;
    reject("--color", text, "auto, always or never");
}

net::WhenFull read_when_full(std::string_view text) {
    if (const auto what = meaning_of(ways_when_full, text)) return *what;
    reject("--when-full", text, "refuse or queue");
}

std::vector<std::string> color_words() { return words_in(colors); }

std::vector<std::string> when_full_words() { return words_in(ways_when_full); }

std::vector<std::string> way_words() {
    std::vector<std::string> words;
    for (const Way way : all_ways) words.emplace_back(name_of(way));
    return words;
}

std::vector<std::string> pool_words(const Demo& demo) {
    std::vector<std::string> words{std::string(name_of(PoolKind::threads))};
    if (demo.no_processes.empty()) words.emplace_back(name_of(PoolKind::processes));
    return words;
}

std::vector<std::string> variant_words(const Demo& demo) {
    std::vector<std::string> words;
    for (const Variant& variant : demo.variants) {
        if (!variant.name.empty() && std::find(words.begin(), words.end(), variant.name) == words.end())
            words.emplace_back(variant.name);
    }
    return words;
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
