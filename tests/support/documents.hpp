// The project's documents, and the blocks of code in them with their lines.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace overlap::test {

struct Document {
    std::string path;  ///< from the project's root
    std::string text;
};

/// README.md, docs/**/*.md and lessons/**/*.md of the source tree, as they are found there; of the tree that
/// OVERLAP_DOCUMENTS names instead, where it is set.
std::vector<Document> all_documents();

/// Where they are.
std::string documents_root();

/// "docs/demos.md:12".
std::string place(const Document& document, std::size_t line);

/// Code between fences, or (without an info) indented by four blanks.
struct CodeBlock {
    std::size_t line = 0;   ///< of its first fence, or its first line, from 1
    std::size_t first = 0;  ///< of its content
    bool fenced = false;
    bool closed = false;             ///< always, unless its second fence is missing
    std::size_t indent = 0;          ///< of its fences
    std::string info;                ///< what stands behind the first fence
    std::vector<std::string> lines;  ///< without the indent
};

/// In order. A fence is indented by at most three blanks: what is further in is shown, not meant.
std::vector<CodeBlock> code_blocks(std::string_view text);

/// `code` in the middle of a text.
struct InlineCode {
    std::size_t line = 0;
    std::string text;
};

/// In order, of all that is in no block.
std::vector<InlineCode> inline_code(std::string_view text);

}  // namespace overlap::test
