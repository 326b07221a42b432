#include <doctest/doctest.h>

#include <cstdint>
#include <numeric>
#include <random>
#include <string>
#include <string_view>

#include "net/http_routes.hpp"
#include "support/text.hpp"
#include "timeline/units.hpp"

TEST_SUITE_BEGIN("routes");

namespace overlap::net {
namespace {

using test::contains;
constexpr Nanoseconds s = 1000 * ms;

Plan get(std::string_view target) {
    std::mt19937_64 random(1);
    return plan_answer("GET", target, "", random);
}

std::string body(const Plan& plan) {
    return std::accumulate(plan.parts.begin(), plan.parts.end(), std::string());
}

// Rejected, with a sentence that names the limits.
void check_rejected(std::string_view target, std::string_view sentence) {
    CAPTURE(target);
    const Plan plan = get(target);
    CHECK(plan.status == 400);
    CHECK(plan.delay == 0);
    CHECK(contains(body(plan), sentence));
}

TEST_CASE("/ lists every path") {
    const Plan plan = get("/");
    CHECK(plan.status == 200);
    CHECK(plan.content_type == "text/plain");
    for (const std::string path : {"/delay/", "/delay?ms=", "/status/", "/bytes/", "/stream/", "/drip?",
                                   "/json", "/v1/chat/completions"}) {
        CAPTURE(path);
        CHECK(contains(body(plan), path));
    }
}

TEST_CASE("/json is a small document, with or without a query") {
    for (const std::string target : {"/json", "/json?", "/json?a=b"}) {
        const Plan plan = get(target);
        CHECK(plan.status == 200);
        CHECK(plan.content_type == "application/json");
        CHECK(body(plan).starts_with("{\"conversation\""));
        CHECK(plan.delay == 0);
        CHECK_FALSE(plan.chunked);
    }
}

TEST_CASE("/delay waits for seconds or milliseconds, whole or not") {
    CHECK(get("/delay/2").delay == 2 * s);
    CHECK(get("/delay/0.25").delay == 250 * ms);
    CHECK(get("/delay/0").delay == 0);
    CHECK(get("/delay/60").delay == 60 * s);
    CHECK(get("/delay?ms=200").delay == 200 * ms);
    CHECK(get("/delay?ms=0.5").delay == ms / 2);
    CHECK(get("/delay?ms=60000").delay == 60 * s);
    CHECK(get("/delay?other=1&ms=7").delay == 7 * ms);
    CHECK(get("/delay?ms=7&ms=8").delay == 7 * ms);
    CHECK(get("/delay?ms=7").status == 200);
    CHECK(get("/delay?ms=7&code=503").status == 503);
    CHECK(get("/delay?ms=7&code=503").delay == 7 * ms);
    CHECK(get("/delay/1?code=404").status == 404);
    CHECK(get("/delay/1?code=204").parts.empty());
}

TEST_CASE("/delay takes a status, and nothing but a status") {
    for (const char* target : {"/delay?ms=1&code=1", "/delay?ms=1&code=600", "/delay/1?code=x"})
        check_rejected(target, "the code must be a number from 200 to 599");
}

TEST_CASE("/delay takes nothing but numbers from 0 to 60 seconds") {
    for (const std::string target :
         {"/delay",          "/delay?",        "/delay?ms",     "/delay?ms=",
          "/delay?ms=60001", "/delay?ms=-1",   "/delay?ms=1x",  "/delay?ms=nan",
          "/delay?ms=inf",   "/delay?ms=1e99", "/delay?ms=%31", "/delay?milliseconds=5",
          "/delay?msx=5",    "/delay/",        "/delay/60.001", "/delay/-1",
          "/delay/x",        "/delay/1/2",     "/delay/ 1",     "/delay/nan",
          "/delay/+1",       "/delay/0x1"}) {
        check_rejected(target, "60 seconds at most");
    }
}

TEST_CASE("/status answers with any code from 200 to 599 and an empty body") {
    for (const int code : {200, 204, 299, 304, 404, 418, 429, 503, 599}) {
        const Plan plan = get("/status/" + std::to_string(code));
        CHECK(plan.status == code);
        CHECK(body(plan).empty());
    }
    for (const std::string target :
         {"/status/", "/status/199", "/status/600", "/status/100", "/status/-200", "/status/2e2",
          "/status/200x", "/status/200/", "/status/99999999999999999999"}) {
        check_rejected(target, "200 to 599");
    }
}

TEST_CASE("/bytes gives that many bytes, the same for the same seed") {
    CHECK(body(get("/bytes/0")).empty());
    CHECK(body(get("/bytes/1")).size() == 1);
    CHECK(body(get("/bytes/10485760")).size() == 10'485'760);
    CHECK(get("/bytes/5").content_type == "application/octet-stream");
    CHECK(body(get("/bytes/100")) == body(get("/bytes/100")));

    std::mt19937_64 random(1);
    const std::string first = body(plan_answer("GET", "/bytes/100", "", random));
    CHECK(first == body(get("/bytes/100")));
    CHECK(first != body(plan_answer("GET", "/bytes/100", "", random)));

    for (const std::string target : {"/bytes/", "/bytes/-1", "/bytes/10485761", "/bytes/1.5", "/bytes/x",
                                     "/bytes/99999999999999999999"}) {
        check_rejected(target, "0 to 10485760");
    }
}

TEST_CASE("/stream gives that many lines of JSON in chunks") {
    const Plan plan = get("/stream/3");
    CHECK(plan.status == 200);
    CHECK(plan.chunked);
    CHECK(plan.content_type == "application/json");
    CHECK(plan.parts == std::vector<std::string>{"{\"id\": 0}\n", "{\"id\": 1}\n", "{\"id\": 2}\n"});
    CHECK(get("/stream/0").parts.empty());
    CHECK(get("/stream/100").parts.size() == 100);
    for (const std::string target : {"/stream/", "/stream/101", "/stream/-1", "/stream/x"}) {
        check_rejected(target, "0 to 100");
    }
}

TEST_CASE("/drip spreads its bytes over the duration") {
    const Plan plan = get("/drip?numbytes=4&duration=2&delay=0.5&code=201");
    CHECK(plan.status == 201);
    CHECK(plan.delay == s / 2);
    CHECK(plan.interval == s / 2);
    CHECK(plan.parts.size() == 4);
    CHECK(body(plan) == "****");
    CHECK_FALSE(plan.chunked);

    const Plan usual = get("/drip");
    CHECK(usual.status == 200);
    CHECK(usual.delay == 0);
    CHECK(usual.interval == 200 * ms);
    CHECK(body(usual) == std::string(10, '*'));

    CHECK(get("/drip?duration=0").interval == 0);
    CHECK(body(get("/drip?numbytes=10000")).size() == 10'000);
    CHECK(body(get("/drip?code=204")).empty());
}

TEST_CASE("/drip takes nothing out of range") {
    for (const std::string query :
         {"numbytes=0", "numbytes=10001", "numbytes=-1", "numbytes=x", "numbytes=", "numbytes", "duration=-1",
          "duration=61", "duration=x", "delay=-1", "delay=61", "delay=nan", "code=199", "code=600", "code=x",
          "numbytes=5&duration=1&delay=0&code=1"}) {
        check_rejected(std::string("/drip?") + query, "drip takes");
    }
}

TEST_CASE("other paths are 404") {
    for (const std::string target : {"/nothing", "/json/", "//json", "/JSON", "/delays", "/status", "/bytes",
                                     "/stream", "json", "*", "/drip/", "/%6ason", "/index.html"}) {
        CAPTURE(target);
        CHECK(get(target).status == 404);
    }
}

TEST_CASE("other methods are 405 and are told which are allowed") {
    std::mt19937_64 random(1);
    for (const std::string method : {"POST", "PUT", "DELETE", "OPTIONS", "CONNECT", "PATCH", "get", ""}) {
        CAPTURE(method);
        const Plan plan = plan_answer(method, "/json", "", random);
        CHECK(plan.status == 405);
        CHECK(contains(head_of(plan, true, ""), "\r\nAllow: GET, HEAD\r\n"));
    }
    // Before the path is looked at.
    CHECK(plan_answer("POST", "/nothing", "", random).status == 405);
}

TEST_CASE("a proxy's form of the target means the same") {
    CHECK(get("http://127.0.0.1:8080/delay?ms=3").delay == 3 * ms);
    CHECK(get("http://a/status/503").status == 503);
    CHECK(get("http://a/").status == 200);
    CHECK(get("http://a/nothing").status == 404);
}

TEST_CASE("a proxy's form without a path means /") {
    // RFC 9110, section 4.2.3: an empty path is the same as "/".
    CHECK(body(get("http://a")) == body(get("/")));
    CHECK(body(get("http://a?to=/json")) == body(get("/")));
}

TEST_CASE("HEAD is planned as GET is, so that its header tells the same") {
    for (const std::string target :
         {"/", "/json", "/bytes/50", "/stream/3", "/drip?numbytes=3", "/delay?ms=5", "/nothing"}) {
        CAPTURE(target);
        std::mt19937_64 random(1);
        const Plan head = plan_answer("HEAD", target, "", random);
        const Plan plan = get(target);
        CHECK(head_of(head, true, "now") == head_of(plan, true, "now"));
        CHECK(head.delay == plan.delay);
    }
}

TEST_CASE("a header has its status line, its length and a blank line at the end") {
    CHECK(head_of(get("/status/200"), true, "Sun, 06 Nov 1994 08:49:37 GMT") ==
          "HTTP/1.1 200 OK\r\n"
          "Server: overlap\r\n"
          "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
          "Connection: keep-alive\r\n"
          "Content-Type: text/plain\r\n"
          "Content-Length: 0\r\n\r\n");
    CHECK(contains(head_of(get("/status/200"), false, ""), "\r\nConnection: close\r\n"));
    CHECK(contains(head_of(get("/bytes/123"), true, ""), "\r\nContent-Length: 123\r\n"));
    CHECK(contains(head_of(get("/drip?numbytes=7"), true, ""), "\r\nContent-Length: 7\r\n"));
}

TEST_CASE("a chunked answer gives no length") {
    const std::string head = head_of(get("/stream/2"), true, "");
    CHECK(contains(head, "\r\nTransfer-Encoding: chunked\r\n"));
    CHECK_FALSE(contains(head, "Content-Length"));
    CHECK(head.ends_with("\r\n\r\n"));
}

TEST_CASE("204 and 304 say nothing about a body") {
    for (const std::string target : {"/status/204", "/status/304", "/drip?code=204"}) {
        CAPTURE(target);
        const Plan plan = get(target);
        const std::string head = head_of(plan, true, "");
        CHECK(body(plan).empty());
        CHECK_FALSE(contains(head, "Content-"));
        CHECK_FALSE(contains(head, "Transfer-Encoding"));
        CHECK(head.ends_with("\r\n\r\n"));
    }
}

TEST_CASE("a status line has a reason, also where the code has no name") {
    CHECK(reason_phrase(200) == "OK");
    CHECK(reason_phrase(404) == "Not Found");
    CHECK(reason_phrase(429) == "Too Many Requests");
    CHECK(reason_phrase(431) == "Request Header Fields Too Large");
    CHECK(reason_phrase(503) == "Service Unavailable");
    CHECK(reason_phrase(599) == "Status");
    CHECK(head_of(get("/status/599"), true, "").starts_with("HTTP/1.1 599 Status\r\n"));
}

TEST_CASE("an error says what went wrong in one line") {
    const Plan plan = plan_error(503, "no more");
    CHECK(plan.status == 503);
    CHECK(plan.content_type == "text/plain");
    CHECK(body(plan) == "no more\n");
    CHECK(plan.extra_header.empty());
}

TEST_CASE("no target makes the planner fail") {
    std::mt19937_64 random(3);
    const std::string_view pieces[] = {
        "/",   "delay",    "status",   "bytes", "stream", "drip", "json", "?", "&", "=",  "ms",   "1",
        "0.5", "numbytes", "duration", "code",  "http:",  "//",   "%00",  "-", "e", "99", "\xff", ":"};
    for (int round = 0; round < 5000; ++round) {
        std::string target = round % 2 == 0 ? "/" : "";
        for (std::uint64_t count = random() % 10; count > 0; --count)
            target += pieces[random() % std::size(pieces)];
        CAPTURE(target);
        const Plan plan = plan_answer("GET", target, "", random);
        CHECK(plan.status >= 200);
        CHECK(plan.status <= 599);
        CHECK(plan.delay >= 0);
        CHECK(plan.delay <= 60 * s);
        CHECK(plan.interval >= 0);
        CHECK(body(plan).size() <= 10'485'760);
    }
}

}  // namespace
}  // namespace overlap::net
