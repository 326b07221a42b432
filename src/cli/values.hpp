// Reading the values of options. Each throws UsageError that names the option, the value and what was
// expected.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cli/options.hpp"
#include "timeline/run.hpp"

namespace overlap {

std::int64_t read_whole(std::string_view option, std::string_view text, std::int64_t least,
                        std::int64_t most);
double read_share(std::string_view option, std::string_view text);         ///< 0 to 1
double read_milliseconds(std::string_view option, std::string_view text);  ///< 0 to 1e9, without a unit
Nanoseconds read_duration(std::string_view option, std::string_view text);
ColorMode read_color(std::string_view text);
net::WhenFull read_when_full(std::string_view text);

/// The words that an option takes: what is read above, what completion offers.
std::vector<std::string> color_words();
std::vector<std::string> when_full_words();
std::vector<std::string> way_words();
std::vector<std::string> pool_words(const Demo& demo);     ///< the pools that it has
std::vector<std::string> variant_words(const Demo& demo);  ///< names, each once, in the order of the panels

/// The words between commas, of all texts.
std::vector<std::string> split_list(const std::vector<std::string>& texts);

std::vector<Way> read_ways(const std::vector<std::string>& texts);

}  // namespace overlap
