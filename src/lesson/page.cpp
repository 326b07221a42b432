#include "lesson/page.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <sstream>

#include "lesson/quote.hpp"
#include "render/text.hpp"

namespace overlap::lesson {
namespace {

using Lines = std::vector<std::string>;

constexpr int least_text = 20;  // columns: deeper margins are cut

std::string blanks(int count) { return std::string(static_cast<std::size_t>(std::max(count, 0)), ' '); }

// The escape codes for a style; bold and underlined need no colour of their own.
std::string styled(const std::string& text, const Words& words, const Theme& theme) {
    if (!theme.color || text.empty()) return text;
    std::string codes;
    if (words.strong) codes += "\x1b[1m";
    if (words.emphasis) codes += "\x1b[3m";
    if (words.code) codes += "\x1b[36m";
    return codes.empty() ? text : codes + text + "\x1b[0m";
}

// A word may change its style in the middle: "`gather`,".
struct Piece {
    std::string text;
    const Words* style = nullptr;
};
struct Word {
    std::vector<Piece> pieces;
    int columns = 0;
    bool breaks_line = false;  ///< a line ends here
};

void add(Word& word, std::string text, const Words& style) {
    word.columns += static_cast<int>(text.size());
    word.pieces.push_back({std::move(text), &style});
}

// What is shown of a stretch of text. Links into the web are named; those into the project lead nowhere here.
std::string shown(const Words& words, const Theme& theme) {
    std::string text;
    for (const char c : words.text) text += c == '\n' ? '\n' : printable({&c, 1}).front();
    if (words.code && !theme.color) text = "`" + text + "`";
    if (words.link.starts_with("http") && words.link != words.text) text += " (" + words.link + ")";
    return text;
}

bool ends_in_digit(const Word& word) {
    return !word.pieces.empty() &&
           std::isdigit(static_cast<unsigned char>(word.pieces.back().text.back())) != 0;
}

bool is_unit(const Word& word) {
    if (word.pieces.empty()) return false;
    const std::string& text = word.pieces.front().text;
    const std::string letters = text.substr(0, text.find_first_of(".,:;)?!"));
    constexpr std::array units{"s", "ms", "us", "KiB", "MiB"};
    return std::find(units.begin(), units.end(), letters) != units.end();
}

// "200 ms" stays on one line: a number and its unit become one word.
std::vector<Word> with_units(std::vector<Word> words) {
    std::vector<Word> result;
    for (Word& word : words) {
        if (result.empty() || result.back().breaks_line || !ends_in_digit(result.back()) || !is_unit(word)) {
            result.push_back(std::move(word));
            continue;
        }
        Word& number = result.back();
        number.pieces.back().text += ' ';
        number.pieces.insert(number.pieces.end(), word.pieces.begin(), word.pieces.end());
        number.columns += 1 + word.columns;
        number.breaks_line = word.breaks_line;
    }
    return result;
}

std::vector<Word> words_in(const std::vector<Words>& stretches, const Theme& theme) {
    std::vector<Word> result;
    Word word;
    const auto finish = [&](bool breaks_line) {
        if (word.pieces.empty() && !breaks_line) return;
        word.breaks_line = breaks_line;
        result.push_back(std::move(word));
        word = {};
    };
    for (const Words& stretch : stretches) {
        std::string text;
        for (const char c : shown(stretch, theme)) {
            if (c != ' ' && c != '\n') {
                text += c;
                continue;
            }
            if (!text.empty()) add(word, std::move(text), stretch);
            text.clear();
            finish(c == '\n');
        }
        if (!text.empty()) add(word, std::move(text), stretch);
    }
    finish(false);
    return with_units(std::move(result));
}

std::string painted(const Word& word, const Theme& theme) {
    std::string text;
    for (const Piece& piece : word.pieces) text += styled(piece.text, *piece.style, theme);
    return text;
}

// A word longer than a line, cut.
std::vector<Word> cut(const Word& word, int width) {
    std::vector<Word> parts(1);
    for (const Piece& piece : word.pieces) {
        std::string_view rest = piece.text;
        while (!rest.empty()) {
            if (parts.back().columns == width) parts.emplace_back();
            const auto room = static_cast<std::size_t>(width - parts.back().columns);
            add(parts.back(), std::string(rest.substr(0, room)), *piece.style);
            rest.remove_prefix(std::min(room, rest.size()));
        }
    }
    return parts;
}

Lines wrapped(const std::vector<Words>& stretches, int width, const Theme& theme) {
    Lines lines;
    std::string line;
    int used = 0;
    const auto flush = [&] {
        lines.push_back(line);
        line.clear();
        used = 0;
    };
    for (const Word& whole : words_in(stretches, theme)) {
        for (const Word& word : cut(whole, width)) {
            if (used > 0 && used + 1 + word.columns > width) flush();
            if (used > 0) {
                line += ' ';
                ++used;
            }
            line += painted(word, theme);
            used += word.columns;
        }
        if (whole.breaks_line) flush();
    }
    if (used > 0 || lines.empty()) flush();
    return lines;
}

// How much of `line` goes into `room` columns: what stands before a comment, else up to a blank or behind a
// bracket or a comma in the second half.
std::size_t fitting(const std::string& line, std::size_t room) {
    if (line.size() <= room) return line.size();
    const std::size_t comment = line.find("  # ");
    if (comment != std::string::npos && comment <= room) {
        const std::size_t code = line.find_last_not_of(' ', comment);
        if (code != std::string::npos) return code + 1;
    }
    const std::size_t blank = line.rfind(' ', room);
    if (blank != std::string::npos && blank > room / 2) return blank;
    const std::size_t mark = line.find_last_of("(,", room - 1);
    return mark != std::string::npos && mark >= room / 2 ? mark + 1 : room;
}

// `line` as it is; what does not fit goes on below, indented.
void add_verbatim(Lines& lines, const std::string& front, const std::string& line, int width) {
    const auto room = static_cast<std::size_t>(std::max(width - static_cast<int>(front.size()), least_text));
    std::string rest = printable(line);
    if (rest.empty()) return lines.push_back(front.find_first_not_of(' ') == std::string::npos ? "" : front);
    const std::size_t first = rest.find_first_not_of(' ');
    const std::size_t indent = std::min(first == std::string::npos ? 0 : first + 4, room / 2);
    std::string margin;
    while (!rest.empty()) {
        const std::size_t part = fitting(rest, room - margin.size());
        lines.push_back(front + margin + rest.substr(0, part));
        rest.erase(0, part);
        rest.erase(0, std::min(rest.find_first_not_of(' '), rest.size()));
        margin.assign(indent, ' ');
    }
}

Lines lines_of(const std::string& text) {
    Lines lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);) lines.push_back(line);
    return lines;
}

// Which lines of `b` have no partner in `a`: what a diff would mark.
std::vector<bool> changed_in(const Lines& a, const Lines& b) {
    std::vector<std::vector<int>> longest(a.size() + 1, std::vector<int>(b.size() + 1, 0));
    for (std::size_t i = a.size(); i-- > 0;) {
        for (std::size_t j = b.size(); j-- > 0;) {
            longest[i][j] =
                a[i] == b[j] ? longest[i + 1][j + 1] + 1 : std::max(longest[i + 1][j], longest[i][j + 1]);
        }
    }
    std::vector<bool> changed(b.size(), true);
    for (std::size_t i = 0, j = 0; i < a.size() && j < b.size();) {
        if (a[i] == b[j]) {
            changed[j] = false;
            ++i, ++j;
        } else {
            (longest[i + 1][j] >= longest[i][j + 1] ? i : j) += 1;
        }
    }
    return changed;
}

int widest(const Lines& lines) {
    std::size_t width = 0;
    for (const std::string& line : lines) width = std::max(width, line.size());
    return static_cast<int>(width);
}

// Both versions of a piece of code: beside each other where there is room, else one below the other. What
// differs is marked.
Lines both_versions(const Lines& a, const Lines& b, int width) {
    const std::vector<bool> in_a = changed_in(b, a);
    const std::vector<bool> in_b = changed_in(a, b);
    const auto mark = [](bool changed) { return changed ? "> " : "  "; };
    Lines lines;
    if (widest(a) + widest(b) + 7 <= width) {
        for (std::size_t i = 0; i < std::max(a.size(), b.size()); ++i) {
            const std::string left = i < a.size() ? mark(in_a[i]) + printable(a[i]) : "";
            const std::string right = i < b.size() ? mark(in_b[i]) + printable(b[i]) : "";
            lines.push_back(pad_right(left, widest(a) + 2) + " | " + right);
        }
        return lines;
    }
    for (std::size_t i = 0; i < a.size(); ++i) add_verbatim(lines, mark(in_a[i]), a[i], width);
    lines.emplace_back("");
    for (std::size_t i = 0; i < b.size(); ++i) add_verbatim(lines, mark(in_b[i]), b[i], width);
    return lines;
}

Lines code_lines(const Block& block, int width) {
    if (const auto quote = quote_of(block.info); quote && !quote->second.empty()) {
        const std::string first = definition_of(block.text, quote->first);
        const std::string second = definition_of(block.text, quote->second);
        if (!first.empty() && !second.empty()) return both_versions(lines_of(first), lines_of(second), width);
    }
    Lines lines;
    const std::string front = width >= 60 ? "    " : "  ";
    for (const std::string& line : lines_of(block.text)) add_verbatim(lines, front, line, width);
    return lines;
}

Lines body(const Block& block, int width, const Theme& theme);

Lines list_lines(const Block& list, int width, const Theme& theme) {
    Lines lines;
    int number = list.number;
    for (const Block& item : list.children) {
        const std::string front = list.number > 0 ? std::to_string(number++) + ". " : "- ";
        const int indent = static_cast<int>(front.size());
        std::string margin = front;
        for (std::size_t i = 0; i < item.children.size(); ++i) {
            const Block& part = item.children[i];
            const bool apart = i > 0 && part.kind != BlockKind::list;
            if (apart) lines.emplace_back("");
            for (const std::string& line : body(part, std::max(width - indent, least_text), theme)) {
                lines.push_back(line.empty() ? "" : margin + line);
                margin = blanks(indent);
            }
        }
    }
    return lines;
}

int columns_of(const std::string& line) {
    int columns = 0;
    bool escape = false;
    for (const char c : line) {
        if (c == '\x1b') escape = true;
        if (!escape) ++columns;
        if (escape && c == 'm') escape = false;
    }
    return columns;
}

std::string filled(const std::string& line, int width) { return line + blanks(width - columns_of(line)); }

// Room for each column: what it wants, the widest ones cut until all fit. Empty where they cannot.
std::vector<int> column_widths(const Block& table, int width, const Theme& theme) {
    constexpr int narrowest = 9;
    std::vector<int> widths;
    for (const Block& row : table.children) {
        widths.resize(std::max(widths.size(), row.children.size()));
        for (std::size_t i = 0; i < row.children.size(); ++i) {
            for (const std::string& line : wrapped(row.children[i].words, 10'000, theme))
                widths[i] = std::max(widths[i], columns_of(line));
        }
    }
    const auto total = [&] {
        int sum = 3 * (static_cast<int>(widths.size()) - 1);
        for (const int column : widths) sum += column;
        return sum;
    };
    while (!widths.empty() && total() > width) {
        int& widest_column = *std::max_element(widths.begin(), widths.end());
        if (widest_column <= narrowest) return {};
        --widest_column;
    }
    return widths;
}

// Too narrow for columns: each row as a paragraph a cell, with the column's heading.
Lines table_as_list(const Block& table, int width, const Theme& theme) {
    Lines lines;
    const Block& head = table.children.front();
    for (std::size_t r = 1; r < table.children.size(); ++r) {
        const Block& row = table.children[r];
        for (std::size_t i = 0; i < row.children.size(); ++i) {
            std::vector<Words> words = row.children[i].words;
            const std::string title = i < head.children.size() ? plain_text(head.children[i]) : "";
            if (i > 0 && !title.empty()) words.insert(words.begin(), {.text = title + ": "});
            const int indent = i > 0 ? 2 : 0;
            for (const std::string& line : wrapped(words, width - indent, theme))
                lines.push_back(blanks(indent) + line);
        }
        if (r + 1 < table.children.size()) lines.emplace_back("");
    }
    return lines;
}

Lines table_lines(const Block& table, int width, const Theme& theme) {
    const std::vector<int> widths = column_widths(table, width, theme);
    if (widths.empty()) return table_as_list(table, width, theme);
    Lines lines;
    for (const Block& row : table.children) {
        std::vector<Lines> cells;
        std::size_t height = 0;
        for (std::size_t i = 0; i < row.children.size(); ++i) {
            cells.push_back(wrapped(row.children[i].words, widths[i], theme));
            height = std::max(height, cells.back().size());
        }
        for (std::size_t h = 0; h < height; ++h) {
            std::string line;
            for (std::size_t i = 0; i < cells.size(); ++i) {
                const std::string cell = h < cells[i].size() ? cells[i][h] : "";
                line += (i > 0 ? " | " : "") + (i + 1 < cells.size() ? filled(cell, widths[i]) : cell);
            }
            line.erase(line.find_last_not_of(' ') + 1);
            lines.push_back(line);
        }
        std::string rule;
        for (std::size_t i = 0; i < widths.size(); ++i)
            rule += (i > 0 ? "-+-" : "") + std::string(static_cast<std::size_t>(widths[i]), '-');
        lines.push_back(rule);
    }
    if (!lines.empty()) lines.pop_back();  // the rule below the last row
    return lines;
}

Lines body(const Block& block, int width, const Theme& theme) {
    Lines lines;
    switch (block.kind) {
        case BlockKind::paragraph:
        case BlockKind::cell:
            return wrapped(block.words, width, theme);
        case BlockKind::heading:
            return heading_lines(plain_text(block), block.number, width, theme);
        case BlockKind::code:
            return code_lines(block, width);
        case BlockKind::list:
            return list_lines(block, width, theme);
        case BlockKind::table:
            return block.children.empty() ? lines : table_lines(block, width, theme);
        case BlockKind::rule:
            return {std::string(static_cast<std::size_t>(width), '-')};
        case BlockKind::quote:
            for (std::size_t i = 0; i < block.children.size(); ++i) {
                if (i > 0) lines.emplace_back("  |");
                for (const std::string& line : body(block.children[i], width - 4, theme))
                    lines.push_back("  | " + line);
            }
            return lines;
        case BlockKind::html:
            return lines;
        default:
            for (const Block& child : block.children) {
                const Lines more = page_of(child, width, theme);
                lines.insert(lines.end(), more.begin(), more.end());
            }
            return lines;
    }
}

}  // namespace

std::vector<std::string> heading_lines(const std::string& title, int level, int width, const Theme& theme) {
    Lines lines;
    std::size_t longest = 0;
    for (const std::string& line : wrap(printable(title), width)) {
        longest = std::max(longest, line.size());
        lines.push_back(emphasize(line, theme));
    }
    if (level <= 2) lines.push_back(std::string(longest, level == 1 ? '=' : '-'));
    return lines;
}

std::vector<std::string> page_of(const Block& block, int width, const Theme& theme) {
    Lines lines = body(block, width, theme);
    if (!lines.empty()) lines.emplace_back("");
    return lines;
}

}  // namespace overlap::lesson
