#include "net/http_client.hpp"

#include <algorithm>
#include <asio/error.hpp>

namespace overlap::net {

using asio::ip::tcp;

std::optional<tcp::socket> IdleConnections::take(const std::string& authority) {
    if (most_ == 0) return std::nullopt;
    const std::lock_guard lock(mutex_);
    // The latest first: it is the least likely to have been closed by the server meanwhile.
    const auto found = std::find_if(idle_.rbegin(), idle_.rend(),
                                    [&](const auto& entry) { return entry.first == authority; });
    if (found == idle_.rend()) return std::nullopt;
    std::optional<tcp::socket> socket(std::move(found->second));
    idle_.erase(std::next(found).base());
    return socket;
}

void IdleConnections::put(const std::string& authority, tcp::socket socket) {
    const std::lock_guard lock(mutex_);
    if (idle_.size() < most_) idle_.emplace_back(authority, std::move(socket));
}

std::string request_text(const Target& target, bool keep_alive) {
    std::string text;
    text.reserve(128 + target.target.size() + target.authority.size());
    text += "GET ";
    text += target.target;
    text += " HTTP/1.1\r\nHost: ";
    text += target.authority;
    text += "\r\nUser-Agent: overlap\r\nAccept: */*\r\nConnection: ";
    text += keep_alive ? "keep-alive\r\n\r\n" : "close\r\n\r\n";
    return text;
}

std::span<const tcp::endpoint> endpoints_of(const Target& target, const ClientOptions& options) {
    return options.via ? std::span(&*options.via, 1) : std::span(target.endpoints);
}

std::string tunnel_text(const Target& target) {
    // A Host header leaves port 80 out, CONNECT always names it (RFC 9110, section 9.3.6).
    const std::size_t host_end = target.authority.find(']');
    const bool has_port =
        target.authority.find(':', host_end == std::string::npos ? 0 : host_end) != std::string::npos;
    const std::string authority = target.authority + (has_port ? "" : ":80");
    return "CONNECT " + authority + " HTTP/1.1\r\nHost: " + authority + "\r\nUser-Agent: overlap\r\n\r\n";
}

std::string tunnel_refusal(const MessageParser& parser, Progress progress, std::string_view rest) {
    if (progress != Progress::complete) return "proxy: not an HTTP answer";
    if (parser.status() / 100 != 2) return "proxy refused: HTTP " + std::to_string(parser.status());
    return rest.empty() ? "" : "proxy: not an HTTP answer";  // nothing was asked of the server yet
}

std::string describe(const asio::error_code& error) {
    if (error == asio::error::connection_refused) return "connection refused";
    if (error == asio::error::connection_reset || error == asio::error::broken_pipe)
        return "connection reset";
    if (error == asio::error::eof) return "connection closed";
    if (error == asio::error::timed_out) return "timed out";
    if (error == asio::error::operation_aborted) return "interrupted";
    std::string text = error.message();
    if (!text.empty() && text[0] >= 'A' && text[0] <= 'Z') text[0] = static_cast<char>(text[0] - 'A' + 'a');
    return text;
}

Answer answer_from(MessageParser& parser, Progress progress) {
    switch (progress) {
        case Progress::complete:
            break;
        case Progress::header_too_large:
        case Progress::body_too_large:
            return {.status = 0, .body = {}, .error = "answer too large"};
        case Progress::incomplete:
            return {.status = 0, .body = {}, .error = "connection closed"};
        case Progress::malformed:
            return {.status = 0, .body = {}, .error = "not an HTTP answer"};
    }
    Answer answer{.status = parser.status(), .body = std::move(parser.body()), .error = {}};
    answer.sent = parser.sent();
    if (answer.status >= 400) answer.error = "HTTP " + std::to_string(answer.status);
    return answer;
}

}  // namespace overlap::net
