// Reading what is written for other programs: CSV as RFC 4180 has it, and XML that is well-formed.
#pragma once

#include <cstddef>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace overlap::test {

/// Rows of fields. Throws std::runtime_error on a quote, or an end of line, that stands where it may not.
inline std::vector<std::vector<std::string>> csv_rows(const std::string& text) {
    std::vector<std::vector<std::string>> rows;
    std::vector<std::string> row(1);
    for (std::size_t at = 0; at < text.size(); ++at) {
        std::string& field = row.back();
        if (text[at] == '"') {
            if (!field.empty()) throw std::runtime_error("a quote in a field without quotes");
            for (++at;; ++at) {
                if (at >= text.size()) throw std::runtime_error("a quote without an end");
                if (text[at] == '"' && (at + 1 >= text.size() || text[at + 1] != '"')) break;
                if (text[at] == '"') ++at;
                field += text[at];
            }
            const std::string_view next = std::string_view(text).substr(at + 1, 1);
            if (next != "," && next != "\r") throw std::runtime_error("text behind a quoted field");
        } else if (text[at] == ',') {
            row.emplace_back();
        } else if (text.compare(at, 2, "\r\n") == 0) {
            rows.push_back(std::exchange(row, std::vector<std::string>(1)));
            ++at;
        } else if (text[at] == '\r' || text[at] == '\n') {
            throw std::runtime_error("half an end of line");
        } else {
            field += text[at];
        }
    }
    if (row.size() > 1 || !row.front().empty()) throw std::runtime_error("a row without an end");
    return rows;
}

struct XmlElement {
    std::string name;
    std::map<std::string, std::string> attributes;
    std::string text;  ///< of it alone
    std::vector<XmlElement> children;
};

/// Reads a document of elements, attributes and text. Throws std::runtime_error where it is not well-formed.
class XmlReader {
  public:
    explicit XmlReader(std::string_view text) : text_(text) {}

    XmlElement document() {
        for (const char c : text_) {
            const auto byte = static_cast<unsigned char>(c);
            if (byte < ' ' && c != '\n' && c != '\t' && c != '\r') fail("a control character");
        }
        if (text_.substr(0, 5) == "<?xml") at_ = text_.find("?>") + 2;
        skip_blanks();
        XmlElement root = element();
        skip_blanks();
        if (at_ != text_.size()) fail("something behind the document");
        return root;
    }

  private:
    [[noreturn]] void fail(const std::string& why) const {
        throw std::runtime_error(why + " at byte " + std::to_string(at_));
    }
    [[nodiscard]] char here() const {
        if (at_ >= text_.size()) fail("the end");
        return text_[at_];
    }
    void skip_blanks() {
        while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n')) ++at_;
    }
    void take(std::string_view expected) {
        if (text_.substr(at_, expected.size()) != expected) fail("no " + std::string(expected));
        at_ += expected.size();
    }
    std::string name() {
        const std::size_t begin = at_;
        while (at_ < text_.size() && here() >= 'a' && here() <= 'z') ++at_;
        if (at_ == begin) fail("no name");
        return std::string(text_.substr(begin, at_ - begin));
    }
    std::string text_until(char end) {
        std::string out;
        while (here() != end) {
            if (here() == '<') fail("a '<'");
            if (here() != '&') {
                out += text_[at_++];
                continue;
            }
            static const std::map<std::string_view, char> entities{
                {"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&apos;", '\''}};
            const auto found = entities.find(text_.substr(at_, text_.find(';', at_) + 1 - at_));
            if (found == entities.end()) fail("a '&'");
            out += found->second;
            at_ += found->first.size();
        }
        return out;
    }
    XmlElement element() {
        take("<");
        XmlElement one{.name = name(), .attributes = {}, .text = {}, .children = {}};
        for (skip_blanks(); here() != '>' && here() != '/'; skip_blanks()) {
            const std::string key = name();
            take("=\"");
            if (!one.attributes.emplace(key, text_until('"')).second) fail("an attribute twice");
            take("\"");
        }
        if (here() == '/') {
            take("/>");
            return one;
        }
        take(">");
        for (;;) {
            one.text += text_until('<');
            if (text_.substr(at_, 2) == "</") break;
            one.children.push_back(element());
        }
        take("</" + one.name + ">");
        return one;
    }

    std::string_view text_;
    std::size_t at_ = 0;
};

inline XmlElement xml_document(const std::string& text) { return XmlReader(text).document(); }

}  // namespace overlap::test
