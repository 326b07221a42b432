// Chat completions as the API that everybody imitates has them
// (https://platform.openai.com/docs/api-reference/chat): what our server answers, and what a client makes of
// an answer. No I/O.
#pragma once

#include <optional>
#include <random>
#include <string>
#include <string_view>

#include "net/http_routes.hpp"

namespace overlap::net {

/// Plans the answer to POST /v1/chat/completions. `body` is the API's: {"model", "messages", "stream"}; with
/// "stream": true the tokens (words, here) come as server-sent events, else in one object once all are made.
/// What is wrong with it is answered 400, with an error object like that API's. `query` is ours: how many
/// tokens=, the first after first_ms=, then one each interval_ms=, with padding= bytes of ballast in each;
/// after cut= tokens a stream is broken off. `random` makes the id.
Plan plan_chat(std::string_view query, std::string_view body, std::mt19937_64& random);

/// The body of a request for a stream: one message of the user.
std::string chat_request(std::string_view prompt);

/// The last event of a stream.
inline constexpr std::string_view chat_done = "[DONE]";

/// The text that an event of a stream (other than the last) adds: empty when it adds none, as the first one
/// that only names the role. None when it is no chunk of a chat completion.
std::optional<std::string> chat_text(std::string_view event);

}  // namespace overlap::net
