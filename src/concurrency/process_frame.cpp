#include "concurrency/process_frame.hpp"

#include <cstdint>
#include <cstring>
#include <type_traits>

#include "timeline/error.hpp"

namespace overlap {
namespace {

constexpr char hello_kind = 'h';
constexpr char request_kind = 'q';
constexpr char reply_kind = 'r';

// Bytes of a span.
constexpr std::size_t span_size = sizeof(Span::thread) + 3 + 2 * sizeof(Nanoseconds);

void need_fit(std::size_t size) {
    if (size <= most_frame_bytes) return;
    throw Error("a message of " + std::to_string(size) + " bytes, and " + std::to_string(most_frame_bytes) +
                " are the most between a process pool and its workers");
}

class Writer {
  public:
    /// `size`: of what will follow, the kind left out.
    Writer(char kind, std::size_t size) {
        need_fit(1 + size);
        frame_.reserve(sizeof(FrameHead) + 1 + size);
        number(static_cast<std::uint32_t>(1 + size));
        frame_ += kind;
    }

    template <typename Number>
    void number(Number value) {
        static_assert(std::is_trivially_copyable_v<Number>);
        std::array<char, sizeof value> bytes{};
        std::memcpy(bytes.data(), &value, sizeof value);
        frame_.append(bytes.data(), bytes.size());
    }

    void text(std::string_view words) {
        number(static_cast<std::uint32_t>(words.size()));
        frame_ += words;
    }

    std::string take() { return std::move(frame_); }

  private:
    std::string frame_;
};

std::size_t size_of(std::string_view text) { return sizeof(std::uint32_t) + text.size(); }

class Reader {
  public:
    explicit Reader(std::string_view body) : rest_(body) {}

    std::string_view bytes(std::size_t size) {
        if (size > rest_.size()) throw Error("a message that ends too early");
        const std::string_view taken = rest_.substr(0, size);
        rest_.remove_prefix(size);
        return taken;
    }

    template <typename Number>
    Number number() {
        Number value{};
        std::memcpy(&value, bytes(sizeof value).data(), sizeof value);
        return value;
    }

    std::string text() { return std::string(bytes(number<std::uint32_t>())); }

    /// A value of an enumeration, up to its `last`.
    template <typename Enum>
    Enum named(Enum last) {
        const auto value = number<std::uint8_t>();
        if (value > static_cast<std::uint8_t>(last)) throw Error("a span of a kind that there is not");
        return static_cast<Enum>(value);
    }

    [[nodiscard]] std::size_t left() const { return rest_.size(); }

    void end() const {
        if (!rest_.empty()) throw Error("a message that goes on after its end");
    }

  private:
    std::string_view rest_;
};

JobReply decode_reply(Reader& body) {
    JobReply reply;
    reply.result = body.text();
    reply.error = body.text();
    reply.lane_error = body.text();
    reply.lane_note = body.text();
    const auto count = body.number<std::uint32_t>();
    if (count > body.left() / span_size) throw Error("a message that ends too early");
    reply.spans.resize(count);
    for (Span& span : reply.spans) {
        span.thread = body.number<std::uint32_t>();
        span.state = body.named(State::at_server);
        span.outcome = body.named(Outcome::cancelled);
        span.phase = body.named(last_phase);
        span.begin = body.number<Nanoseconds>();
        span.end = body.number<Nanoseconds>();
    }
    body.end();
    return reply;
}

}  // namespace

std::string encode_hello() { return Writer(hello_kind, 0).take(); }

std::string encode(const JobRequest& request) {
    Writer frame(request_kind, size_of(request.job) + size_of(request.argument));
    frame.text(request.job);
    frame.text(request.argument);
    return frame.take();
}

std::string encode(const JobReply& reply) {
    Writer frame(reply_kind, size_of(reply.result) + size_of(reply.error) + size_of(reply.lane_error) +
                                 size_of(reply.lane_note) + sizeof(std::uint32_t) +
                                 reply.spans.size() * span_size);
    for (const std::string* text : {&reply.result, &reply.error, &reply.lane_error, &reply.lane_note})
        frame.text(*text);
    frame.number(static_cast<std::uint32_t>(reply.spans.size()));
    for (const Span& span : reply.spans) {
        frame.number(span.thread);
        frame.number(span.state);
        frame.number(span.outcome);
        frame.number(span.phase);
        frame.number(span.begin);
        frame.number(span.end);
    }
    return frame.take();
}

std::size_t body_size(const FrameHead& head) {
    std::uint32_t size = 0;
    std::memcpy(&size, head.data(), sizeof size);
    need_fit(size);
    return size;
}

JobRequest decode_request(std::string_view bytes) {
    Reader body(bytes);
    if (body.number<char>() != request_kind) throw Error("a message that is no request");
    JobRequest request;
    request.job = body.text();
    request.argument = body.text();
    body.end();
    return request;
}

std::variant<WorkerHello, JobReply> decode_from_worker(std::string_view bytes) {
    Reader body(bytes);
    const char kind = body.number<char>();
    if (kind == reply_kind) return decode_reply(body);
    if (kind != hello_kind) throw Error("a message that is no reply");
    body.end();
    return WorkerHello{};
}

}  // namespace overlap
