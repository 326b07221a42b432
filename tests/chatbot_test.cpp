// The demo chatbot: the order of the stages, what both ends saw, and what Redis holds in the end.
#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <iterator>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "demo/redis_backend.hpp"
#include "demo/runner.hpp"
#include "demos/demos.hpp"
#include "net/redis_process.hpp"
#include "render/json.hpp"
#include "support/process.hpp"
#include "support/redis.hpp"
#include "support/text.hpp"
#include "timeline/advice.hpp"
#include "timeline/metrics.hpp"
#include "timeline/units.hpp"

namespace overlap::test {
namespace {

TEST_SUITE_BEGIN("chatbot");

RunOptions chatbot_run(int users, const std::string& address = "") {
    RunOptions options{Settings(chatbot.knobs)};
    options.ways.assign(std::begin(all_ways), std::end(all_ways));
    options.workers = 2;
    options.program = OVERLAP_BINARY;
    options.redis = address;
    options.settings.set("users", users);
    options.settings.set("rtt", 2 * ms);
    options.settings.set("work", 5 * ms);
    options.settings.set("main-latency", 400 * ms);
    options.settings.set("fallback-latency", 60 * ms);
    options.settings.set("main-timeout", 20'000 * ms);
    options.settings.set("tokens", 3);
    options.settings.set("interval", 5 * ms);
    return options;
}

// The stages of a task, each once, in the order it went through them.
std::vector<Phase> stages_of(const WayRun& way, const TaskSummary& task) {
    std::vector<Phase> stages;
    for (std::size_t i = task.first; i < task.last; ++i) {
        const Phase phase = way.timeline.spans[i].phase;
        if (phase != Phase::none && (stages.empty() || stages.back() != phase)) stages.push_back(phase);
    }
    return stages;
}

TEST_CASE(
    "each turn goes through all stages in order; one, all or as many as workers at once, both ends agree") {
    if (!installed_redis()) return;
    RunOptions options = chatbot_run(3);
    options.ways = {Way::sequential};
    const Run alone = run_demo(chatbot, options);
    // So late that fallback wins on the busiest machine. A thread that lost waits for it, but only once.
    options.settings.set("main-latency", 5'000 * ms);
    options.ways = {Way::coroutines, Way::pool};
    Run run = run_demo(chatbot, options);
    CHECK(contains(run.title, "A chatbot's turn for 3 users (redis-server "));
    REQUIRE(alone.ways.size() == 1);
    run.ways.insert(run.ways.begin(), alone.ways[0]);
    REQUIRE(run.ways.size() == 4);
    const char* const variants[] = {"", "inline", "offloaded", ""};
    const int in_flight[] = {1, 3, 3, 2};
    const int most_requests[] = {1, 6, 6, 6};  // a thread that lost its race still waits, beside later ones
    const int requests[] = {3, 6, 6, 6};       // the sequential way asks fallback only when main failed
    for (std::size_t i = 0; i < 4; ++i) {
        const WayRun& way = run.ways[i];
        CAPTURE(way.caption);
        CHECK(way.variant == variants[i]);
        CHECK(work_done(way));
        CHECK(in_flight_peak(way.timeline) == in_flight[i]);
        REQUIRE(way.server.has_value());
        CHECK(way.server->peak_in_flight <= most_requests[i]);
        CHECK(way.server->requests == requests[i]);
        const std::vector<TaskSummary> tasks = summarize_tasks(way.timeline);
        REQUIRE(tasks.size() == 3);
        for (const TaskSummary& task : tasks) {
            CHECK(stages_of(way, task) ==
                  std::vector<Phase>(std::begin(chatbot_stages), std::end(chatbot_stages)));
            CHECK(way.timeline.lanes[task.lane].note == (i == 0 ? "main" : "fallback"));
        }
        for (const Nanoseconds time : stage_times(way.timeline, Phase::model)) CHECK(time >= 60 * ms);
    }
    CHECK(run.ways[1].server->hung_up == 3);  // the losers were cancelled
    CHECK(run.ways[1].usage.threads == 1);
    CHECK(run.ways[3].usage.threads == 6);  // two workers, and two for each of their races
    const std::vector<std::string> why = explain(run);
    REQUIRE(why.size() >= 3);  // of the formatting only where it held up the loop: see below
    CHECK(contains(why[0], "The stage that costs a user most"));
    CHECK(contains(why[0], "model"));
    CHECK(contains(why.back(), "won 0 of 3 times; the server saw 3 losers hang up"));
    CHECK(parse_run(render_json(run)) == run);
}

TEST_CASE("time queued for a thread is part of the stage, and of the turn it is compared with") {
    Run run;
    run.demo = "chatbot";
    WayRun way;
    way.way = Way::coroutines;
    way.variant = "offloaded";
    way.timeline.lanes = {{.name = "User1"}};
    way.timeline.spans = {
        {.state = State::queued, .phase = Phase::format, .begin = 0, .end = 400 * ms},
        {.state = State::running, .phase = Phase::format, .begin = 400 * ms, .end = 500 * ms},
        {.state = State::waiting, .phase = Phase::model, .begin = 500 * ms, .end = 600 * ms}};
    way.makespans = {600 * ms};
    run.ways = {way};
    CHECK(explain(run) == std::vector<std::string>{"The stage that costs a user most is format (medians): "
                                                   "500ms of 600ms in the coroutines (offloaded)."});
    run.ways[0].timeline.spans[2].outcome = Outcome::failed;
    CHECK(explain(run).empty());
}

// Two users in one turn of the loop, which makes up to 100ms of lag.
Run lagging(Nanoseconds format, Nanoseconds lag) {
    WayRun way;
    way.way = Way::coroutines;
    way.variant = "inline";
    way.timeline.lanes = {{.name = "User1"}, {.name = "User2"}, {.name = "Loop", .kind = LaneKind::loop}};
    way.timeline.spans = {
        {.lane = 0, .state = State::running, .phase = Phase::format, .begin = 0, .end = format},
        {.lane = 1,
         .state = State::running,
         .phase = Phase::format,
         .begin = 50 * ms,
         .end = 50 * ms + format},
        {.lane = 2, .state = State::running, .begin = 0, .end = 100 * ms}};
    way.heartbeat = Heartbeat{.beats = 9, .worst_lag = lag};
    way.makespans = {100 * ms};
    Run run;
    run.demo = "chatbot";
    run.ways = {way};
    return run;
}

TEST_CASE("formatting is blamed for the lag that it made, and for no other") {
    const auto blamed = [](const Run& run) {
        const std::vector<std::string> why = explain(run);
        return std::any_of(why.begin(), why.end(), [](const std::string& sentence) {
            return contains(sentence,
                            "With the formatting on the loop, a timer of 1ms came up to 100ms late");
        });
    };
    CHECK(blamed(lagging(50 * ms, 100 * ms)));
    CHECK(blamed(lagging(30 * ms, 100 * ms)));  // of both users together, which nothing came between
    CHECK_FALSE(blamed(lagging(20 * ms, 100 * ms)));
    CHECK_FALSE(blamed(lagging(0, 100 * ms)));
    Run apart = lagging(30 * ms, 100 * ms);  // in two turns of the loop: a timer could be in time between
    apart.ways[0].timeline.spans[2].end = 40 * ms;
    apart.ways[0].timeline.spans.push_back(
        {.lane = 2, .state = State::running, .begin = 45 * ms, .end = 100 * ms});
    CHECK_FALSE(blamed(apart));
}

TEST_CASE("what the sequential way will take counts main until it is given up, and then fallback") {
    const auto takes = [](Nanoseconds main, Nanoseconds limit, bool fails) {
        Settings settings(chatbot.knobs);
        settings.set("users", 1);
        settings.set("rtt", 0);
        settings.set("work", 0);
        settings.set("interval", 0);
        settings.set("main-latency", main);
        settings.set("main-timeout", limit);
        settings.set("main-fails", fails ? 1 : 0);
        settings.set("fallback-latency", 7 * ms);
        return chatbot.sequential_time(settings);
    };
    CHECK(takes(20 * ms, 50 * ms, false) == 20 * ms);
    CHECK(takes(20 * ms, 50 * ms, true) == 27 * ms);
    CHECK(takes(50 * ms, 50 * ms, false) == 57 * ms);
    CHECK(takes(60'000 * ms, 50 * ms, false) == 57 * ms);
    CHECK(takes(60'000 * ms, 50 * ms, true) == 57 * ms);
}

TEST_CASE("on the command line: a main that is given up soon is no long wait to be warned of") {
    Process process({.arguments = {"chatbot", "--users", "1", "--way", "sequential", "--main-latency", "60s",
                                   "--main-timeout", "50ms"}});
    const Ended ended = process.wait();
    CHECK(ended.code == 0);
    CHECK_FALSE(contains(ended.err, "will take about"));
}

TEST_CASE("main that fails: the sequential way asks fallback then, a race has fallback's answer") {
    if (!installed_redis()) return;
    RunOptions options = chatbot_run(2);
    options.settings.set("main-fails", 1);
    const Run run = run_demo(chatbot, options);
    REQUIRE(run.ways.size() == 4);
    for (const WayRun& way : run.ways) {
        CAPTURE(way.caption);
        CHECK(work_done(way));
        CHECK(way.server->requests == 4);
        for (const Lane& lane : way.timeline.lanes) {
            if (lane.kind == LaneKind::task) CHECK(lane.note == "fallback");
        }
    }
    const std::vector<Nanoseconds> waited = stage_times(run.ways[0].timeline, Phase::model);
    REQUIRE(waited.size() == 2);
    CHECK(waited.front() >= 460 * ms);  // for main's failure, and then for fallback
}

TEST_CASE("main that is late is given up by the sequential way at its timeout") {
    if (!installed_redis()) return;
    RunOptions options = chatbot_run(1);
    options.ways = {Way::sequential};
    options.settings.set("main-latency", 30'000 * ms);
    options.settings.set("main-timeout", 50 * ms);
    const Run run = run_demo(chatbot, options);
    REQUIRE(run.ways.size() == 1);
    CHECK(work_done(run.ways[0]));
    CHECK(run.ways[0].timeline.lanes[0].note == "fallback");
    CHECK(run.ways[0].server->hung_up == 1);
}

TEST_CASE("when both models fail, so do the turns, and nothing is saved") {
    const std::optional<std::string> program = installed_redis();
    if (!program) return;
    const net::RedisProcess server(*program);
    BlockingRedisClient client(at(server.port()));
    RunOptions options = chatbot_run(2, server.address());
    options.settings.set("main-fails", 1);
    options.settings.set("fallback-fails", 1);
    options.observer.way_ends = [&] {
        CHECK(client.command({"LLEN", conversation_key(0)}).reply.integer ==
              static_cast<std::int64_t>(conversation(0).size()));
    };
    const Run run = run_demo(chatbot, options);
    REQUIRE(run.ways.size() == 4);
    for (const WayRun& way : run.ways) {
        CAPTURE(way.caption);
        CHECK_FALSE(work_done(way));
        CHECK(outcomes_of(summarize_tasks(way.timeline)).failed == 2);
        CHECK(contains(way.timeline.lanes[0].error, "HTTP 503"));
    }
    CHECK(explain(run).empty());  // nothing was done, so nothing is said of it
}

TEST_CASE("what was saved is in Redis after each way, and nothing of ours after the run") {
    const std::optional<std::string> program = installed_redis();
    if (!program) return;
    const net::RedisProcess server(*program);
    BlockingRedisClient client(at(server.port()));
    client.command({"SET", "mine", "1"});
    RunOptions options = chatbot_run(2, server.address());
    int ways = 0;
    options.observer.way_ends = [&] {
        ++ways;
        for (int id = 0; id < 2; ++id) {
            const net::RedisReply reply = client.command({"LRANGE", conversation_key(id), "0", "-1"}).reply;
            const std::size_t before = conversation(id).size();
            REQUIRE(reply.items.size() == before + 2);
            CHECK(reply.items[before].text.starts_with("user: "));
            CHECK(reply.items[before + 1].text == "assistant: While this answer");   // its three tokens
            CHECK(client.command({"TTL", conversation_key(id)}).reply.integer > 0);  // should we be killed
        }
    };
    const Run run = run_demo(chatbot, options);
    CHECK(ways == 4);
    for (const WayRun& way : run.ways) CHECK(work_done(way));
    CHECK(client.command({"KEYS", "*"}).reply == array({text("mine")}));
}

TEST_CASE("a history that does not hold what was saved fails its user, and only that one") {
    const std::optional<std::string> program = installed_redis();
    if (!program) return;
    const net::RedisProcess server(*program);
    BlockingRedisClient client(at(server.port()));
    RunOptions options = chatbot_run(2, server.address());
    options.ways = {Way::coroutines};
    options.settings.set("interval", 300 * ms);
    std::jthread meddler;
    options.observer.way_begins = [&](const Variant&, int, int, const std::atomic<int>&) {
        // While the answer streams: the history was read, and the answer is not saved yet.
        meddler = std::jthread([&] {
            std::this_thread::sleep_for(std::chrono::milliseconds(350));
            client.command({"LPUSH", conversation_key(1), "not from us"});
        });
    };
    options.observer.way_ends = [&] { meddler.join(); };
    const Run run = run_demo(chatbot, options);
    for (const WayRun& way : run.ways) {
        CHECK(way.timeline.lanes[0].error.empty());
        CHECK_FALSE(way.timeline.lanes[1].error.empty());
        CHECK(outcomes_of(summarize_tasks(way.timeline)).failed == 1);
    }
}

TEST_CASE("where redis-server is not installed, that is said, and our stand-in does the same") {
    std::string notice;
    RunOptions options = chatbot_run(2);
    options.observer.notice = [&](const std::string& sentence) { notice = sentence; };
    const std::string path = std::getenv("PATH");
    ::setenv("PATH", "/nonexistent", 1);
    const Run run = run_demo(chatbot, options);
    ::setenv("PATH", path.c_str(), 1);
    CHECK(contains(notice, "redis-server is not installed"));
    CHECK(contains(run.title, ", three ways (our stand-in, not Redis, 2ms away)"));
    REQUIRE(run.ways.size() == 4);
    for (const WayRun& way : run.ways) CHECK(work_done(way));
}

TEST_CASE("on the command line: Ctrl-C leaves no key and no child") {
    const std::optional<std::string> program = installed_redis();
    if (!program) return;
    const net::RedisProcess server(*program);
    BlockingRedisClient client(at(server.port()));
    for (const std::string way : {"sequential", "coroutines", "pool"}) {
        CAPTURE(way);
        Process process({.arguments = {"chatbot", "--redis", server.address(), "--way", way, "--main-latency",
                                       "30s", "--fallback-latency", "30s", "--main-timeout", "20s"},
                         .terminal = true});
        process.read_until(": task");
        const std::vector<pid_t> children = children_of(process.pid());
        CHECK(children.size() == 2);  // the HTTP server and the proxy
        process.type("\x03");
        CHECK(process.wait().code == 130);
        for (const pid_t child : children) CHECK(ends_soon(child));
        CHECK(client.command({"KEYS", "*"}).reply == array({}));
    }
}

}  // namespace
}  // namespace overlap::test
