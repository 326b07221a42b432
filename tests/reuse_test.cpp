// The demo `reuse`: how many connections there are at both ends, who waits for one, and what is said of it.
#include <doctest/doctest.h>

#include <algorithm>
#include <csignal>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "demo/runner.hpp"
#include "demos/demos.hpp"
#include "render/json.hpp"
#include "support/cli.hpp"
#include "support/eventually.hpp"
#include "support/process.hpp"
#include "support/scripted_server.hpp"
#include "support/serving.hpp"
#include "support/sockets.hpp"
#include "support/text.hpp"
#include "support/timelines.hpp"
#include "timeline/metrics.hpp"
#include "timeline/units.hpp"

namespace overlap::test {
namespace {

TEST_SUITE_BEGIN("reuse");

RunOptions options_for_reuse() {
    RunOptions options{Settings(reuse.knobs)};
    options.ways.assign(std::begin(all_ways), std::end(all_ways));
    options.program = OVERLAP_BINARY;
    options.settings.set("tasks", 6);
    options.settings.set("connections", 2);
    options.settings.set("latency", 50 * ms);  // time for all to be in flight, however slowly they start
    options.settings.set("rtt", 10 * ms);
    options.workers = 6;
    return options;
}

const Run& run_of_reuse() {
    static const Run run = run_demo(reuse, options_for_reuse());
    return run;
}

std::vector<const Span*> spans_of(const WayRun& way, Phase phase, State state) {
    std::vector<const Span*> spans;
    for (const Span& span : way.timeline.spans) {
        if (way.timeline.lanes[span.lane].kind == LaneKind::task && span.phase == phase &&
            span.state == state) {
            spans.push_back(&span);
        }
    }
    return spans;
}

TEST_CASE("a new connection each, one for all, or up to as many as there may be: both ends agree") {
    const Run& run = run_of_reuse();
    REQUIRE(run.ways.size() == 9);
    struct Expected {
        Way way;
        std::string variant;
        std::int64_t connections;
        int in_flight;
    };
    const Expected expected[] = {
        {Way::sequential, "new", 6, 1},  {Way::coroutines, "new", 6, 6},  {Way::pool, "new", 6, 6},
        {Way::sequential, "one", 1, 1},  {Way::coroutines, "one", 1, 1},  {Way::pool, "one", 1, 1},
        {Way::sequential, "pool", 1, 1}, {Way::coroutines, "pool", 2, 2}, {Way::pool, "pool", 2, 2},
    };
    for (std::size_t i = 0; i < std::size(expected); ++i) {
        const WayRun& way = run.ways[i];
        CAPTURE(name_of(way.way));
        CAPTURE(way.variant);
        CHECK(way.way == expected[i].way);
        CHECK(way.variant == expected[i].variant);
        REQUIRE(way.server.has_value());
        CHECK(way.server->connections == expected[i].connections);
        CHECK(way.server->requests == 6);
        CHECK(way.server->hung_up == 0);
        const State state = way.way == Way::coroutines ? State::waiting : State::blocked;
        CHECK(spans_of(way, Phase::connect, state).size() ==
              static_cast<std::size_t>(expected[i].connections));
        CHECK(in_flight_peak(way.timeline) == expected[i].in_flight);
        CHECK(way.server->peak_in_flight <= expected[i].in_flight);
        CHECK(outcomes_of(summarize_tasks(way.timeline)).done == 6);
    }
}

TEST_CASE("opening takes a round trip, asking another") {
    for (const WayRun& way : run_of_reuse().ways) {
        for (const Nanoseconds time : times_of(way.timeline, Phase::connect)) CHECK(time >= 10 * ms);
        const State state = way.way == Way::coroutines ? State::waiting : State::blocked;
        for (const Span* span : spans_of(way, Phase::none, state)) CHECK(span->end - span->begin >= 60 * ms);
    }
}

// When those that queued had their turn, in the order of their lanes, from the begin of the first call on.
std::vector<Nanoseconds> turns_of(const WayRun& way) {
    const Nanoseconds first = std::ranges::min(way.timeline.spans, {}, &Span::begin).begin;
    std::vector<Nanoseconds> turns;
    for (const Span* span : spans_of(way, Phase::none, State::queued)) turns.push_back(span->end - first);
    return turns;
}

TEST_CASE("one connection carries one request at a time: no two calls of `one` overlap, the others queue") {
    for (const WayRun& way : run_of_reuse().ways) {
        if (way.variant != "one" || way.way == Way::sequential) continue;
        std::vector<Nanoseconds> turns = turns_of(way);
        REQUIRE(turns.size() >= 5);
        std::sort(turns.begin(), turns.end());
        // The first opens it (two round trips and the latency), each of the others takes one.
        const std::size_t before = turns.size() - 5;
        for (std::size_t i = 0; i < 5; ++i) {
            CHECK(turns[before + i] >= 70 * ms + static_cast<Nanoseconds>(i) * 60 * ms);
        }
    }
}

TEST_CASE("coroutines get their connection in the order they came") {
    for (const WayRun& way : run_of_reuse().ways) {
        if (way.way != Way::coroutines) continue;
        const std::vector<Nanoseconds> turns = turns_of(way);
        CHECK(std::is_sorted(turns.begin(), turns.end()));
    }
}

TEST_CASE("without distance there is no proxy, and the picture says how little opening takes") {
    RunOptions options = options_for_reuse();
    options.settings.set("rtt", 0);
    options.settings.set("latency", 50 * ms);
    options.ways = {Way::sequential};
    const Run run = run_demo(reuse, options);
    REQUIRE(run.ways.size() == 3);
    CHECK(run.ways[0].server->connections == 6);
    CHECK(run.ways[1].server->connections == 1);
    CHECK_FALSE(contains(run.title, "away"));
    CHECK(contains(run_of_reuse().title, "10ms away"));
}

// A run with `times` in milliseconds: when each task got its turn, had its connection, had its answer.
struct Turn {
    Nanoseconds got;
    Nanoseconds open;
    Nanoseconds done;
};
WayRun made_up(Way way, const std::string& variant, const std::vector<Turn>& turns) {
    WayRun made;
    made.way = way;
    made.variant = variant;
    made.usage.threads = way == Way::pool ? static_cast<int>(turns.size()) : 1;
    const State state = way == Way::coroutines ? State::waiting : State::blocked;
    for (std::uint32_t i = 0; i < turns.size(); ++i) {
        const Turn& turn = turns[i];
        made.timeline.lanes.push_back({.name = "Task"});
        const auto add = [&](State s, Phase phase, Nanoseconds begin, Nanoseconds end) {
            if (begin == end) return;
            made.timeline.spans.push_back(
                {.lane = i, .state = s, .phase = phase, .begin = begin * ms, .end = end * ms});
        };
        add(State::queued, Phase::none, 0, way == Way::sequential ? 0 : turn.got);
        add(state, Phase::connect, turn.got, turn.open);
        add(state, Phase::none, turn.open, turn.done);
    }
    made.makespans = {total_of(made)};
    return made;
}

Run with(std::vector<WayRun> ways) {
    Run run;
    run.demo = "reuse";
    run.ways = std::move(ways);
    return run;
}

TEST_CASE("what is said follows from the timelines") {
    const WayRun fresh = made_up(Way::sequential, "new", {{0, 20, 80}, {80, 100, 160}});
    const WayRun kept = made_up(Way::sequential, "one", {{0, 20, 80}, {80, 80, 140}});
    const WayRun one = made_up(Way::coroutines, "one", {{0, 20, 80}, {80, 80, 140}});
    const WayRun pool = made_up(Way::coroutines, "pool", {{0, 20, 80}, {0, 20, 80}, {80, 80, 140}});
    const WayRun threads = made_up(Way::pool, "pool", {{0, 20, 80}, {0, 20, 80}, {80, 80, 140}});
    CHECK(contains(why(with({fresh})), "20ms (median): 25% of the time of a call"));
    CHECK(contains(why(with({fresh, kept})),
                   "1 connection kept open did for all 2 calls: 140ms instead of 160ms"));
    CHECK(contains(why(with({one, pool})), "up to 80ms; all took 140ms, 140ms with 2 connections."));
    CHECK(contains(why(with({pool, threads})), "on 3 threads, of which at most 2 had a connection at once"));
    const WayRun near = made_up(Way::sequential, "new", {{0, 1, 1000}});
    CHECK(contains(why(with({near})), "only 1.0ms here (median), less than 1% of a call"));
    CHECK(why(with({})).empty());
}

TEST_CASE("that there is no distance, and how to have some, is said only where there is none") {
    Run run = with({made_up(Way::sequential, "new", {{0, 5, 1000}})});
    CHECK(contains(why(run), "with no distance there is little to save. --rtt 20ms adds some."));
    run.knobs = {{"rtt", "ns", 5 * ms}};
    CHECK(
        contains(why(run), "only 5.0ms here (median), less than 1% of a call: little to save, when a call"));
    CHECK_FALSE(contains(why(run), "distance"));
    run.knobs = {{"rtt", "ns", 0}};
    CHECK(contains(why(run), "with no distance"));
    run.urls = {"http://127.0.0.1:8080/"};
    CHECK(contains(why(run), "little to save, when a call takes 1"));
    CHECK_FALSE(contains(why(run), "--rtt"));
}

TEST_CASE("a server that closes its connections is said to, and nothing of keeping them") {
    const std::vector<Turn> in_turn{{0, 20, 80}, {80, 100, 160}, {160, 180, 240}};
    Run run = with({made_up(Way::sequential, "new", in_turn), made_up(Way::sequential, "one", in_turn),
                    made_up(Way::coroutines, "one", in_turn), made_up(Way::coroutines, "pool", in_turn)});
    run.knobs = {{"connections", "", 2}};
    const std::string closed = "the server closed its connections, so 3 were opened for 3 calls where 1";
    CHECK(contains(why(run), "The sequential way (one): " + closed));
    CHECK(contains(why(run), "The coroutines (one): " + closed));
    CHECK_FALSE(contains(why(run), "kept open"));
    CHECK_FALSE(contains(why(run), "queued for the connection"));
    run.ways.erase(run.ways.begin() + 1, run.ways.begin() + 3);
    CHECK(contains(why(run), "The coroutines (pool): the server closed its connections, so 3"));
    run.ways.back().way = Way::pool;
    CHECK(contains(why(run), "The thread pool (pool): the server closed its connections, so 3"));
    run.knobs = {{"connections", "", 3}};
    CHECK_FALSE(contains(why(run), "closed"));
}

TEST_CASE("a server that closes every connection: each way opens one a call, and says why") {
    ScriptedServer server([](int fd) {
        receive_request(fd);
        send(fd, "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok");
    });
    const Json document = run_as_json({"reuse", "--url", "http://" + server.target().authority + "/",
                                       "--tasks", "3", "--connections", "2"});
    const Run run = parse_run(document.dump());
    for (const WayRun& way : run.ways) {
        CHECK(times_of(way.timeline, Phase::connect).size() == 3);
        CHECK_FALSE(contains(way.caption, "kept open"));
    }
    CHECK(
        contains(why(run), "The sequential way (one): the server closed its connections, so 3 were opened"));
    CHECK_FALSE(contains(why(run), "kept open"));
}

TEST_CASE("threads are said to be held, and calls to queue for a connection, only where that was so") {
    WayRun threads = made_up(Way::pool, "pool", {{0, 20, 80}, {0, 20, 80}, {80, 80, 140}});
    threads.usage.threads = 2;
    CHECK_FALSE(contains(why(with({threads})), "held"));
    WayRun one = made_up(Way::pool, "one", {{0, 20, 80}, {80, 80, 140}});
    CHECK(contains(why(with({one})), "queued for the connection, up to 80ms"));
    one.workers = 1;
    CHECK_FALSE(contains(why(with({one})), "queued for the connection"));
}

TEST_CASE("nothing is concluded from calls that failed") {
    WayRun fresh = made_up(Way::sequential, "new", {{0, 20, 80}, {80, 100, 160}});
    fresh.timeline.spans.back().outcome = Outcome::failed;
    CHECK(why(with({fresh})).empty());
}

TEST_CASE("reuse at every width, as JSON and drawn again") {
    const Words quick{"reuse", "--tasks", "3", "--latency", "5ms", "--rtt", "5ms"};
    for (const char* width : {"40", "80", "120"}) {
        const Ended ended = run(quick + Words{"--width", width});
        check_done(ended);
        CHECK(contains(ended.out, "5ms away"));
        CHECK(contains(ended.out, "opening"));
        CHECK(contains(ended.out, "Why: Opening a connection took"));
    }
    const Json document = run_as_json(quick);
    CHECK(document["ways"].size() == 9);
    const Ended again = run(Launch{.arguments = {"render", "-"}, .input = document.dump()});
    check_done(again);
    CHECK(contains(again.out, "opening them, in all"));
}

TEST_CASE("calls to a server that is not there fail while connecting, and are drawn so") {
    const Json document = run_as_json({"reuse", "--url", "http://127.0.0.1:1/", "--tasks", "2"}, 1);
    for (const Json& way : document["ways"]) {
        for (const Json& lane : way["lanes"]) {
            if (lane["kind"] == "task") CHECK(lane["error"] == "connection refused");
        }
    }
}

TEST_CASE(
    "a server so far away that opening takes longer than --connect-timeout fails, and both knobs are named") {
    const Words far{"reuse", "--rtt", "60ms", "--tasks", "2", "--latency", "0ms", "--way", "coroutines"};
    const Ended ended = run(far + Words{"--connect-timeout", "20ms"});
    CHECK(ended.code == 1);
    CHECK(contains(ended.out, "timed out"));
    CHECK(contains(ended.out, "--connect-timeout"));
    check_done(run(far + Words{"--connect-timeout", "60s"}));
}

TEST_CASE("a foreign server's distance is its own") {
    check_refused(run({"reuse", "--url", "http://127.0.0.1:1/", "--rtt", "5ms"}), 2, {"--rtt", "--url"});
    check_refused(run({"reuse", "--connections", "0"}), 2, {"--connections", "'0'", "1"});
    const Serving serving;
    const Json document = run_as_json({"reuse", "--url", serving.url + "/json", "--tasks", "3"});
    CHECK(document["ways"].size() == 9);
}

TEST_CASE(
    "Ctrl-C ends calls that wait for an answer and calls that wait for a connection, and no child is left") {
    for (const std::string way : {"sequential", "coroutines", "pool"}) {
        Process process(
            Launch{.arguments = {"reuse", "--latency", forever, "--way", way, "--variant", "one"}});
        CHECK(eventually([&] { return children_of(process.pid()).size() == 2; }));
        const std::vector<pid_t> children = children_of(process.pid());
        process.signal(SIGINT);
        CHECK(process.wait(long_before_that).code == 130);
        for (const pid_t child : children) CHECK(ends_soon(child));
    }
}

}  // namespace
}  // namespace overlap::test
