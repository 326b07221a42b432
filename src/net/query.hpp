// The query of a request's target: "a=1&b=2".
#pragma once

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>

namespace overlap::net {

/// A number and nothing else, within the limits; none when the text is not that.
template <typename Number>
std::optional<Number> parse_number(std::string_view text, Number least, Number most) {
    Number number{};
    const char* const end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, number);
    // Not a number compares false, so this rejects NaN too.
    if (error != std::errc() || rest != end || !(number >= least && number <= most)) return std::nullopt;
    return number;
}

/// The value of one parameter; `fallback` when it is not there.
inline std::string_view parameter(std::string_view query, std::string_view name, std::string_view fallback) {
    while (!query.empty()) {
        const std::string_view pair = query.substr(0, query.find('&'));
        query.remove_prefix(std::min(query.size(), pair.size() + 1));
        if (pair.substr(0, pair.find('=')) == name)
            return pair.substr(std::min(pair.size(), name.size() + 1));
    }
    return fallback;
}

}  // namespace overlap::net
