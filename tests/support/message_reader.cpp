#include "support/message_reader.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <ostream>
#include <utility>

namespace overlap::test {

using net::MessageLimits;
using net::MessageParser;
using net::Progress;

std::ostream& operator<<(std::ostream& out, const Read& r) {
    return out << "progress " << static_cast<int>(r.progress) << ", status " << r.status << ", " << r.method
               << " " << r.target << ", body '" << r.body << "', keep alive " << r.keep_alive << ", rest '"
               << r.rest << "'";
}

Read outcome(MessageParser& parser, MessageKind kind, Progress progress, std::string_view rest) {
    Read read;
    read.progress = progress;
    if (progress != Progress::complete) return read;
    if (kind == MessageKind::request) {
        read.method = parser.method();
        read.target = parser.target();
    } else {
        read.status = parser.status();
        read.body = parser.body();
    }
    read.keep_alive = parser.keep_alive();
    read.rest = rest;
    return read;
}

Read read(MessageKind kind, const std::vector<std::string_view>& pieces, bool closed, MessageLimits limits) {
    MessageParser parser(kind, limits);
    Progress progress = Progress::incomplete;
    std::string rest;
    for (std::string_view piece : pieces) {
        if (progress == Progress::incomplete) progress = parser.feed(piece);
        // A client drops what is left of its buffer while the message is incomplete, so nothing may be.
        if (progress == Progress::incomplete) CHECK(piece.empty());
        rest += piece;
    }
    if (closed && progress == Progress::incomplete) progress = parser.finish();
    return outcome(parser, kind, progress, rest);
}

Read read_request(std::string_view text, MessageLimits limits) {
    return read(MessageKind::request, {text}, false, limits);
}

Read read_answer(std::string_view text, bool closed, MessageLimits limits) {
    return read(MessageKind::response, {text}, closed, limits);
}

std::vector<std::string_view> single_bytes(std::string_view text) {
    std::vector<std::string_view> bytes;
    for (std::size_t i = 0; i < text.size(); ++i) bytes.push_back(text.substr(i, 1));
    return bytes;
}

Read request(std::string method, std::string target, std::string rest) {
    Read expected;
    expected.progress = Progress::complete;
    expected.method = std::move(method);
    expected.target = std::move(target);
    expected.keep_alive = true;
    expected.rest = std::move(rest);
    return expected;
}

Read answer(int status, std::string body, std::string rest) {
    Read expected;
    expected.progress = Progress::complete;
    expected.status = status;
    expected.body = std::move(body);
    expected.keep_alive = true;
    expected.rest = std::move(rest);
    return expected;
}

}  // namespace overlap::test
