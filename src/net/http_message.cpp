#include "net/http_message.hpp"

#include <charconv>
#include <system_error>

namespace overlap::net {
namespace {

MessageParser& self(http_parser* parser) { return *static_cast<MessageParser*>(parser->data); }

// What the callbacks give to stop the parser.
constexpr int keep_parsing = 0;
constexpr int stop_parsing = 1;
constexpr int refuse_message = -1;  // where `stop_parsing` has a meaning of its own

}  // namespace

MessageParser::MessageParser(Kind kind, MessageLimits limits) : kind_(kind), limits_(limits) { reset(); }

void MessageParser::reset() {
    http_parser_init(&parser_, kind_ == Kind::request ? HTTP_REQUEST : HTTP_RESPONSE);
    parser_.data = this;
    progress_ = Progress::incomplete;
    started_ = keep_alive_ = false;
    header_bytes_ = body_bytes_ = 0;
    target_.clear();
    header_name_.clear();
    sent_.clear();
    in_value_ = false;
    body_ = {};  // and its memory: connections are many, and few carry a large body more than once
}

const http_parser_settings& MessageParser::callbacks() {
    static const http_parser_settings settings = [] {
        http_parser_settings all{};
        all.on_message_begin = [](http_parser* p) {
            self(p).started_ = true;
            return keep_parsing;
        };
        all.on_url = [](http_parser* p, const char* at, std::size_t size) {
            self(p).target_.append(at, size);
            return self(p).count_header(size);
        };
        const http_data_cb header = [](http_parser* p, const char*, std::size_t size) {
            return self(p).count_header(size);
        };
        all.on_status = header;
        all.on_header_field = [](http_parser* p, const char* at, std::size_t size) {
            return self(p).read_name({at, size});
        };
        all.on_header_value = [](http_parser* p, const char* at, std::size_t size) {
            return self(p).read_value({at, size});
        };
        // What http_parser asks: has the message no body, whatever its headers say (RFC 9112, section 6.3)?
        // Connections stay HTTP: an upgrade that nobody asked for is ignored. Any numbers pass with it for a
        // version and a status, but ours is HTTP/1, and below 100 there is none (RFC 9110, section 15).
        all.on_headers_complete = [](http_parser* p) {
            p->upgrade = 0;
            const unsigned status = p->type == HTTP_RESPONSE ? p->status_code : 200;
            if (status < 100 || p->http_major != 1) return refuse_message;
            if (self(p).kind_ == Kind::tunnel) return 1;
            return status / 100 == 1 || status == 204 || status == 304 ? 1 : 0;
        };
        all.on_body = [](http_parser* p, const char* at, std::size_t size) {
            return self(p).add_body({at, size});
        };
        all.on_message_complete = [](http_parser* p) { return self(p).end_message(); };
        return all;
    }();
    return settings;
}

int MessageParser::count_header(std::size_t bytes) {
    header_bytes_ += bytes;
    if (header_bytes_ <= limits_.header) return keep_parsing;
    progress_ = Progress::header_too_large;
    return stop_parsing;
}

// Names and values come in parts.
int MessageParser::read_name(std::string_view part) {
    if (kind_ == Kind::response) {
        if (in_value_) header_name_.clear();
        in_value_ = false;
        if (header_name_.size() <= sent_header.size()) header_name_ += part;
    }
    return count_header(part.size());
}

int MessageParser::read_value(std::string_view part) {
    in_value_ = true;
    constexpr std::size_t most_digits = 20;
    if (header_name_ == sent_header && sent_.size() <= most_digits) sent_ += part;
    return count_header(part.size());
}

std::optional<Nanoseconds> MessageParser::sent() const {
    Nanoseconds time = 0;
    const char* const end = sent_.data() + sent_.size();
    const auto [rest, error] = std::from_chars(sent_.data(), end, time);
    if (sent_.empty() || error != std::errc() || rest != end) return std::nullopt;
    return time;
}

int MessageParser::add_body(std::string_view bytes) {
    body_bytes_ += bytes.size();
    if (body_bytes_ > limits_.body) {
        progress_ = Progress::body_too_large;
        return stop_parsing;
    }
    if (kind_ == Kind::response || parser_.method == HTTP_POST) body_ += bytes;
    return keep_parsing;
}

int MessageParser::end_message() {
    if (kind_ != Kind::request && parser_.status_code / 100 == 1) {
        header_bytes_ = 0;
        return keep_parsing;
    }
    progress_ = Progress::complete;
    keep_alive_ = http_should_keep_alive(&parser_) != 0;
    http_parser_pause(&parser_, 1);  // what follows belongs to the next message
    return keep_parsing;
}

Progress MessageParser::outcome() {
    if (progress_ != Progress::incomplete) return progress_;
    switch (HTTP_PARSER_ERRNO(&parser_)) {
        case HPE_OK:
            return Progress::incomplete;
        case HPE_HEADER_OVERFLOW:
            return progress_ = Progress::header_too_large;
        default:
            return progress_ = Progress::malformed;
    }
}

Progress MessageParser::feed(std::string_view& bytes) {
    if (bytes.empty()) return progress_;  // to http_parser, no bytes would mean the end of the connection
    const std::size_t taken = http_parser_execute(&parser_, &callbacks(), bytes.data(), bytes.size());
    bytes.remove_prefix(taken);
    return outcome();
}

Progress MessageParser::finish() {
    http_parser_execute(&parser_, &callbacks(), nullptr, 0);
    return outcome() == Progress::complete ? Progress::complete : Progress::incomplete;
}

std::string_view MessageParser::method() const {
    return http_method_str(static_cast<http_method>(parser_.method));
}

}  // namespace overlap::net
