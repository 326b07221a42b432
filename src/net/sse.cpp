#include "net/sse.hpp"

#include <utility>

namespace overlap::net {

void SseParser::feed(std::string_view bytes) {
    for (const char byte : bytes) {
        if (too_large_) return;
        take(byte);
    }
}

// Lines end with CR, LF or both. A CR ends its line at once: the LF that may follow can be long in coming.
void SseParser::take(char byte) {
    const bool after_cr = std::exchange(after_cr_, byte == '\r');
    if (byte == '\n' && after_cr) return;
    if (byte == '\n' || byte == '\r') return end_line();
    line_ += byte;
    too_large_ = line_.size() + data_.size() > most_;
}

void SseParser::end_line() {
    constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
    std::string_view line = line_;
    if (std::exchange(first_line_, false) && line.starts_with(byte_order_mark))
        line.remove_prefix(byte_order_mark.size());
    if (line.empty()) {  // the end of an event
        if (!data_.empty()) {
            data_.pop_back();
            events_.push_back(std::exchange(data_, {}));
        }
    } else if (line.substr(0, line.find(':')) == "data") {  // a comment's name is empty
        line.remove_prefix(line.size() == 4 ? 4 : 5);
        if (line.starts_with(' ')) line.remove_prefix(1);
        data_ += line;
        data_ += '\n';
    }
    line_.clear();
}

std::optional<std::string> SseParser::next() {
    if (events_.empty()) return std::nullopt;
    std::string event = std::move(events_.front());
    events_.pop_front();
    return event;
}

}  // namespace overlap::net
