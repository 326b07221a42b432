#include "net/http_routes.hpp"

#include <http_parser.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "net/chat.hpp"
#include "net/http_message.hpp"
#include "net/query.hpp"

namespace overlap::net {
namespace {

constexpr double longest_delay_s = 60;
constexpr std::int64_t most_bytes = 10 * 1024 * 1024;
constexpr std::int64_t most_stream_lines = 100;  // as httpbin
constexpr std::int64_t most_drips = 10'000;

constexpr std::string_view index_page =
    "overlap's server answers:\n"
    "  /delay/{seconds}  /delay?ms={n}      after that time, also &code={code}\n"
    "  /status/{code}                       with that status, 200 to 599\n"
    "  /bytes/{n}                           with n random bytes\n"
    "  /stream/{n}                          with n lines of JSON, in chunks\n"
    "  /drip?numbytes=&duration=&delay=&code=   byte by byte\n"
    "  /json                                with a small JSON document\n"
    "  POST /v1/chat/completions            a chat completion, with \"stream\": true token by token\n"
    "    ?tokens=12&first_ms=200&interval_ms=50&padding=&cut=   its pace, ballast, and where it breaks off\n"
    "    &code={code}                       an error with that status instead, after first_ms\n";

constexpr std::string_view json_page =
    R"({"conversation": [{"role": "user", "text": "Hello"}, {"role": "assistant", "text": "Hi! What can I do?"}]})"
    "\n";

bool has_no_body(int status) { return status == 204 || status == 304; }

Nanoseconds nanoseconds(double seconds) { return static_cast<Nanoseconds>(std::llround(seconds * 1e9)); }

Plan text_plan(std::string_view content_type, std::string_view body) {
    Plan plan;
    plan.content_type = content_type;
    plan.parts.emplace_back(body);
    return plan;
}

Plan delay(std::string_view text, double unit_s, std::string_view query) {
    const auto number = parse_number<double>(text, 0, longest_delay_s / unit_s);
    if (!number) return plan_error(400, "the delay must be a number, 60 seconds at most");
    const auto code = parse_number<int>(parameter(query, "code", "200"), 200, 599);
    if (!code) return plan_error(400, "the code must be a number from 200 to 599");
    Plan plan = text_plan("application/json", "{\"delayed\": true}\n");
    plan.status = *code;
    if (has_no_body(*code)) plan.parts.clear();
    plan.delay = nanoseconds(*number * unit_s);
    return plan;
}

Plan answer_with_status(std::string_view text) {
    const auto code = parse_number<int>(text, 200, 599);
    if (!code) return plan_error(400, "the status must be a number from 200 to 599");
    Plan plan;
    plan.status = *code;
    return plan;
}

Plan bytes(std::string_view text, std::mt19937_64& random) {
    const auto count = parse_number<std::int64_t>(text, 0, most_bytes);
    if (!count) return plan_error(400, "the number of bytes must be from 0 to 10485760");
    std::string body(static_cast<std::size_t>(*count), '\0');
    for (char& byte : body) byte = static_cast<char>(random());
    return text_plan("application/octet-stream", body);
}

Plan stream(std::string_view text) {
    const auto lines = parse_number<std::int64_t>(text, 0, most_stream_lines);
    if (!lines) return plan_error(400, "the number of lines must be from 0 to 100");
    Plan plan;
    plan.content_type = "application/json";
    plan.chunked = true;
    for (std::int64_t i = 0; i < *lines; ++i) plan.parts.push_back("{\"id\": " + std::to_string(i) + "}\n");
    return plan;
}

Plan drip(std::string_view query) {
    const auto count = parse_number<std::int64_t>(parameter(query, "numbytes", "10"), 1, most_drips);
    const auto duration = parse_number<double>(parameter(query, "duration", "2"), 0, longest_delay_s);
    const auto before = parse_number<double>(parameter(query, "delay", "0"), 0, longest_delay_s);
    const auto code = parse_number<int>(parameter(query, "code", "200"), 200, 599);
    if (!count || !duration || !before || !code) {
        return plan_error(400, "drip takes numbytes 1 to 10000, duration and delay 0 to 60, code 200 to 599");
    }
    Plan plan;
    plan.status = *code;
    plan.content_type = "application/octet-stream";
    plan.delay = nanoseconds(*before);
    plan.interval = nanoseconds(*duration) / *count;
    if (!has_no_body(*code)) plan.parts.assign(static_cast<std::size_t>(*count), "*");
    return plan;
}

}  // namespace

std::string_view reason_phrase(int status) {
    switch (status) {
#define OVERLAP_REASON(number, name, text) \
    case number:                           \
        return #text;
        HTTP_STATUS_MAP(OVERLAP_REASON)
#undef OVERLAP_REASON
        default:
            return "Status";
    }
}

std::mt19937_64 luck_of(std::uint64_t seed, const std::string& target, std::uint64_t nth) {
    const std::uint64_t hash = std::hash<std::string>()(target);
    std::seed_seq seeds{seed, seed >> 32, hash, hash >> 32, nth};
    return std::mt19937_64(seeds);
}

Plan plan_error(int status, std::string_view message) {
    Plan plan = text_plan("text/plain", std::string(message) + "\n");
    plan.status = status;
    return plan;
}

Plan plan_answer(std::string_view method, std::string_view target, std::string_view body,
                 std::mt19937_64& random) {
    // A proxy's form, "http://host/path", must be understood too (RFC 9112, section 3.2.2).
    if (target.starts_with("http://"))
        target.remove_prefix(std::min(target.find_first_of("/?", 7), target.size()));
    const std::string_view path = target.substr(0, target.find('?'));
    const std::string_view query = target.substr(std::min(target.size(), path.size() + 1));
    if (path == "/v1/chat/completions") {
        if (method == "POST") return plan_chat(query, body, random);
        Plan plan = plan_error(405, "only POST is answered");
        plan.extra_header = "Allow: POST\r\n";
        return plan;
    }
    if (method != "GET" && method != "HEAD") {
        Plan plan = plan_error(405, "only GET and HEAD are answered");
        plan.extra_header = "Allow: GET, HEAD\r\n";
        return plan;
    }
    const auto after = [&](std::string_view prefix) -> std::optional<std::string_view> {
        return path.starts_with(prefix) ? std::optional(path.substr(prefix.size())) : std::nullopt;
    };
    if (path == "/" || path.empty()) return text_plan("text/plain", index_page);
    if (path == "/json") return text_plan("application/json", json_page);
    if (path == "/drip") return drip(query);
    if (path == "/delay") return delay(parameter(query, "ms", ""), 0.001, query);
    if (const auto seconds = after("/delay/")) return delay(*seconds, 1, query);
    if (const auto code = after("/status/")) return answer_with_status(*code);
    if (const auto count = after("/bytes/")) return bytes(*count, random);
    if (const auto lines = after("/stream/")) return stream(*lines);
    return plan_error(404, "there is nothing here; try /");
}

std::string head_of(const Plan& plan, bool keep_alive, std::string_view date,
                    std::optional<Nanoseconds> sent) {
    std::string head = "HTTP/1.1 " + std::to_string(plan.status) + " ";
    head += reason_phrase(plan.status);
    head += "\r\nServer: overlap\r\nDate: ";
    head += date;
    if (sent) head += "\r\n" + std::string(sent_header) + ": " + std::to_string(*sent);
    head += keep_alive ? "\r\nConnection: keep-alive\r\n" : "\r\nConnection: close\r\n";
    head += plan.extra_header;
    if (!has_no_body(plan.status)) {
        head += "Content-Type: " + plan.content_type + "\r\n";
        if (plan.chunked) {
            head += "Transfer-Encoding: chunked\r\n";
        } else {
            std::size_t length = 0;
            for (const std::string& part : plan.parts) length += part.size();
            head += "Content-Length: " + std::to_string(length) + "\r\n";
        }
    }
    return head + "\r\n";
}

std::string part_of(const Plan& plan, std::size_t number) {
    const std::string& part = plan.parts[number];
    if (!plan.chunked) return part;
    std::array<char, 20> digits{};
    char* const end = std::to_chars(digits.data(), digits.data() + digits.size(), part.size(), 16).ptr;
    return std::string(digits.data(), end) + "\r\n" + part + "\r\n";
}

}  // namespace overlap::net
