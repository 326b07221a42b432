// Chat completions: what the server answers to which request, how it carries streams, and what it counts.
#include <doctest/doctest.h>
#include <sys/socket.h>

#include <cstddef>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "net/chat.hpp"
#include "net/sse.hpp"
#include "support/eventually.hpp"
#include "support/log.hpp"
#include "support/server_thread.hpp"
#include "support/text.hpp"
#include "support/wire.hpp"
#include "timeline/units.hpp"

namespace overlap::test {
namespace {

using net::Plan;
using Json = nlohmann::json;

TEST_SUITE_BEGIN("chat");

constexpr std::string_view hello = R"([{"role": "user", "content": "Hello  there\nyou"}])";

std::string request_for(std::string_view messages, bool stream) {
    return R"({"model": "m", "messages": )" + std::string(messages) + (stream ? R"(, "stream": true})" : "}");
}

Plan plan(std::string_view query, std::string_view body = request_for(hello, true)) {
    std::mt19937_64 random(1);
    return net::plan_chat(query, body, random);
}

std::vector<Json> events_in(std::string_view text) {
    net::SseParser parser;
    parser.feed(text);
    std::vector<Json> events;
    while (const auto event = parser.next())
        events.push_back(*event == net::chat_done ? Json(*event) : Json::parse(*event));
    return events;
}

std::string post_text(const std::string& query, std::string_view body) {
    return "POST /v1/chat/completions" + query +
           " HTTP/1.1\r\nHost: test\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
           std::string(body);
}

Reply post(Wire& wire, const std::string& query, std::string_view body) {
    wire.send(post_text(query, body));
    return wire.reply();
}

void check_refused(const Plan& refused, const Json& param, std::string_view words) {
    CHECK(refused.status == 400);
    CHECK(refused.content_type == "application/json");
    CHECK(refused.delay == 0);
    const Json error = Json::parse(refused.parts.at(0)).at("error");
    CHECK(error.at("type") == "invalid_request_error");
    CHECK(error.at("param") == param);
    CHECK(error.at("code").is_null());
    CHECK(contains(error.at("message").get<std::string>(), words));
}

TEST_CASE("a stream is a role, a chunk for each token, a reason to end, and [DONE]") {
    const Plan stream = plan("tokens=3");
    CHECK(stream.status == 200);
    CHECK(stream.content_type == "text/event-stream");
    CHECK(stream.chunked);
    std::string text;
    for (const std::string& part : stream.parts) text += part;
    const std::vector<Json> events = events_in(text);
    REQUIRE(events.size() == 6);
    std::string content;
    for (std::size_t i = 0; i < 5; ++i) {
        CHECK(events[i].at("object") == "chat.completion.chunk");
        CHECK(events[i].at("id") == events[0].at("id"));
        CHECK(events[i].at("id").get<std::string>().starts_with("chatcmpl-"));
        CHECK(events[i].at("created") == events[0].at("created"));
        CHECK(events[i].at("model") == "m");
        const Json& choice = events[i].at("choices").at(0);
        CHECK(choice.at("index") == 0);
        CHECK(choice.at("finish_reason") == (i == 4 ? Json("stop") : Json()));
        CHECK(choice.at("delta").contains("role") == (i == 0));
        content += choice.at("delta").value("content", "");
    }
    CHECK(content == "While this answer");
    CHECK(events[4].at("choices").at(0).at("delta") == Json::object());
    CHECK(events[5] == "[DONE]");
}

TEST_CASE("each token is a part of its own, at the pace that the query asks for") {
    const Plan stream = plan("tokens=7&first_ms=30&interval_ms=2.5");
    CHECK(stream.parts.size() == 7);
    CHECK(stream.delay == 30 * ms);
    CHECK(stream.interval == 2'500'000);
    CHECK_FALSE(stream.cut);
    CHECK(plan("").parts.size() == 12);
    CHECK(plan("").delay == 200 * ms);
    CHECK(plan("").interval == 50 * ms);
}

TEST_CASE("padding makes every token larger by that much, and changes no text") {
    const Plan slim = plan("tokens=3");
    const Plan padded = plan("tokens=3&padding=1000");
    for (std::size_t i = 0; i < 3; ++i) CHECK(padded.parts[i].size() >= slim.parts[i].size() + 1000);
    CHECK(events_in(padded.parts[1]).at(0).at("choices") == events_in(slim.parts[1]).at(0).at("choices"));
}

TEST_CASE("a cut stream has that many tokens and no end") {
    const Plan stream = plan("tokens=5&cut=2");
    CHECK(stream.cut);
    CHECK(stream.parts.size() == 2);
    for (const std::string& part : stream.parts) CHECK_FALSE(contains(part, "[DONE]"));
    CHECK(plan("tokens=5&cut=5").cut);
    CHECK_FALSE(plan("tokens=5&cut=6").cut);
    CHECK_FALSE(plan("tokens=5&cut=0").cut);
}

TEST_CASE("without \"stream\" the whole completion comes in one object, when all of it is made") {
    for (const std::string_view stream : {"", R"(, "stream": false)", R"(, "stream": null)"}) {
        const std::string body =
            R"({"model": "m", "messages": )" + std::string(hello) + std::string(stream) + "}";
        const Plan answer = plan("tokens=3&first_ms=30&interval_ms=10", body);
        CHECK(answer.content_type == "application/json");
        CHECK_FALSE(answer.chunked);
        CHECK(answer.delay == 50 * ms);
        const Json completion = Json::parse(answer.parts.at(0));
        CHECK(completion.at("object") == "chat.completion");
        CHECK(completion.at("choices").at(0).at("message").at("role") == "assistant");
        CHECK(completion.at("choices").at(0).at("message").at("content") == "While this answer");
        CHECK(completion.at("choices").at(0).at("finish_reason") == "stop");
        CHECK(completion.at("usage").at("prompt_tokens") == 3);
        CHECK(completion.at("usage").at("completion_tokens") == 3);
        CHECK(completion.at("usage").at("total_tokens") == 6);
    }
}

TEST_CASE("a body that is no request is refused with an object that names the field") {
    for (const std::string_view body : {"", "{", "[]", "7", "\"text\"", "null", "{\"model\": \"\xff\"}"})
        check_refused(plan("", body), nullptr, "not a JSON object");
    for (const std::string_view body : {"{}", R"({"model": 7})", R"({"model": null})"})
        check_refused(plan("", body), "model", "model");
    for (const std::string_view messages :
         {"null", "7", "{}", "[]", "[7]", "[{}]", R"([{"role": "user"}])", R"([{"content": "a"}])",
          R"([{"role": 7, "content": "a"}])", R"([{"role": "user", "content": "a"}, null])"}) {
        CAPTURE(messages);
        check_refused(plan("", request_for(messages, true)), "messages", "messages must be");
    }
    check_refused(plan("", R"({"model": "m", "messages": [{"role": "user", "content": "a"}], "stream": 1})"),
                  "stream", "true or false");
}

TEST_CASE("a body nested without end is refused, and does no harm") {
    std::string deep(500'000, '[');
    check_refused(plan("", deep), nullptr, "not a JSON object");
    deep = R"({"model": "m", "messages": )" + deep + std::string(500'000, ']') + "}";
    check_refused(plan("", deep), "messages", "messages must be");
}

TEST_CASE("a pace that cannot be is refused with its limits") {
    for (const std::string_view query : {"tokens=0", "tokens=10001", "tokens=x", "tokens=", "first_ms=-1",
                                         "first_ms=nan", "first_ms=60001", "interval_ms=1e9", "padding=65537",
                                         "padding=-1", "cut=-1", "cut=10001", "tokens=10000&padding=2000"}) {
        CAPTURE(query);
        check_refused(plan(query), nullptr, "tokens 1 to 10000");
    }
    CHECK(plan("tokens=10000&padding=1000").status == 200);
}

TEST_CASE("a connection carries streams, whole completions and refusals one after the other") {
    ServerThread server;
    Wire wire(server.port());
    for (int i = 0; i < 3; ++i) {
        const Reply stream = post(wire, "?tokens=4&first_ms=1&interval_ms=1", request_for(hello, true));
        CHECK(stream.status == 200);
        CHECK(contains(stream.head, "Content-Type: text/event-stream\r\n"));
        CHECK(contains(stream.head, "Cache-Control: no-cache\r\n"));
        CHECK(events_in(stream.body).size() == 7);
        CHECK(post(wire, "?tokens=4&first_ms=0&interval_ms=0", request_for(hello, false)).status == 200);
        CHECK(post(wire, "", "{}").status == 400);
        CHECK(wire.ask("/json").status == 200);
    }
    CHECK(server.counts().connections == 1);
    CHECK(server.counts().requests == 12);
    CHECK(server.counts().bad_requests == 3);
    CHECK(server.counts().peak_in_flight == 1);
}

TEST_CASE("methods other than POST are told so, and POST elsewhere is refused as before") {
    ServerThread server;
    Wire wire(server.port());
    for (const std::string method : {"GET", "PUT", "DELETE", "OPTIONS"}) {
        wire.get("/v1/chat/completions", method);
        const Reply reply = wire.reply();
        CHECK(reply.status == 405);
        CHECK(contains(reply.head, "Allow: POST\r\n"));
    }
    wire.send("POST /json HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}");
    CHECK(wire.reply().status == 405);
    wire.send("POST /v1/chat HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}");
    CHECK(wire.reply().status == 405);
}

TEST_CASE("a body above the limit is refused before it is all there, and kept nowhere") {
    net::ServerOptions options;
    options.limits.body = 1000;
    ServerThread server(options);
    Wire wire(server.port());
    wire.send("POST /v1/chat/completions HTTP/1.1\r\nContent-Length: 1000000\r\n\r\n" +
              std::string(1001, ' '));
    CHECK(wire.reply().status == 413);
    const std::string body = request_for(hello, false);
    Wire other(server.port());
    CHECK(post(other, "?first_ms=0&interval_ms=0", body + std::string(1000 - body.size(), ' ')).status ==
          200);
}

TEST_CASE("a body may come in chunks, and byte by byte") {
    ServerThread server;
    Wire wire(server.port());
    const std::string body = request_for(hello, true);
    wire.send(
        "POST /v1/chat/completions?tokens=2&first_ms=0&interval_ms=0 HTTP/1.1\r\n"
        "Transfer-Encoding: chunked\r\n\r\n");
    for (const char byte : body) wire.send("1\r\n" + std::string(1, byte) + "\r\n");
    wire.send("0\r\n\r\n");
    CHECK(events_in(wire.reply().body).size() == 5);
}

TEST_CASE("a token goes out when it is due, whether or not there is another") {
    ServerThread server;
    Wire wire(server.port());
    wire.send(post_text("?tokens=2&first_ms=0&interval_ms=60000", request_for(hello, true)));
    CHECK(eventually([&] { return wire.readable(); }));
    CHECK(contains(wire.reply(false).head, "200 OK"));
    CHECK(eventually([&] { return wire.readable(); }));
}

TEST_CASE("the connection of a cut stream is closed in the middle of it") {
    ServerThread server;
    Wire wire(server.port());
    wire.send(post_text("?tokens=5&first_ms=1&interval_ms=1&cut=2", request_for(hello, true)));
    const std::string all = wire.read_to_end();
    CHECK(contains(all, "\"content\":\" this\""));
    CHECK_FALSE(contains(all, "\r\n0\r\n\r\n"));
    CHECK_FALSE(contains(all, "[DONE]"));
}

TEST_CASE("a client of HTTP/1.0 gets its stream without chunks") {
    ServerThread server;
    Wire wire(server.port());
    const std::string body = request_for(hello, true);
    wire.send("POST /v1/chat/completions?tokens=3&first_ms=1&interval_ms=1 HTTP/1.0\r\nContent-Length: " +
              std::to_string(body.size()) + "\r\n\r\n" + body);
    const std::string all = wire.read_to_end();
    CHECK_FALSE(contains(all, "Transfer-Encoding"));
    CHECK(events_in(all.substr(all.find("\r\n\r\n") + 4)).size() == 6);
}

TEST_CASE("a client that leaves between two tokens is seen to go, and no longer in flight") {
    Log log;
    net::ServerOptions options;
    options.log = log.writer();
    ServerThread server(options);
    Wire wire(server.port());
    wire.send(post_text("?tokens=2&first_ms=0&interval_ms=60000", request_for(hello, true)));
    CHECK(eventually([&] { return wire.readable(); }));
    wire.close();
    CHECK(eventually([&] { return server.counts().hung_up == 1; }));
    REQUIRE(eventually([&] { return log.lines().size() == 1; }));
    CHECK(contains(log.lines()[0], "hung up"));
    CHECK(Wire(server.port()).ask("/json").status == 200);
    CHECK(server.counts().peak_in_flight == 1);
}

// Reads one stream whose tokens come every millisecond, at once or only when the server has long made them
// all.
Nanoseconds stalled_by(bool late, int padding) {
    ServerThread server;
    Wire wire;
    const int small = 8 * 1024;
    ::setsockopt(wire.fd(), SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    wire.connect(server.port());
    wire.send(post_text("?tokens=50&first_ms=0&interval_ms=1&padding=" + std::to_string(padding),
                        request_for(hello, true)));
    if (late) {
        // While the server makes tokens and cannot send them, it is not done with the request.
        CHECK(eventually([&] { return wire.readable(); }));
        Wire(server.port()).ask("/delay?ms=300");
    }
    CHECK(events_in(wire.reply().body).size() == 53);
    return server.counts().stalled;
}

TEST_CASE("a client that does not read holds the server's tokens up, and the server counts for how long") {
    const Nanoseconds stalled = stalled_by(true, 2000);
    CHECK(stalled >= 100 * ms);
    CHECK(stalled < 60'000 * ms);
}

TEST_CASE("a client that reads at once holds nothing up") {
    // On a busy machine it may come late, with its small buffer full, but not time and again.
    bool ever_free = false;
    for (int i = 0; i < 10 && !ever_free; ++i) ever_free = stalled_by(false, 0) == 0;
    CHECK(ever_free);
}

TEST_CASE("answers that fit into the kernel's buffers hold nothing up, read or not") {
    ServerThread server;
    Wire wire(server.port());
    wire.send("GET /bytes/1000 HTTP/1.1\r\n\r\nGET /stream/3 HTTP/1.1\r\n\r\nGET /json HTTP/1.1\r\n\r\n");
    CHECK(eventually([&] { return server.counts().requests == 3; }));
    CHECK(wire.reply().body.size() == 1000);
    CHECK(wire.reply().status == 200);
    CHECK(wire.reply().status == 200);
    CHECK(server.counts().stalled == 0);
}

TEST_CASE("a client reads the text of a chunk, and knows what is none") {
    CHECK(net::chat_text(R"({"choices":[{"index":0,"delta":{"content":" a"},"finish_reason":null}]})") ==
          " a");
    CHECK(net::chat_text(R"({"choices":[{"delta":{"role":"assistant","content":""}}]})") == "");
    CHECK(net::chat_text(R"({"choices":[{"delta":{"content":null}}]})") == "");
    CHECK(net::chat_text(R"({"choices":[{"delta":{}}]})") == "");
    CHECK(net::chat_text(R"({"choices":[],"usage":{}})") == "");
    for (const char* text :
         {"", "text", "7", "[]", "{}", R"({"choices":7})", R"({"choices":[7]})", R"({"choices":[{}]})",
          R"({"choices":[{"delta":7}]})", R"({"error":{"message":"a"}})"})
        CHECK_FALSE(net::chat_text(text).has_value());
}

TEST_CASE("what a client asks for is what the server understands, whatever the prompt") {
    for (const std::string_view prompt : {"Hello", "\"quoted\"\n", "caf\xe9", ""}) {
        CAPTURE(prompt);
        CHECK(plan("", net::chat_request(prompt)).content_type == "text/event-stream");
    }
}

}  // namespace
}  // namespace overlap::test
