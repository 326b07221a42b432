#include "net/chat.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <ctime>
#include <nlohmann/json.hpp>

#include "net/query.hpp"

namespace overlap::net {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::int64_t most_tokens = 10'000;
constexpr std::int64_t most_padding = 64 * 1024;
constexpr std::int64_t most_ballast = 10 * 1024 * 1024;  // of all tokens together
constexpr double longest_wait_ms = 60'000;

// What the kernel may hold of a stream that its client does not read. Left alone it takes megabytes, and a
// server would learn only much later that its client is slow. Linux doubles the number; a few tokens of a
// thousand bytes fit, so a client that reads at once is never waited for.
constexpr int stream_send_buffer = 4 * 1024;

// How fast the tokens come. None where the query asks for what cannot be.
struct Pace {
    std::int64_t tokens = 0;
    Nanoseconds first = 0;
    Nanoseconds interval = 0;
    std::int64_t padding = 0;
    std::int64_t cut = 0;  ///< 0: never
};

std::optional<Pace> pace_of(std::string_view query) {
    const auto number = [&](std::string_view name, std::string_view fallback, std::int64_t least,
                            std::int64_t most) {
        return parse_number<std::int64_t>(parameter(query, name, fallback), least, most);
    };
    const auto duration = [&](std::string_view name, std::string_view fallback) {
        return parse_number<double>(parameter(query, name, fallback), 0, longest_wait_ms);
    };
    const auto tokens = number("tokens", "12", 1, most_tokens);
    const auto padding = number("padding", "0", 0, most_padding);
    const auto cut = number("cut", "0", 0, most_tokens);
    const auto first = duration("first_ms", "200");
    const auto interval = duration("interval_ms", "50");
    if (!tokens || !padding || !cut || !first || !interval || *tokens * *padding > most_ballast)
        return std::nullopt;
    return Pace{.tokens = *tokens,
                .first = std::llround(*first * 1e6),
                .interval = std::llround(*interval * 1e6),
                .padding = *padding,
                .cut = *cut};
}

// `param`: the field at fault, or null.
Plan refusal(const std::string& message, const Json& param = nullptr) {
    Plan plan;
    plan.status = 400;
    plan.content_type = "application/json";
    const Json error{
        {"message", message}, {"type", "invalid_request_error"}, {"param", param}, {"code", nullptr}};
    plan.parts.push_back(Json{{"error", error}}.dump() + "\n");
    return plan;
}

// Null where it is missing.
const Json& field(const Json& object, std::string_view name) {
    static const Json null;
    const auto found = object.find(std::string(name));
    return found == object.end() ? null : *found;
}

bool is_message(const Json& message) {
    return message.is_object() && field(message, "role").is_string() && message.contains("content");
}

// Words are the tokens of this server: it has no model that would cut them finer.
std::int64_t words_in(const Json& text) {
    if (!text.is_string()) return 0;
    std::int64_t words = 0;
    bool inside = false;
    for (const char c : text.get_ref<const std::string&>()) {
        const bool blank = c == ' ' || c == '\n' || c == '\t' || c == '\r';
        if (!blank && !inside) ++words;
        inside = !blank;
    }
    return words;
}

std::string token(std::int64_t number) {
    constexpr std::array<std::string_view, 12> words{"While", "this", "answer",  "is",   "on",  "its",
                                                     "way,",  "the",  "program", "need", "not", "wait."};
    const std::string word(words[static_cast<std::size_t>(number) % words.size()]);
    return number == 0 ? word : " " + word;
}

// What all objects of one answer have in common.
Json object(std::string_view kind, const std::string& id, const std::string& model) {
    return {{"id", id}, {"object", kind}, {"created", std::time(nullptr)}, {"model", model}};
}

Plan stream(const Pace& pace, const std::string& id, const std::string& model) {
    const Json common = object("chat.completion.chunk", id, model);
    const auto event = [&](const Json& delta, const Json& finish_reason, const std::string& ballast = {}) {
        Json chunk = common;
        chunk["choices"] = Json::array({{{"index", 0}, {"delta", delta}, {"finish_reason", finish_reason}}});
        // That API has such a field too, to hide from listeners how long a token is.
        if (!ballast.empty()) chunk["obfuscation"] = ballast;
        return "data: " + chunk.dump() + "\n\n";
    };
    Plan plan;
    plan.content_type = "text/event-stream";
    plan.extra_header = "Cache-Control: no-cache\r\n";
    plan.chunked = true;
    plan.delay = pace.first;
    plan.interval = pace.interval;
    plan.send_buffer = stream_send_buffer;
    plan.cut = pace.cut > 0 && pace.cut <= pace.tokens;
    const std::string ballast(static_cast<std::size_t>(pace.padding), '.');
    for (std::int64_t i = 0; i < (plan.cut ? pace.cut : pace.tokens); ++i)
        plan.parts.push_back(event({{"content", token(i)}}, nullptr, ballast));
    plan.parts.front().insert(0, event({{"role", "assistant"}, {"content", ""}}, nullptr));
    if (!plan.cut)
        plan.parts.back() += event(Json::object(), "stop") + "data: " + std::string(chat_done) + "\n\n";
    return plan;
}

Plan whole(const Pace& pace, const std::string& id, const std::string& model, const Json& messages) {
    std::string content;
    for (std::int64_t i = 0; i < pace.tokens; ++i) content += token(i);
    std::int64_t asked = 0;
    for (const Json& message : messages) asked += words_in(message["content"]);
    const Json message{{"role", "assistant"}, {"content", content}};
    Json completion = object("chat.completion", id, model);
    completion["choices"] = Json::array({{{"index", 0}, {"message", message}, {"finish_reason", "stop"}}});
    completion["usage"] = {
        {"prompt_tokens", asked}, {"completion_tokens", pace.tokens}, {"total_tokens", asked + pace.tokens}};
    Plan plan;
    plan.content_type = "application/json";
    plan.delay = pace.first + pace.interval * (pace.tokens - 1);
    plan.parts.push_back(completion.dump() + "\n");
    return plan;
}

}  // namespace

Plan plan_chat(std::string_view query, std::string_view body, std::mt19937_64& random) {
    const std::optional<Pace> pace = pace_of(query);
    if (!pace) {
        return refusal(
            "the query takes tokens 1 to 10000, first_ms and interval_ms 0 to 60000, padding 0 to 65536 (10 "
            "MiB "
            "for all tokens), cut 0 to 10000");
    }
    // Copies are made by recursion, so a body nested a million deep is only looked at where it lies.
    const Json request = Json::parse(body, nullptr, false);
    if (!request.is_object()) return refusal("the body is not a JSON object");
    const Json& model = field(request, "model");
    if (!model.is_string()) return refusal("you must provide a model parameter", "model");
    const Json& messages = field(request, "messages");
    if (!messages.is_array() || messages.empty() ||
        !std::all_of(messages.begin(), messages.end(), is_message))
        return refusal("messages must be an array of at least one object with a role and a content",
                       "messages");
    const Json& streaming = field(request, "stream");
    if (!streaming.is_boolean() && !streaming.is_null())
        return refusal("stream must be true or false", "stream");

    const auto code = parse_number<int>(parameter(query, "code", "200"), 200, 599);
    if (!code) return refusal("the code must be a number from 200 to 599");
    if (*code != 200) {
        Plan plan = refusal("this is what the query asks for");
        plan.status = *code;
        plan.delay = pace->first;
        return plan;
    }

    constexpr std::string_view hex = "0123456789abcdef";
    std::string id = "chatcmpl-";
    for (std::uint64_t i = 0, bits = random(); i < 16; ++i, bits >>= 4) id += hex[bits & 15];
    return streaming == true ? stream(*pace, id, model) : whole(*pace, id, model, messages);
}

std::string chat_request(std::string_view prompt) {
    const Json message{{"role", "user"}, {"content", prompt}};
    return Json{{"model", "overlap"}, {"messages", Json::array({message})}, {"stream", true}}.dump(
        -1, ' ', false, Json::error_handler_t::replace);
}

std::optional<std::string> chat_text(std::string_view event) {
    const Json chunk = Json::parse(event, nullptr, false);
    if (!chunk.is_object() || !chunk.contains("choices") || !chunk["choices"].is_array()) return std::nullopt;
    if (chunk["choices"].empty()) return "";  // one about usage
    const Json& choice = chunk["choices"][0];
    if (!choice.is_object() || !choice.contains("delta") || !choice["delta"].is_object()) return std::nullopt;
    const Json& delta = choice["delta"];
    return delta.contains("content") && delta["content"].is_string() ? delta["content"].get<std::string>()
                                                                     : "";
}

}  // namespace overlap::net
