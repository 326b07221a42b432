// Markdown as a tree: CommonMark and GitHub's tables, read by md4c.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace overlap::lesson {

/// A stretch of text in one style.
struct Words {
    std::string text;
    bool strong = false;
    bool emphasis = false;
    bool code = false;
    std::string link;  ///< where it leads; empty: nowhere
};

enum class BlockKind : std::uint8_t {
    document,
    heading,
    paragraph,
    list,
    item,
    quote,
    code,
    table,
    row,
    cell,
    rule,
    html
};

/// A block and what is in it. Headings, paragraphs and cells have words; code and html have text; the others
/// have children.
struct Block {
    BlockKind kind = BlockKind::document;
    int number = 0;       ///< a heading's level; an ordered list's first number, 0 for a list with bullets
    bool header = false;  ///< of a table's cell: it is in the first row
    std::string info;     ///< of code: what stands behind the opening fence
    std::string text;     ///< of code and html, as it is, with its newlines
    std::vector<Words> words;
    std::vector<Block> children;
};

/// The whole text. Throws Error when it cannot be read, which happens only where memory ends.
Block parse_markdown(std::string_view text);

/// The words of a heading, a paragraph or a cell without their styles.
std::string plain_text(const Block& block);

}  // namespace overlap::lesson
