// Asking for a chat completion and reading its tokens as they come, in two halves like the client in
// http_client.hpp: BlockingChat holds its thread while it waits, AsyncChat suspends its coroutine. They stand
// in http_client_blocking.cpp and http_client_async.cpp.
#pragma once

#include <asio/any_io_executor.hpp>
#include <asio/awaitable.hpp>
#include <asio/error_code.hpp>
#include <chrono>
#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "net/http_client.hpp"
#include "net/http_message.hpp"
#include "net/sse.hpp"
#include "net/url.hpp"

namespace overlap::net {

/// What the kernel may hold of a stream that we do not read. Left alone it takes 128 KiB and then megabytes:
/// a server would not notice how slowly its tokens are read. Linux doubles the number.
inline constexpr int stream_receive_buffer = 4 * 1024;

/// The answer to a request for a stream, as it comes: bytes in, tokens out. No I/O.
class ChatReader {
  public:
    explicit ChatReader(MessageLimits limits) : parser_(MessageParser::Kind::response, limits) {}

    /// Takes what the connection gave, cut anywhere.
    void feed(std::string_view bytes);

    /// The connection gives nothing more: it was closed, or broke, or took too long.
    void end(const asio::error_code& why);

    /// It could not be asked for, or cannot be read any further.
    void fail(std::string error);

    /// The next token of those that have come.
    std::optional<std::string> next();

    /// Nothing more will come: the stream is at its end, or there is an error.
    [[nodiscard]] bool over() const { return over_; }

    /// In a few words: "connection refused", "HTTP 400", "cut off after 5 tokens"; empty when all went well,
    /// and as long as it may.
    [[nodiscard]] const std::string& error() const { return error_; }

  private:
    void take_events();
    void take_progress(Progress progress);
    void break_off(const std::string& how);

    MessageParser parser_;
    SseParser events_;
    std::deque<std::string> tokens_;
    std::size_t count_ = 0;  ///< of tokens so far
    bool any_event_ = false;
    bool over_ = false;
    std::string error_;
};

/// One conversation for the calling thread.
class BlockingChat {
  public:
    /// No I/O yet: the first next() connects and asks.
    BlockingChat(ClientOptions options, Target target, std::string_view prompt);
    ~BlockingChat();
    BlockingChat(const BlockingChat&) = delete;
    BlockingChat& operator=(const BlockingChat&) = delete;

    /// The next token, as soon as it has come. None at the end, which is a good one if error() is empty.
    /// Never throws for what the network or the server does. The timeout is for the whole stream; `limit` is
    /// for as much of it as has come by the end of this call.
    std::optional<std::string> next(std::chrono::nanoseconds limit = std::chrono::nanoseconds::max());

    /// As that of ChatReader.
    [[nodiscard]] const std::string& error() const { return reader_.error(); }

  private:
    struct Link;
    void ask();

    ClientOptions options_;
    Target target_;
    std::string request_;
    ChatReader reader_;
    bool asked_ = false;
    std::unique_ptr<Link> link_;
};

/// The same for a coroutine, which has it in its own frame: so its end, however it comes, closes the
/// connection.
class AsyncChat {
  public:
    AsyncChat(asio::any_io_executor executor, ClientOptions options, Target target, std::string_view prompt);
    ~AsyncChat();
    AsyncChat(const AsyncChat&) = delete;
    AsyncChat& operator=(const AsyncChat&) = delete;

    /// As that of BlockingChat. Throws only when the coroutine is cancelled.
    asio::awaitable<std::optional<std::string>> next();
    [[nodiscard]] const std::string& error() const { return reader_.error(); }

  private:
    struct Link;
    asio::awaitable<void> ask();

    asio::any_io_executor executor_;
    ClientOptions options_;
    Target target_;
    std::string request_;
    ChatReader reader_;
    bool asked_ = false;
    std::unique_ptr<Link> link_;
};

/// The options with a receive buffer of that size.
ClientOptions for_streams(ClientOptions options);

/// The request as it goes over the wire.
std::string chat_request_text(const Target& target, std::string_view prompt);

}  // namespace overlap::net
