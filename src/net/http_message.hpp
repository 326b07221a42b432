// HTTP/1.1 messages, read by http_parser (https://github.com/nodejs/http-parser). No I/O: bytes in, messages
// out.
#pragma once

#include <http_parser.h>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "timeline/timeline.hpp"

namespace overlap::net {

/// How far a message has come.
enum class Progress {
    incomplete,
    complete,
    malformed,
    header_too_large,
    body_too_large,
};

/// Sizes in bytes above which a message is given up.
struct MessageLimits {
    std::size_t header = 8 * 1024;
    std::size_t body = 1024 * 1024;
};

/// In an answer of our own server: when it went out, in nanoseconds of the machine's monotonic clock, which
/// all of its processes share (steady_now()).
inline constexpr std::string_view sent_header = "Overlap-Sent";

/// Reads one message after another from a connection. It stays where it is: http_parser holds a pointer to
/// it.
class MessageParser {
  public:
    /// `tunnel`: the answer to CONNECT, which is over with its header; what follows is the server's.
    enum class Kind { request, response, tunnel };

    MessageParser(Kind kind, MessageLimits limits);
    MessageParser(const MessageParser&) = delete;
    MessageParser& operator=(const MessageParser&) = delete;

    /// Takes bytes off the front of `bytes`, up to the end of the message at most; interim answers (1xx) are
    /// skipped. Once it gives anything but `incomplete`, start the next message with reset().
    Progress feed(std::string_view& bytes);

    /// The connection was closed: completes an answer that has no length of its own (RFC 9112, section 6.3).
    /// Any other stays incomplete.
    Progress finish();

    void reset();

    /// Whether anything of the message has come yet.
    [[nodiscard]] bool started() const { return started_; }

    /// Of a complete request.
    [[nodiscard]] std::string_view method() const;
    [[nodiscard]] const std::string& target() const { return target_; }

    /// Whether its sender understands chunks (HTTP/1.1).
    [[nodiscard]] bool takes_chunks() const { return parser_.http_major == 1 && parser_.http_minor >= 1; }

    /// Of an answer, from its first byte of body on.
    [[nodiscard]] int status() const { return static_cast<int>(parser_.status_code); }

    /// Of an answer that carries it.
    [[nodiscard]] std::optional<Nanoseconds> sent() const;

    /// Of an answer, and of a POST; other requests want none, so theirs is checked against the limit and
    /// dropped. It may be taken out piece by piece while the message is incomplete.
    [[nodiscard]] std::string& body() { return body_; }

    /// Whether the connection can carry another message after this complete one.
    [[nodiscard]] bool keep_alive() const { return keep_alive_; }

  private:
    static const http_parser_settings& callbacks();
    int count_header(std::size_t bytes);
    int read_name(std::string_view part);
    int read_value(std::string_view part);
    int add_body(std::string_view bytes);
    int end_message();
    Progress outcome();

    Kind kind_;
    MessageLimits limits_;
    http_parser parser_{};
    Progress progress_ = Progress::incomplete;
    bool started_ = false;
    bool keep_alive_ = false;
    bool in_value_ = false;
    std::size_t header_bytes_ = 0;
    std::size_t body_bytes_ = 0;
    std::string target_;
    std::string header_name_;  ///< of an answer: of the header that is being read
    std::string sent_;
    std::string body_;
};

}  // namespace overlap::net
