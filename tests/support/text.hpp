// Looking for things in a text.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace overlap::test {

/// Whether `part` stands somewhere in `text`.
bool contains(std::string_view text, std::string_view part);

/// How often `part`, which is not empty, stands in `text`, without overlaps.
std::size_t count_of(std::string_view text, std::string_view part);

/// The lines of a text, without their newlines.
std::vector<std::string> lines_of(const std::string& text);

/// The words of a text, between blanks and newlines.
std::vector<std::string> words_of(const std::string& text);

/// `text` without the blanks at its ends.
std::string trimmed(const std::string& text);

}  // namespace overlap::test
