// Feeding a MessageParser, and what it made of its input as one value to compare.
#pragma once

#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

#include "net/http_message.hpp"

namespace overlap::test {

using MessageKind = net::MessageParser::Kind;

/// What a parser made of its input. All but `progress` is left empty unless the message is complete.
struct Read {
    net::Progress progress = net::Progress::incomplete;
    int status = 0;
    std::string method;
    std::string target;
    std::string body;
    bool keep_alive = false;
    std::string rest;  ///< not taken: it belongs to the next message

    friend bool operator==(const Read&, const Read&) = default;
};

std::ostream& operator<<(std::ostream& out, const Read& r);

/// What `parser` has read, now that it gave `progress` and left `rest`.
Read outcome(net::MessageParser& parser, MessageKind kind, net::Progress progress, std::string_view rest);

/// Feeds `pieces` one after another, as they might come from a socket. `closed`: then the connection ends.
Read read(MessageKind kind, const std::vector<std::string_view>& pieces, bool closed = false,
          net::MessageLimits limits = {});

/// Feeds a request in one piece.
Read read_request(std::string_view text, net::MessageLimits limits = {});

/// Feeds an answer in one piece. `closed`: then the connection ends.
Read read_answer(std::string_view text, bool closed = false, net::MessageLimits limits = {});

/// `text` in pieces of one byte.
std::vector<std::string_view> single_bytes(std::string_view text);

/// A complete request, to compare with.
Read request(std::string method, std::string target, std::string rest = "");

/// A complete answer, to compare with.
Read answer(int status, std::string body, std::string rest = "");

}  // namespace overlap::test
