// Asking the two models of the demo chatbot, in each way.
#pragma once

#include <asio/awaitable.hpp>
#include <asio/thread_pool.hpp>
#include <memory>
#include <optional>
#include <string>

#include "demo/context.hpp"
#include "net/chat_client.hpp"

namespace overlap {

inline const std::string model_names[] = {"main", "fallback"};

/// A model's answer, from its first token on; no token: it failed.
template <typename Chat>
struct ModelStream {
    int model = 0;
    std::unique_ptr<Chat> chat;
    std::optional<std::string> token;

    [[nodiscard]] bool good() const { return token.has_value(); }
};
using BlockingStream = ModelStream<net::BlockingChat>;
using AsyncStream = ModelStream<net::AsyncChat>;

/// Why there is no token, in a few words: "fallback: HTTP 503".
template <typename Chat>
std::string why_none(const ModelStream<Chat>& stream) {
    return model_names[stream.model] + ": " + (stream.chat ? stream.chat->error() : "no answer");
}

/// Main, and when it failed or has no token by the knob "main-timeout", fallback.
BlockingStream main_or_fallback(Context& run, const std::string& prompt);

/// Both at once, on two threads of `models`; the first token wins, and its stream is to be read on. When both
/// fail, the last of them.
BlockingStream race_models(Context& run, asio::thread_pool& models, const std::string& prompt);

/// Both at once on the caller's loop; the loser is cancelled, which closes its connection.
asio::awaitable<AsyncStream> race_models_async(Context& run, const std::string& prompt);

}  // namespace overlap
