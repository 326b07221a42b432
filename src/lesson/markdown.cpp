#include "lesson/markdown.hpp"

#include <md4c.h>

#include <map>

#include "timeline/error.hpp"

namespace overlap::lesson {
namespace {

// What md4c tells, block by block, becomes a tree: `open` is the path from its root to where we are.
struct Reader {
    Block root;
    std::vector<Block> open;
    int strong = 0;
    int emphasis = 0;
    int code = 0;
    std::vector<std::string> links;
};

Reader& reader_of(void* data) { return *static_cast<Reader*>(data); }

std::string text_of(MD_TEXTTYPE type, std::string_view text) {
    static const std::map<std::string_view, std::string_view> entities{
        {"&lt;", "<"}, {"&gt;", ">"}, {"&amp;", "&"}, {"&quot;", "\""}, {"&nbsp;", " "}};
    if (type == MD_TEXT_SOFTBR) return " ";
    if (type == MD_TEXT_BR) return "\n";
    if (type == MD_TEXT_NULLCHAR) return "?";
    if (type == MD_TEXT_ENTITY) {
        const auto found = entities.find(text);
        if (found != entities.end()) return std::string(found->second);
    }
    return std::string(text);
}

// An address or an info, with what its entities stand for.
std::string text_of(const MD_ATTRIBUTE& attribute) {
    std::string text;
    for (int i = 0; attribute.substr_offsets != nullptr && attribute.substr_offsets[i] < attribute.size;
         ++i) {
        const MD_OFFSET begin = attribute.substr_offsets[i];
        const MD_OFFSET end = attribute.substr_offsets[i + 1];
        text += text_of(attribute.substr_types[i], {attribute.text + begin, end - begin});
    }
    return text;
}

Block block_of(MD_BLOCKTYPE type, void* detail) {
    Block block;
    switch (type) {
        case MD_BLOCK_QUOTE:
            block.kind = BlockKind::quote;
            break;
        case MD_BLOCK_UL:
            block.kind = BlockKind::list;
            break;
        case MD_BLOCK_OL:
            block.kind = BlockKind::list;
            block.number = static_cast<int>(static_cast<MD_BLOCK_OL_DETAIL*>(detail)->start);
            break;
        case MD_BLOCK_LI:
            block.kind = BlockKind::item;
            break;
        case MD_BLOCK_HR:
            block.kind = BlockKind::rule;
            break;
        case MD_BLOCK_H:
            block.kind = BlockKind::heading;
            block.number = static_cast<int>(static_cast<MD_BLOCK_H_DETAIL*>(detail)->level);
            break;
        case MD_BLOCK_CODE:
            block.kind = BlockKind::code;
            block.info = text_of(static_cast<MD_BLOCK_CODE_DETAIL*>(detail)->info);
            break;
        case MD_BLOCK_HTML:
            block.kind = BlockKind::html;
            break;
        case MD_BLOCK_P:
            block.kind = BlockKind::paragraph;
            break;
        case MD_BLOCK_TABLE:
            block.kind = BlockKind::table;
            break;
        case MD_BLOCK_TR:
            block.kind = BlockKind::row;
            break;
        case MD_BLOCK_TH:
            block.header = true;
            [[fallthrough]];
        case MD_BLOCK_TD:
            block.kind = BlockKind::cell;
            break;
        default:
            break;
    }
    return block;
}

// The halves of a table are of no interest: its rows are its children.
bool is_transparent(MD_BLOCKTYPE type) {
    return type == MD_BLOCK_DOC || type == MD_BLOCK_THEAD || type == MD_BLOCK_TBODY;
}

int enter_block(MD_BLOCKTYPE type, void* detail, void* data) {
    if (!is_transparent(type)) reader_of(data).open.push_back(block_of(type, detail));
    return 0;
}

int leave_block(MD_BLOCKTYPE type, void*, void* data) {
    if (is_transparent(type)) return 0;
    Reader& reader = reader_of(data);
    Block done = std::move(reader.open.back());
    reader.open.pop_back();
    Block& parent = reader.open.empty() ? reader.root : reader.open.back();
    parent.children.push_back(std::move(done));
    return 0;
}

int enter_span(MD_SPANTYPE type, void* detail, void* data) {
    Reader& reader = reader_of(data);
    if (type == MD_SPAN_STRONG) ++reader.strong;
    if (type == MD_SPAN_EM) ++reader.emphasis;
    if (type == MD_SPAN_CODE) ++reader.code;
    if (type == MD_SPAN_A) reader.links.push_back(text_of(static_cast<MD_SPAN_A_DETAIL*>(detail)->href));
    return 0;
}

int leave_span(MD_SPANTYPE type, void*, void* data) {
    Reader& reader = reader_of(data);
    if (type == MD_SPAN_STRONG) --reader.strong;
    if (type == MD_SPAN_EM) --reader.emphasis;
    if (type == MD_SPAN_CODE) --reader.code;
    if (type == MD_SPAN_A) reader.links.pop_back();
    return 0;
}

int take_text(MD_TEXTTYPE type, const MD_CHAR* bytes, MD_SIZE size, void* data) {
    Reader& reader = reader_of(data);
    if (reader.open.empty()) return 0;
    Block* block = &reader.open.back();
    const std::string text = text_of(type, {bytes, size});
    if (block->kind == BlockKind::code || block->kind == BlockKind::html) {
        block->text += text;
        return 0;
    }
    if (type == MD_TEXT_HTML) return 0;  // a tag in the middle of words
    // A short list's items hold their text themselves.
    if (block->kind == BlockKind::item) {
        if (block->children.empty() || block->children.back().kind != BlockKind::paragraph)
            block->children.push_back({.kind = BlockKind::paragraph});
        block = &block->children.back();
    }
    Words words{text, reader.strong > 0, reader.emphasis > 0, reader.code > 0,
                reader.links.empty() ? "" : reader.links.back()};
    if (!block->words.empty()) {
        Words& last = block->words.back();
        const bool same = last.strong == words.strong && last.emphasis == words.emphasis &&
                          last.code == words.code && last.link == words.link;
        if (same) {
            last.text += words.text;
            return 0;
        }
    }
    block->words.push_back(std::move(words));
    return 0;
}

}  // namespace

Block parse_markdown(std::string_view text) {
    Reader reader;
    MD_PARSER parser{};
    parser.flags = MD_FLAG_TABLES;
    parser.enter_block = enter_block;
    parser.leave_block = leave_block;
    parser.enter_span = enter_span;
    parser.leave_span = leave_span;
    parser.text = take_text;
    if (md_parse(text.data(), static_cast<MD_SIZE>(text.size()), &parser, &reader) != 0)
        throw Error("a text in Markdown could not be read: there is not enough memory");
    return std::move(reader.root);
}

std::string plain_text(const Block& block) {
    std::string text;
    for (const Words& words : block.words) text += words.text;
    return text;
}

}  // namespace overlap::lesson
