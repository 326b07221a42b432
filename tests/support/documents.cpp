#include "support/documents.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <set>

#include "support/files.hpp"
#include "support/text.hpp"

namespace overlap::test {
namespace {

namespace fs = std::filesystem;

std::size_t indent_of(const std::string& line) { return std::min(line.find_first_not_of(' '), line.size()); }

// The marks of a fence: "```", "````", "~~~"; empty where the line is none.
std::string fence_of(const std::string& line) {
    const std::size_t indent = indent_of(line);
    if (indent > 3 || indent == line.size() || (line[indent] != '`' && line[indent] != '~')) return "";
    const std::size_t end = std::min(line.find_first_not_of(line[indent], indent), line.size());
    const bool code_span = line[indent] == '`' && line.find('`', end) != std::string::npos;
    return end - indent < 3 || code_span ? "" : line.substr(indent, end - indent);
}

bool closes(const std::string& line, const std::string& fence) {
    const std::string marks = fence_of(line);
    return marks.starts_with(fence) &&
           line.find_first_not_of(' ', indent_of(line) + marks.size()) == std::string::npos;
}

std::string without_indent(const std::string& line, std::size_t indent) {
    return line.substr(std::min(indent, indent_of(line)));
}

CodeBlock fenced_block(const std::vector<std::string>& lines, std::size_t at) {
    const std::string fence = fence_of(lines[at]);
    CodeBlock block{.line = at + 1, .first = at + 2, .fenced = true, .indent = indent_of(lines[at])};
    block.info = trimmed(lines[at].substr(block.indent + fence.size()));
    for (std::size_t i = at + 1; i < lines.size(); ++i) {
        block.closed = closes(lines[i], fence);
        if (block.closed) break;
        block.lines.push_back(without_indent(lines[i], block.indent));
    }
    return block;
}

CodeBlock indented_block(const std::vector<std::string>& lines, std::size_t at) {
    constexpr std::size_t indent = 4;
    CodeBlock block{.line = at + 1, .first = at + 1, .closed = true, .indent = indent};
    for (std::size_t i = at; i < lines.size() && (lines[i].empty() || indent_of(lines[i]) >= indent); ++i)
        block.lines.push_back(without_indent(lines[i], indent));
    while (block.lines.back().empty()) block.lines.pop_back();
    return block;
}

}  // namespace

std::string documents_root() {
    const char* elsewhere = std::getenv("OVERLAP_DOCUMENTS");
    return elsewhere != nullptr ? elsewhere : OVERLAP_SOURCE_DIR;
}

std::vector<Document> all_documents() {
    const fs::path root = documents_root();
    std::set<std::string> paths{"README.md"};
    for (const char* folder : {"docs", "lessons"}) {
        for (const fs::directory_entry& entry : fs::recursive_directory_iterator(root / folder)) {
            if (entry.path().extension() == ".md") paths.insert(fs::relative(entry.path(), root));
        }
    }
    std::vector<Document> documents;
    documents.reserve(paths.size());
    for (const std::string& path : paths) documents.push_back({path, read_file(root / path)});
    return documents;
}

std::string place(const Document& document, std::size_t line) {
    return document.path + ":" + std::to_string(line);
}

std::vector<CodeBlock> code_blocks(std::string_view text) {
    const std::vector<std::string> lines = lines_of(std::string(text));
    std::vector<CodeBlock> blocks;
    for (std::size_t i = 0; i < lines.size(); ++i) {
        const bool paragraph_before = i > 0 && !lines[i - 1].empty();
        if (!fence_of(lines[i]).empty()) {
            blocks.push_back(fenced_block(lines, i));
            i += blocks.back().lines.size() + (blocks.back().closed ? 1 : 0);
        } else if (!paragraph_before && lines[i].starts_with("    ") &&
                   indent_of(lines[i]) < lines[i].size()) {
            blocks.push_back(indented_block(lines, i));
            i += blocks.back().lines.size() - 1;
        }
    }
    return blocks;
}

std::vector<InlineCode> inline_code(std::string_view text) {
    std::vector<std::string> lines = lines_of(std::string(text));
    for (const CodeBlock& block : code_blocks(text)) {
        for (std::size_t i = 0; i < block.lines.size(); ++i) lines[block.first - 1 + i].clear();
        if (block.fenced) lines[block.line - 1].clear();
        if (block.fenced && block.closed) lines[block.first - 1 + block.lines.size()].clear();
    }
    std::vector<InlineCode> found;
    std::string open;  // a code span may go on in the next line
    bool inside = false;
    std::size_t begin = 0;
    for (std::size_t i = 0; i < lines.size(); ++i) {
        if (lines[i].empty()) inside = false;
        if (inside) open += ' ';
        for (const char c : inside ? trimmed(lines[i]) : lines[i]) {
            if (c != '`') {
                if (inside) open += c;
                continue;
            }
            if (inside && !open.empty()) found.push_back({begin, open});
            inside = !inside;
            open.clear();
            begin = i + 1;
        }
    }
    return found;
}

}  // namespace overlap::test
