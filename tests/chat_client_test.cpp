// Reading a stream of tokens: both clients, against a good server and against bad ones.
#include <doctest/doctest.h>

#include <asio/bind_cancellation_slot.hpp>
#include <asio/cancellation_signal.hpp>
#include <asio/co_spawn.hpp>
#include <asio/error.hpp>
#include <asio/io_context.hpp>
#include <asio/system_error.hpp>
#include <asio/this_coro.hpp>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <exception>
#include <future>
#include <stop_token>
#include <string>
#include <vector>

#include "net/chat_client.hpp"
#include "support/clients.hpp"
#include "support/eventually.hpp"
#include "support/listener.hpp"
#include "support/scripted_server.hpp"
#include "support/server_thread.hpp"
#include "support/sockets.hpp"
#include "support/text.hpp"

namespace overlap::test {
namespace {

using net::AsyncChat;
using net::BlockingChat;
using net::ClientOptions;
using net::Target;
using namespace std::chrono_literals;

TEST_SUITE_BEGIN("chat_client");

// What came of a conversation.
struct Talk {
    std::vector<std::string> tokens;
    std::string error;

    friend bool operator==(const Talk&, const Talk&) = default;
};

std::ostream& operator<<(std::ostream& out, const Talk& talk) {
    for (const std::string& token : talk.tokens) out << "'" << token << "' ";
    return out << "(" << talk.error << ")";
}

struct BlockingTalker {
    static Talk talk(const Target& target, const ClientOptions& options = patient()) {
        BlockingChat chat(options, target, "Hello");
        Talk talk;
        while (auto token = chat.next()) talk.tokens.push_back(*token);
        CHECK_FALSE(chat.next().has_value());
        talk.error = chat.error();
        return talk;
    }
};

asio::awaitable<void> read_all(Target target, ClientOptions options, Talk& talk) {
    AsyncChat chat(co_await asio::this_coro::executor, options, target, "Hello");
    while (auto token = co_await chat.next()) talk.tokens.push_back(*token);
    const bool more = (co_await chat.next()).has_value();
    CHECK_FALSE(more);
    talk.error = chat.error();
}

struct AsyncTalker {
    static Talk talk(const Target& target, const ClientOptions& options = patient()) {
        asio::io_context loop(1);
        Talk talk;
        std::exception_ptr thrown;
        asio::co_spawn(loop, read_all(target, options, talk),
                       [&](std::exception_ptr error) { thrown = std::move(error); });
        loop.run();
        CHECK(thrown == nullptr);
        return talk;
    }
};

std::string event(const std::string& content) {
    return R"(data: {"choices":[{"index":0,"delta":{"content":")" + content +
           R"("},"finish_reason":null}]})" + "\n\n";
}

const std::string done = "data: [DONE]\n\n";

std::string chunk(const std::string& body) {
    char size[20];
    std::snprintf(size, sizeof size, "%zx", body.size());
    return std::string(size) + "\r\n" + body + "\r\n";
}

const std::string until_closed = "HTTP/1.1 200 OK\r\n\r\n";

// Reads the request and its body, sends `bytes`, closes.
ScriptedServer::Script stream_of(std::string bytes) {
    return [bytes = std::move(bytes)](int fd) {
        const std::string head = receive_request(fd);
        if (head.empty()) return;
        const std::string length = "Content-Length: ";
        std::string body(std::stoul(head.substr(head.find(length) + length.size())), ' ');
        if (receive(fd, body.data(), body.size())) send(fd, bytes);
    };
}

Talk talk_of(const std::string& bytes, auto talker) {
    ScriptedServer server(stream_of(bytes));
    return decltype(talker)::talk(server.target());
}

const std::string chat_path = "/v1/chat/completions";

TEST_CASE_TEMPLATE("every token of our server comes, in order", Talker, BlockingTalker, AsyncTalker) {
    ServerThread server;
    const Talk talk = Talker::talk(server.target(chat_path + "?tokens=4&first_ms=2&interval_ms=2"));
    CHECK(talk == Talk{{"While", " this", " answer", " is"}, ""});
    CHECK(Talker::talk(server.target(chat_path + "?tokens=1&first_ms=0&interval_ms=0")) ==
          Talk{{"While"}, ""});
    CHECK(Talker::talk(server.target(chat_path + "?tokens=1000&first_ms=0&interval_ms=0&padding=1000"))
              .tokens.size() == 1000);
    CHECK(server.counts().requests == 3);
    CHECK(server.counts().hung_up == 0);
}

TEST_CASE_TEMPLATE("a token is there before the next one is made", Talker, BlockingTalker, AsyncTalker) {
    // The second one is a minute away: only the timeout ends the wait for it, and the first is kept.
    ServerThread server;
    ClientOptions options = patient();
    options.timeout = 1s;
    const Talk talk =
        Talker::talk(server.target(chat_path + "?tokens=2&first_ms=0&interval_ms=60000"), options);
    CHECK(talk == Talk{{"While"}, "timed out after 1 token"});
    CHECK(eventually([&] { return server.counts().hung_up == 1; }));
}

TEST_CASE_TEMPLATE("a stream cut in the middle is an error, and what came is kept", Talker, BlockingTalker,
                   AsyncTalker) {
    ServerThread server;
    const std::string pace = chat_path + "?tokens=4&first_ms=0&interval_ms=1&cut=";
    CHECK(Talker::talk(server.target(pace + "1")) == Talk{{"While"}, "cut off after 1 token"});
    CHECK(Talker::talk(server.target(pace + "3")) ==
          Talk{{"While", " this", " answer"}, "cut off after 3 tokens"});
    CHECK(Talker::talk(server.target(pace + "4")).error == "cut off after 4 tokens");
    CHECK(Talker::talk(server.target(pace + "0")).error.empty());
}

TEST_CASE_TEMPLATE("a stream that ends as it should but for [DONE] was cut off", Talker, BlockingTalker,
                   AsyncTalker) {
    const Talk expected{{"a", "b"}, "cut off after 2 tokens"};
    CHECK(talk_of(chunked + chunk(event("a") + event("b")) + "0\r\n\r\n", Talker()) == expected);
    CHECK(talk_of(until_closed + event("a") + event("b"), Talker()) == expected);
    CHECK(talk_of(chunked + chunk(event("")) + "0\r\n\r\n", Talker()).error ==
          "cut off before the first token");
}

TEST_CASE_TEMPLATE("after [DONE] the stream is over, whatever follows or does not", Talker, BlockingTalker,
                   AsyncTalker) {
    const Talk expected{{"a"}, ""};
    CHECK(talk_of(chunked + chunk(event("a") + done), Talker()) == expected);
    CHECK(talk_of(chunked + chunk(event("a") + done + event("b")), Talker()) == expected);
    CHECK(talk_of(until_closed + event("a") + done, Talker()) == expected);
}

TEST_CASE_TEMPLATE("answers that are no stream are errors in a few words", Talker, BlockingTalker,
                   AsyncTalker) {
    ServerThread server;
    CHECK(Talker::talk(server.target("/json")) == Talk{{}, "HTTP 405"});
    CHECK(Talker::talk(server.target(chat_path + "?tokens=0")) == Talk{{}, "HTTP 400"});
    const auto error_of = [](const std::string& bytes) { return talk_of(bytes, Talker()).error; };
    CHECK(error_of("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok") == "not an event stream");
    CHECK(error_of("HTTP/1.1 204 No Content\r\n\r\n") == "HTTP 204");
    CHECK(error_of("HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n") == "HTTP 302");
    CHECK(error_of("HTTP/1.1 503 Busy\r\n\r\ndata: a\n\n") == "HTTP 503");
    CHECK(error_of("garbage") == "not an HTTP answer");
    CHECK(error_of("") == "connection closed");
    CHECK(error_of("HTTP/1.1 2") == "connection closed");
    CHECK(talk_of(chunked + chunk(event("a") + "data: {}\n\n" + event("b")), Talker()) ==
          Talk{{"a"}, "not a chat completion"});
    CHECK(talk_of(chunked + chunk(event("a") + "data: " + std::string(2 * 1024 * 1024, 'x')), Talker()) ==
          Talk{{"a"}, "answer too large"});
}

TEST_CASE_TEMPLATE("a server that is not there is an error, not an exception", Talker, BlockingTalker,
                   AsyncTalker) {
    CHECK(Talker::talk(net::resolve(net::parse_url(url_without_server()))) == Talk{{}, "connection refused"});
    CHECK_FALSE(Talker::talk(Target{.endpoints = {}, .authority = "nowhere", .target = "/"}).error.empty());
    const FullListener full;
    ClientOptions options = patient();
    options.connect_timeout = 50ms;
    CHECK(Talker::talk(full.target(), options) == Talk{{}, "timed out"});
}

TEST_CASE_TEMPLATE("a stream cut at any byte neither hangs nor passes for a whole one", Talker,
                   BlockingTalker, AsyncTalker) {
    const std::string whole = chunked + chunk(event("a")) + chunk(event("b") + done) + "0\r\n\r\n";
    const std::size_t end = whole.find(done) + done.size();
    const std::size_t first = whole.find("\n\n") + 2;
    const std::size_t second = whole.find("\n\n", first) + 2;
    for (const bool reset : {false, true}) {
        std::atomic<std::size_t> cut = 0;
        ScriptedServer server([&](int fd) {
            stream_of(whole.substr(0, cut))(fd);
            if (reset) reset_on_close(fd);
        });
        const Target target = server.target();
        for (; cut <= whole.size(); ++cut) {
            CAPTURE(cut);
            const Talk talk = Talker::talk(target);
            if (reset && talk.tokens.size() < 2) {
                CHECK_FALSE(talk.error.empty());  // a reset may overtake what was sent before it
                continue;
            }
            CHECK(talk.tokens.size() == (cut < first ? 0 : cut < second ? 1 : 2));
            CHECK(talk.error.empty() == (cut >= end));
        }
    }
}

TEST_CASE("the reader makes the same of a stream cut anywhere") {
    const std::string text = chunked + chunk(event("a")) + chunk(event("b") + done) + "0\r\n\r\n";
    for (std::size_t cut = 0; cut <= text.size(); ++cut) {
        net::ChatReader reader({});
        std::vector<std::string> tokens;
        for (const std::string& piece : {text.substr(0, cut), text.substr(cut)}) {
            reader.feed(piece);
            while (auto token = reader.next()) tokens.push_back(*token);
        }
        CAPTURE(cut);
        REQUIRE(tokens == std::vector<std::string>{"a", "b"});
        REQUIRE(reader.over());
        REQUIRE(reader.error().empty());
    }
}

TEST_CASE("a reader whose consumer is slow holds the server up, and loses nothing") {
    ServerThread server;
    BlockingChat chat(patient(),
                      server.target(chat_path + "?tokens=40&first_ms=0&interval_ms=1&padding=4000"), "Hello");
    CHECK(chat.next() == "While");
    Blocking(patient()).get(server.target("/delay?ms=300"));
    int tokens = 1;
    while (chat.next()) ++tokens;
    CHECK(tokens == 40);
    CHECK(chat.error().empty());
    CHECK(server.counts().stalled >= 100'000'000);
}

TEST_CASE("a stop ends a thread's wait for a token, and the server sees it hang up") {
    ServerThread server;
    std::stop_source stop;
    ClientOptions options = patient();
    options.stop = stop.get_token();
    const Target target = server.target(chat_path + "?tokens=2&first_ms=0&interval_ms=60000");
    std::promise<void> began;
    auto talk = std::async(std::launch::async, [&] {
        BlockingChat chat(options, target, "Hello");
        chat.next();
        began.set_value();
        chat.next();
        return chat.error();
    });
    began.get_future().wait();
    stop.request_stop();
    CHECK(talk.get() == "interrupted");
    CHECK(eventually([&] { return server.counts().hung_up == 1; }));
    CHECK(BlockingTalker::talk(target, options).error == "interrupted");
    CHECK(server.counts().requests == 1);
}

TEST_CASE("a stop ends a thread that is connecting") {
    const FullListener full;
    std::stop_source stop;
    ClientOptions options = patient();
    options.stop = stop.get_token();
    auto talk = std::async(std::launch::async, [&] { return BlockingTalker::talk(full.target(), options); });
    CHECK(eventually([&] { return full.somebody_connects(); }));
    stop.request_stop();
    CHECK(talk.get() == Talk{{}, "interrupted"});
}

TEST_CASE("cancelling a coroutine at any moment throws or comes too late, and closes the connection") {
    ServerThread server;
    const Target target = server.target(chat_path + "?tokens=3&first_ms=0&interval_ms=0");
    for (int round = 0; round < 60; ++round) {
        asio::io_context loop(1);
        Talk talk;
        asio::cancellation_signal signal;
        std::exception_ptr thrown;
        bool ended = false;
        asio::co_spawn(loop, read_all(target, patient(), talk),
                       asio::bind_cancellation_slot(signal.slot(), [&](std::exception_ptr error) {
                           ended = true;
                           thrown = std::move(error);
                       }));
        for (int i = 0; i < round; ++i) loop.poll_one();
        signal.emit(asio::cancellation_type::terminal);
        loop.run();
        CHECK(ended);
        if (thrown) CHECK_THROWS_AS(std::rethrow_exception(thrown), asio::system_error);
        if (!thrown) CHECK(talk.tokens.size() == 3);
    }
}

TEST_CASE("a loop that stops in the middle of streams leaves nothing behind") {
    ServerThread server;
    const Target target = server.target(chat_path + "?tokens=2&first_ms=0&interval_ms=60000");
    {
        asio::io_context loop(1);
        Talk talks[2];
        asio::co_spawn(loop, read_all(target, patient(), talks[0]), [](const std::exception_ptr&) {});
        asio::co_spawn(loop, read_all(target, patient(), talks[1]), [](const std::exception_ptr&) {});
        CHECK(eventually([&] {
            loop.poll();
            return talks[0].tokens.size() == 1 && talks[1].tokens.size() == 1;
        }));
    }
    CHECK(eventually([&] { return server.counts().hung_up == 2; }));
}

}  // namespace
}  // namespace overlap::test
