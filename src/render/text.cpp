#include "render/text.hpp"

#include <algorithm>
#include <cstddef>

namespace overlap {

std::string printable(std::string_view text) {
    std::string result(text);
    for (char& c : result) {
        if (c < ' ' || c > '~') c = '?';
    }
    return result;
}

std::vector<std::string> wrap(std::string_view text, int width, int indent) {
    const auto columns = static_cast<std::size_t>(std::max(width, indent + 1));
    const std::string margin(static_cast<std::size_t>(indent), ' ');
    std::vector<std::string> lines;
    std::string line;
    bool empty = true;  // the line holds no word yet
    const auto flush = [&] {
        lines.push_back(line);
        line = margin;
        empty = true;
    };
    while (!text.empty()) {
        const std::size_t start = text.find_first_not_of(' ');
        if (start == std::string_view::npos) break;
        text.remove_prefix(start);
        std::string_view word = text.substr(0, text.find(' '));
        text.remove_prefix(word.size());
        if (!empty && line.size() + 1 + word.size() > columns) flush();
        while (empty && line.size() + word.size() > columns) {
            const std::size_t room = columns - line.size();
            line += word.substr(0, room);
            word.remove_prefix(room);
            flush();
        }
        if (word.empty()) continue;
        if (!empty) line += ' ';
        line += word;
        empty = false;
    }
    if (!empty || lines.empty()) lines.push_back(line);
    return lines;
}

void add_line(std::string& text, std::string line) {
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + '\n';
}

void add_paragraph(std::string& text, std::string_view words, int width, int indent) {
    for (const std::string& line : wrap(printable(words), width, indent)) add_line(text, line);
}

std::string beside(std::string left, int column, std::string_view words, int width) {
    std::string text;
    for (const std::string& line : wrap(words, width - column)) {
        add_line(text, pad_right(left, column) + line);
        left.clear();
    }
    return text;
}

std::string elide(std::string_view text, int width) {
    const auto columns = static_cast<std::size_t>(std::max(width, 0));
    if (text.size() <= columns) return std::string(text);
    if (columns <= 3) return std::string(text.substr(0, columns));
    const std::size_t kept = columns - 3;
    const std::size_t tail = kept / 2;
    return std::string(text.substr(0, kept - tail)) + "..." + std::string(text.substr(text.size() - tail));
}

std::string pad_right(std::string_view text, int width) {
    std::string result(text);
    if (result.size() < static_cast<std::size_t>(std::max(width, 0)))
        result.resize(static_cast<std::size_t>(width), ' ');
    return result;
}

std::string pad_left(std::string_view text, int width) {
    const auto columns = static_cast<std::size_t>(std::max(width, 0));
    return std::string(columns > text.size() ? columns - text.size() : 0, ' ') + std::string(text);
}

}  // namespace overlap
