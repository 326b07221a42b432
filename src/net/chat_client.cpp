#include "net/chat_client.hpp"

#include <asio/error.hpp>
#include <utility>

#include "net/chat.hpp"

namespace overlap::net {

std::string chat_request_text(const Target& target, std::string_view prompt) {
    const std::string body = chat_request(prompt);
    return "POST " + target.target + " HTTP/1.1\r\nHost: " + target.authority +
           "\r\nUser-Agent: overlap\r\nAccept: text/event-stream\r\nContent-Type: application/json\r\n"
           "Content-Length: " +
           std::to_string(body.size()) + "\r\nConnection: close\r\n\r\n" + body;
}

ClientOptions for_streams(ClientOptions options) {
    options.receive_buffer = stream_receive_buffer;
    return options;
}

void ChatReader::feed(std::string_view bytes) {
    if (over_) return;
    const Progress progress = parser_.feed(bytes);
    take_events();
    take_progress(progress);
}

// Looks into the body as far as it has come.
void ChatReader::take_events() {
    const std::string body = std::exchange(parser_.body(), {});
    if (parser_.status() != 200) return;
    events_.feed(body);
    while (auto event = events_.next()) {
        any_event_ = true;
        if (*event == chat_done) {
            over_ = true;
            return;
        }
        auto text = chat_text(*event);
        if (!text) return fail("not a chat completion");
        if (text->empty()) continue;
        ++count_;
        tokens_.push_back(std::move(*text));
    }
    if (events_.too_large()) fail("answer too large");
}

void ChatReader::take_progress(Progress progress) {
    if (over_ || progress == Progress::incomplete) return;
    const Answer answer = answer_from(parser_, progress);
    if (!answer.ok()) return fail(answer.error);
    if (answer.status != 200) return fail("HTTP " + std::to_string(answer.status));
    if (!any_event_) return fail("not an event stream");
    break_off("cut off");
}

void ChatReader::end(const asio::error_code& why) {
    if (over_) return;
    if (why == asio::error::timed_out) return count_ > 0 ? break_off(describe(why)) : fail(describe(why));
    if (why == asio::error::eof && parser_.started()) {
        const Progress progress = parser_.finish();
        take_events();
        take_progress(progress);
        if (over_) return;
    }
    const bool broken = any_event_ && why != asio::error::operation_aborted;
    broken ? break_off("cut off") : fail(describe(why));
}

void ChatReader::fail(std::string error) {
    over_ = true;
    error_ = std::move(error);
}

void ChatReader::break_off(const std::string& how) {
    if (count_ == 0) return fail(how + " before the first token");
    fail(how + " after " + std::to_string(count_) + (count_ == 1 ? " token" : " tokens"));
}

std::optional<std::string> ChatReader::next() {
    if (tokens_.empty()) return std::nullopt;
    std::string token = std::move(tokens_.front());
    tokens_.pop_front();
    return token;
}

}  // namespace overlap::net
