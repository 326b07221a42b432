#include "lesson/quote.hpp"

#include <cctype>
#include <sstream>
#include <vector>

#include "timeline/error.hpp"

namespace overlap::lesson {
namespace {

std::vector<std::string> lines_of(std::string_view text) {
    std::vector<std::string> lines;
    std::istringstream stream{std::string(text)};
    for (std::string line; std::getline(stream, line);) lines.push_back(line);
    return lines;
}

bool in_a_name(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

// Whether the line, which is not indented, has the name as a word of its own, not in a comment.
bool names(const std::string& line, std::string_view name) {
    if (line.empty() || !in_a_name(line.front())) return false;
    const std::string code = line.substr(0, line.find("//"));
    for (std::size_t at = code.find(name); at != std::string::npos; at = code.find(name, at + 1)) {
        const bool begins = at == 0 || !in_a_name(code[at - 1]);
        const std::size_t end = at + name.size();
        if (begins && (end == code.size() || !in_a_name(code[end]))) return true;
    }
    return false;
}

bool opens(const std::string& line) { return line.find('{') != std::string::npos; }

bool ends_statement(const std::string& line) {
    const std::string code = line.substr(0, line.find("  //"));
    return !code.empty() && code.back() == ';';
}

// The last line of the definition that begins at `first`; none when it is a declaration only.
std::optional<std::size_t> end_of(const std::vector<std::string>& lines, std::size_t first) {
    bool open = false;
    for (std::size_t i = first; i < lines.size(); ++i) {
        open = open || opens(lines[i]);
        if (i > first && !lines[i].empty() && lines[i].front() == '}') return i;
        if (i == first && open && lines[i].ends_with('}')) return i;
        if (ends_statement(lines[i]) && (!open || i == first)) {
            const bool value = lines[first].find('=') != std::string::npos || open;
            return value ? std::optional(i) : std::nullopt;
        }
    }
    return std::nullopt;
}

bool goes_with_it(const std::string& line) { return line.starts_with("//") || line.starts_with("template"); }

}  // namespace

std::optional<Quote> quote_of(std::string_view info) {
    std::istringstream words{std::string(info)};
    std::string language;
    Quote quote;
    words >> language >> quote.file >> quote.first >> quote.second;
    if (language != "cpp" || quote.first.empty()) return std::nullopt;
    return quote;
}

std::string definition_of(std::string_view source, std::string_view name) {
    const std::vector<std::string> lines = lines_of(source);
    for (std::size_t i = 0; i < lines.size(); ++i) {
        if (!names(lines[i], name)) continue;
        const std::optional<std::size_t> end = end_of(lines, i);
        if (!end) continue;
        std::size_t begin = i;
        while (begin > 0 && goes_with_it(lines[begin - 1])) --begin;
        std::string text;
        for (std::size_t line = begin; line <= *end; ++line) text += lines[line] + '\n';
        return text;
    }
    return "";
}

std::string quoted(const Quote& quote, std::string_view source) {
    std::string text;
    for (const std::string& name : {quote.first, quote.second}) {
        if (name.empty()) continue;
        const std::string definition = definition_of(source, name);
        if (definition.empty()) throw Error("there is no definition of '" + name + "' in " + quote.file);
        text += (text.empty() ? "" : "\n") + definition;
    }
    return text;
}

}  // namespace overlap::lesson
