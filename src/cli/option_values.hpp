// What was given for each option of a command line, before it is read.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "cli/values.hpp"

namespace overlap {

/// The values as they were written, by option name.
using OptionWords = std::map<std::string, std::vector<std::string>>;

/// What was given, and reading it.
class OptionValues {
  public:
    explicit OptionValues(OptionWords words) : words_(std::move(words)) {}

    [[nodiscard]] bool has(const std::string& name) const { return words_.contains(name); }
    /// Of an option that was given: its value; the last, where it was given twice.
    [[nodiscard]] const std::string& text(const std::string& name) const { return words_.at(name).back(); }
    [[nodiscard]] const std::vector<std::string>& texts(const std::string& name) const {
        return words_.at(name);
    }

    /// Reads a whole number from `least` to `most` into `into`, which is left alone where the option was not
    /// given. Throws UsageError.
    void whole(const std::string& name, std::int64_t least, std::int64_t most, auto& into) const {
        if (has(name))
            into = static_cast<std::remove_reference_t<decltype(into)>>(
                read_whole(name, text(name), least, most));
    }

  private:
    OptionWords words_;
};

}  // namespace overlap
