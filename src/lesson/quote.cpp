#include "lesson/quote.hpp"

#include <algorithm>
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

// A line's code, without the comment behind it.
std::string code_of(const std::string& line) {
    std::string code = line.substr(0, line.find("//"));
    while (!code.empty() && code.back() == ' ') code.pop_back();
    return code;
}

// What the name that stands at `at` may be, by what is in front of it and behind it.
bool is_declared_at(const std::string& code, std::size_t at, std::size_t end) {
    if (at > 0 && (in_a_name(code[at - 1]) || code[at - 1] == '.' || code[at - 1] == '>')) return false;
    if (code.substr(0, at).find_first_of("(={") != std::string::npos) return false;  // it is only used
    const std::size_t next = code.find_first_not_of(' ', end);
    if (next == std::string::npos) return end == code.size();
    const bool scope = code.compare(next, 2, "::") == 0;
    return (next > end || !in_a_name(code[end])) && !scope &&
           std::string_view("(={;[:").find(code[next]) != std::string_view::npos;
}

// Where in the line, which is not indented, the name is declared.
std::optional<std::size_t> declared_in(const std::string& line, std::string_view name) {
    if (line.empty() || !(in_a_name(line.front()) || line.front() == '[')) return std::nullopt;
    const std::string code = code_of(line);
    for (std::size_t at = code.find(name); at != std::string::npos; at = code.find(name, at + 1)) {
        if (is_declared_at(code, at, at + name.size())) return at;
    }
    return std::nullopt;
}

// Where the literal or comment that begins at `at` ends; `at` where none begins there.
std::size_t behind_literal(std::string_view source, std::size_t at) {
    const char c = source[at];
    if (source.substr(at, 2) == "//") return std::min(source.find('\n', at), source.size());
    if (source.substr(at, 3) == "R\"(") return std::min(source.find(")\"", at), source.size() - 2) + 2;
    const bool separator = c == '\'' && at > 0 && in_a_name(source[at - 1]);  // 1'000
    if ((c != '"' && c != '\'') || separator) return at;
    std::size_t end = at + 1;
    while (end < source.size() && source[end] != c && source[end] != '\n') end += source[end] == '\\' ? 2 : 1;
    return std::min(end + 1, source.size());
}

// Where the definition ends whose name ends at `at`: behind its last brace or semicolon. None where it is a
// declaration only.
std::optional<std::size_t> end_of(std::string_view source, std::size_t at) {
    const std::size_t behind_name = source.find_first_not_of(' ', at);
    const bool function = behind_name != std::string_view::npos && source[behind_name] == '(';
    int parentheses = 0;
    int braces = 0;
    bool defined = false;
    for (std::size_t i = at; i < source.size(); ++i) {
        const std::size_t behind = behind_literal(source, i);
        if (behind > i) {
            i = behind - 1;
            continue;
        }
        const char c = source[i];
        if (c == '(' || c == '[') ++parentheses;
        if (c == ')' || c == ']') --parentheses;
        if (c == '{') ++braces;
        if (c == '}') --braces;
        if (parentheses > 0 || braces > 0) continue;
        if (c == '=' || c == '}') defined = true;
        if (c == ';') return defined ? std::optional(i + 1) : std::nullopt;
        if (c != '}' || !function) continue;
        // A member's initializer, `a{1}`, is followed by the next one or by the body.
        const std::size_t next = source.find_first_not_of(" \n", i + 1);
        if (next == std::string_view::npos || (source[next] != ',' && source[next] != '{')) return i + 1;
    }
    return std::nullopt;
}

// A comment, or the beginning of what the next line goes on with: `template`, a return type.
bool goes_with_next(const std::string& line) {
    if (line.starts_with("//")) return true;
    const std::string code = code_of(line);
    return !code.empty() && code.front() != '#' &&
           std::string_view(";{}").find(code.back()) == std::string_view::npos;
}

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
    if (name.empty()) return "";
    const std::vector<std::string> lines = lines_of(source);
    std::size_t start = 0;  // of line i in the source
    for (std::size_t i = 0; i < lines.size(); start += lines[i].size() + 1, ++i) {
        const std::optional<std::size_t> at = declared_in(lines[i], name);
        if (!at) continue;
        const std::optional<std::size_t> end = end_of(source, start + *at + name.size());
        if (!end) continue;
        std::size_t begin = start;
        for (std::size_t line = i; line > 0 && goes_with_next(lines[line - 1]); --line)
            begin -= lines[line - 1].size() + 1;
        const std::size_t line_end = std::min(source.find('\n', *end), source.size());
        return std::string(source.substr(begin, line_end - begin)) + '\n';
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
