// Reading a JSON document, with error messages that name the place.
#pragma once

#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>

#include "render/json.hpp"

namespace overlap {

using Json = nlohmann::ordered_json;

/// The axis computes column * total in 64 bits, so points in time are limited to 28 hours.
inline constexpr Nanoseconds latest = 100'000'000'000'000;

/// A value of the document, and the path to it. What it throws is a RunFormatError.
class Node {
  public:
    Node(const Json& value, std::string path) : value_(value), path_(std::move(path)) {}

    [[nodiscard]] Node at(const char* key) const {
        expect(value_.is_object(), "an object");
        const auto found = value_.find(key);
        if (found == value_.end()) throw RunFormatError(fmt::format("{} has no \"{}\"", path_, key));
        return {*found, path_ + "." + key};
    }

    /// The value under `key`, if there is one: fields that older documents did not have.
    [[nodiscard]] std::optional<Node> find(const char* key) const {
        expect(value_.is_object(), "an object");
        const auto found = value_.find(key);
        if (found == value_.end() || found->is_null()) return std::nullopt;
        return Node(*found, path_ + "." + key);
    }

    [[nodiscard]] bool is_null() const { return value_.is_null(); }

    [[nodiscard]] std::string text() const {
        expect(value_.is_string(), "a string");
        return value_.get<std::string>();
    }

    [[nodiscard]] bool flag() const {
        expect(value_.is_boolean(), "true or false");
        return value_.get<bool>();
    }

    [[nodiscard]] std::int64_t number(std::int64_t least = 0,
                                      std::int64_t most = std::numeric_limits<std::int64_t>::max()) const {
        const bool fits =
            value_.is_number_integer() &&
            !(value_.is_number_unsigned() &&
              value_.get<std::uint64_t>() > std::uint64_t{std::numeric_limits<std::int64_t>::max()});
        const std::int64_t number = fits ? value_.get<std::int64_t>() : 0;
        if (!fits || number < least || number > most) {
            expect(false, fmt::format("a whole number from {} to {}", least, most).c_str());
        }
        return number;
    }

    /// Calls visit(Node) for each element of an array.
    template <typename Visit>
    void each(Visit visit) const {
        expect(value_.is_array(), "an array");
        std::size_t index = 0;
        for (const Json& element : value_) visit(Node(element, fmt::format("{}[{}]", path_, index++)));
    }

    /// The one of `values` whose name_of() is the text of this node.
    template <typename Enum, std::size_t n>
    [[nodiscard]] Enum one_of(const std::array<Enum, n>& values) const {
        const std::string word = text();
        std::string words;
        for (const Enum value : values) {
            if (name_of(value) == word) return value;
            words += (words.empty() ? "" : ", ") + std::string(name_of(value));
        }
        throw RunFormatError(fmt::format("{} is \"{}\", expected one of {}", path_, word, words));
    }

    [[nodiscard]] const Json& json() const { return value_; }
    [[nodiscard]] const std::string& path() const { return path_; }

  private:
    void expect(bool ok, const char* expected) const {
        if (ok) return;
        std::string shown = value_.dump(-1, ' ', true, Json::error_handler_t::replace);
        if (shown.size() > 40) shown = shown.substr(0, 37) + "...";
        throw RunFormatError(fmt::format("{} is {}, expected {}", path_, shown, expected));
    }

    const Json& value_;
    std::string path_;
};

}  // namespace overlap
