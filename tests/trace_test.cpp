// What the server notes of each request, and how that becomes a timeline.
#include <doctest/doctest.h>

#include <chrono>
#include <mutex>
#include <string>
#include <vector>

#include "render/ascii.hpp"
#include "render/json.hpp"
#include "support/eventually.hpp"
#include "support/server_thread.hpp"
#include "support/text.hpp"
#include "support/wire.hpp"
#include "timeline/advice.hpp"
#include "timeline/metrics.hpp"
#include "timeline/units.hpp"
#include "trace/trace.hpp"

namespace overlap::test {
namespace {

TEST_SUITE_BEGIN("trace");

using net::Served;

Served::Time after(int milliseconds) {
    return Served::Time(std::chrono::hours(1)) + std::chrono::milliseconds(milliseconds);
}

// A request that was in flight from `read` to `end`, in milliseconds.
Served served(int read, int end, int status = 200, std::int64_t connection = 1) {
    return {.method = "GET",
            .target = "/json",
            .connection = connection,
            .status = status,
            .hung_up = status == 0,
            .read = after(read),
            .taken = after(read),
            .end = after(end)};
}

// The picture of all there were.
Timeline drawn(const std::vector<Served>& requests) {
    return timeline_of(requests, requests.empty() ? Served::Time{} : requests.front().read);
}

Run traced_run(const std::vector<Served>& requests) {
    Run run;
    run.demo = "trace";
    run.title = "What the server saw of: a test";
    run.traced = TracedCommand{.line = "a test", .took = 700 * ms, .before_first = 20 * ms};
    WayRun& way = run.ways.emplace_back();
    way.caption = "GET /json";
    way.timeline = drawn(requests);
    way.server = ServerCounts{.requests = static_cast<std::int64_t>(requests.size()),
                              .peak_in_flight = in_flight_peak(way.timeline),
                              .connections = 1};
    way.makespans = {makespan(way.timeline)};
    return run;
}

TEST_CASE("every request has a lane with its number, from the first request on") {
    const Timeline timeline = drawn({served(50, 250), served(250, 450)});
    REQUIRE(timeline.lanes.size() == 2);
    CHECK(timeline.lanes[0].name == "1");
    CHECK(timeline.lanes[1].name == "2");
    CHECK(timeline.lanes[1].note == "connection 1");
    REQUIRE(timeline.spans.size() == 2);
    CHECK(timeline.spans[0] == Span{.lane = 0, .state = State::at_server, .begin = 0, .end = 200 * ms});
    CHECK(timeline.spans[1] ==
          Span{.lane = 1, .state = State::at_server, .begin = 200 * ms, .end = 400 * ms});
}

TEST_CASE("time 0 is the first request of all, drawn or not") {
    const Timeline timeline = timeline_of({served(50, 60)}, after(20));
    REQUIRE(timeline.spans.size() == 1);
    CHECK(timeline.spans[0].begin == 30 * ms);
    CHECK(timeline.spans[0].end == 40 * ms);
}

TEST_CASE("where some requests are left out, it is said which are drawn") {
    Run run = traced_run({served(50, 60), served(60, 70)});
    run.traced->left_out = 3;
    run.ways[0].server->requests = 5;
    const std::vector<std::string> notes = warnings(run);
    REQUIRE(notes.size() == 1);
    CHECK(contains(notes[0], "2 of 5 requests are drawn and timed, those that ended first"));
}

TEST_CASE("the caption says how long answers are held back, and that a path may ask for more") {
    const std::vector<Served> requests{served(0, 150)};
    net::ServerOptions server;
    CHECK(caption_of(requests, server) == "GET /json: no answer is held back more than its path asks");
    server.latency = 50 * ms;
    CHECK(caption_of(requests, server) == "GET /json: every answer is held back at least 50ms");
    server.jitter = 10 * ms;
    CHECK(caption_of({}, server) == "Every answer is held back 50ms to 60ms more than its path asks");
}

TEST_CASE("a lane names what was asked for where that is not the same for all") {
    std::vector<Served> requests{served(0, 200), served(0, 200), served(0, 200)};
    requests[1].target = "/delay?ms=5";
    requests[2].method = "HEAD";
    const Timeline timeline = drawn(requests);
    CHECK(timeline.lanes[0].name == "1 /json");
    CHECK(timeline.lanes[1].name == "2 /delay?ms=5");
    CHECK(timeline.lanes[2].name == "3 HEAD /json");
}

TEST_CASE("an error, a client that hung up and a request without an end are three things") {
    std::vector<Served> requests{served(0, 10, 503), served(0, 20, 0, 2), served(0, 30, 0, 3)};
    requests[2].hung_up = false;
    const Timeline timeline = drawn(requests);
    CHECK(timeline.spans[0].outcome == Outcome::failed);
    CHECK(timeline.lanes[0].error == "HTTP 503");
    CHECK(timeline.lanes[0].note == "HTTP 503, connection 1");
    CHECK(timeline.spans[1].outcome == Outcome::cancelled);
    CHECK(timeline.lanes[1].note == "hung up, connection 2");
    CHECK(timeline.spans[2].outcome == Outcome::cancelled);
    CHECK(timeline.lanes[2].note == "unanswered, connection 3");
}

TEST_CASE("a request that queued was not in flight meanwhile, and a refused one never was") {
    std::vector<Served> requests{served(0, 200), served(0, 400), served(1, 1, 429)};
    requests[1].taken = after(200);
    requests[2].taken.reset();
    const Timeline timeline = drawn(requests);
    REQUIRE(timeline.spans.size() == 4);
    CHECK(timeline.spans[1].state == State::queued);
    CHECK(timeline.spans[2].state == State::at_server);
    CHECK(timeline.spans[3].state == State::queued);
    CHECK(timeline.spans[3].outcome == Outcome::failed);
    CHECK(in_flight_peak(timeline) == 1);
}

TEST_CASE("the verdict tells calls one at a time from calls that overlap") {
    CHECK(verdict(traced_run({served(0, 200), served(200, 400), served(401, 600)}).ways[0]) ==
          "one at a time");
    CHECK(verdict(traced_run({served(0, 200), served(1, 201), served(2, 202)}).ways[0]) ==
          "overlapped, peak 3");
    CHECK(verdict(traced_run({served(0, 200)}).ways[0]) == "one request");
    CHECK(verdict(traced_run({}).ways[0]).empty());
    // Nobody can say of these whether the client would have overlapped them.
    std::vector<Served> quick{served(0, 0), served(1, 1), served(2, 2)};
    for (Served& request : quick) request.end += std::chrono::microseconds(10);
    CHECK(verdict(traced_run(quick).ways[0]) == "answered too quickly to overlap");
}

TEST_CASE("a traced run comes back from JSON as it was, and so does its picture") {
    std::vector<Served> requests{served(0, 200), served(3, 210, 503, 2), served(5, 100, 0, 3)};
    requests[1].taken = after(90);
    Run run = traced_run(requests);
    run.traced->signal = 11;
    run.traced->left_out = 5;
    run.traced->unanswered = 1;
    const Run again = parse_run(render_json(run));
    CHECK(again == run);
    for (const int width : {40, 80, 120}) {
        const std::string picture = render_ascii(run, {.width = width});
        CHECK(render_ascii(again, {.width = width}) == picture);
        for (const std::string& line : lines_of(picture))
            CHECK(line.size() <= static_cast<std::size_t>(width));
    }
}

TEST_CASE("a traced run says nothing of the client's threads, and its legend only what it drew") {
    const std::string picture = render_ascii(traced_run({served(0, 200), served(3, 210)}), {.width = 80});
    CHECK(contains(picture, ": at the server, not answered yet"));
    CHECK(contains(picture, "overlapped, peak 2"));
    for (const std::string word : {"thread", "sequential", "never answered", "queued"}) {
        CAPTURE(word);
        CHECK_FALSE(contains(picture, word));
    }
}

TEST_CASE("a run in which nothing was called has words and no axis") {
    Run run = traced_run({});
    run.ways[0].server->connections = 0;
    CHECK_FALSE(contains(render_ascii(run, {.width = 80}), "Time:"));
    REQUIRE(warnings(run).size() == 1);
    CHECK(contains(warnings(run)[0], "never called"));
    run.ways[0].server->connections = 2;
    CHECK(contains(warnings(run)[0], "2 connections"));
    CHECK(contains(warnings(run)[0], "no request"));
}

TEST_CASE("the exit code is the command's, and others where it has none") {
    CHECK(exit_code_of({.exit_code = 3}, false) == 3);
    CHECK(exit_code_of({.signal = 11}, false) == 139);
    CHECK(exit_code_of({.signal = 15, .timed_out = true}, false) == 124);
    CHECK(exit_code_of({.exit_code = 0}, true) == 130);
}

TEST_CASE("the url stands in for its place, as often as that is there") {
    CHECK(words_with({"a", "{url}/x", "{url}{url}", "{ur"}, "http://h:1") ==
          std::vector<std::string>{"a", "http://h:1/x", "http://h:1http://h:1", "{ur"});
}

TEST_CASE("a command line is written so that it could be typed") {
    CHECK(command_line({"curl", "-s", "{url}/json"}) == "curl -s {url}/json");
    CHECK(command_line({"sh", "-c", "exit 3", ""}) == "sh -c 'exit 3' ''");
    CHECK(command_line({"it's"}) == R"('it'\''s')");
}

// Notes of the server on another thread.
class Notes {
  public:
    net::ServerOptions watching(net::ServerOptions options) {
        options.log = [this](const Served& request) {
            const std::lock_guard lock(mutex_);
            requests_.push_back(request);
        };
        return options;
    }
    std::vector<Served> requests() {
        const std::lock_guard lock(mutex_);
        return requests_;
    }
    bool are(std::size_t count) {
        return eventually([&] { return requests().size() == count; });
    }

  private:
    std::mutex mutex_;
    std::vector<Served> requests_;
};

TEST_CASE("the server notes what was asked, on which connection, and how it ended") {
    Notes notes;
    ServerThread server(notes.watching({.latency = 20 * ms}));
    Wire first(server.port());
    CHECK(first.ask("/json").status == 200);
    CHECK(first.ask("/status/503").status == 503);
    CHECK(Wire(server.port()).ask("/nowhere").status == 404);
    REQUIRE(notes.are(3));
    const std::vector<Served> requests = notes.requests();
    CHECK(requests[0].target == "/json");
    CHECK(requests[0].method == "GET");
    CHECK(requests[0].connection == 1);
    CHECK(requests[1].connection == 1);
    CHECK(requests[2].connection == 2);
    CHECK(requests[1].status == 503);
    CHECK(requests[2].status == 404);
    for (const Served& request : requests) {
        REQUIRE(request.taken.has_value());
        CHECK(request.read <= *request.taken);
        CHECK(request.end - *request.taken >= std::chrono::milliseconds(20));
        CHECK_FALSE(request.hung_up);
    }
}

TEST_CASE("the server notes who hung up, in flight, in the queue and in the middle of an answer") {
    Notes notes;
    ServerThread server(notes.watching({.max_in_flight = 1, .when_full = net::WhenFull::queue}));
    {
        Wire in_flight(server.port());
        in_flight.get("/delay?ms=60000");
        REQUIRE(eventually([&] { return server.counts().peak_in_flight == 1; }));
        Wire queued(server.port());
        queued.get("/json");
        REQUIRE(eventually([&] { return server.counts().requests == 2; }));
        queued.close();
        REQUIRE(notes.are(1));
    }
    REQUIRE(notes.are(2));
    {
        Wire wire(server.port());
        wire.get("/drip?numbytes=10000&duration=60");
        REQUIRE(eventually([&] { return wire.readable(); }));
        wire.close();
    }
    REQUIRE(notes.are(3));
    const std::vector<Served> requests = notes.requests();
    for (const Served& request : requests) {
        CHECK(request.hung_up);
        CHECK(request.status == 0);
    }
    CHECK_FALSE(requests[0].taken.has_value());
    CHECK(requests[1].taken.has_value());
}

TEST_CASE("a request that waited for its place was taken when the one before had ended") {
    Notes notes;
    ServerThread server(
        notes.watching({.latency = 50 * ms, .max_in_flight = 1, .when_full = net::WhenFull::queue}));
    Wire first(server.port());
    Wire second(server.port());
    first.get("/json");
    REQUIRE(eventually([&] { return server.counts().requests == 1; }));
    second.get("/json");
    CHECK(first.reply().status == 200);
    CHECK(second.reply().status == 200);
    REQUIRE(notes.are(2));
    const std::vector<Served> requests = notes.requests();
    CHECK(*requests[1].taken >= requests[0].end);
    CHECK(requests[1].read < requests[0].end);
    CHECK(in_flight_peak(drawn(requests)) == server.counts().peak_in_flight);
}

TEST_CASE("a refused request was never in flight") {
    Notes notes;
    ServerThread server(notes.watching({.max_in_flight = 1}));
    Wire first(server.port());
    first.get("/delay?ms=60000");
    REQUIRE(eventually([&] { return server.counts().peak_in_flight == 1; }));
    CHECK(Wire(server.port()).ask("/json").status == 429);
    REQUIRE(notes.are(1));
    CHECK(notes.requests()[0].status == 429);
    CHECK_FALSE(notes.requests()[0].taken.has_value());
}

}  // namespace
}  // namespace overlap::test
