#include "support/screen.hpp"

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <regex>

#include "support/text.hpp"

namespace overlap::test {
namespace {

std::string without_escapes(const std::string& text) {
    static const std::regex escape("\x1b\\[[0-9;?]*[A-Za-z]");
    return std::regex_replace(text, escape, "");
}

// In UTF-8 without escape codes; every character we draw takes one column.
int columns_of(const std::string& line) {
    const auto begins_character = [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; };
    return static_cast<int>(std::count_if(line.begin(), line.end(), begins_character));
}

}  // namespace

bool has_color(const std::string& output) {
    static const std::regex color("\x1b\\[[0-9;]*m");
    return std::regex_search(output, color);
}

int widest_line(const std::string& output) {
    int widest = 0;
    for (const std::string& line : lines_of(without_escapes(output)))
        widest = std::max(widest, columns_of(line));
    return widest;
}

std::string screen_after(const std::string& output) {
    std::string screen;
    std::string line;
    std::size_t column = 0;
    for (std::size_t i = 0; i < output.size(); ++i) {
        if (output[i] == '\n') {
            screen += line + '\n';
            line.clear();
            column = 0;
        } else if (output[i] == '\r') {
            column = 0;
        } else if (output[i] == '\x1b') {
            while (i + 1 < output.size() && std::isalpha(static_cast<unsigned char>(output[i])) == 0) ++i;
            if (output[i] == 'K') line.resize(std::min(line.size(), column));
        } else {
            line.resize(std::max(line.size(), column + 1), ' ');
            line[column++] = output[i];
        }
    }
    return screen + line;
}

}  // namespace overlap::test
