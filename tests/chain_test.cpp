#include <doctest/doctest.h>

#include <algorithm>
#include <iterator>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "demo/runner.hpp"
#include "demos/demos.hpp"
#include "support/server_thread.hpp"
#include "support/text.hpp"
#include "timeline/advice.hpp"
#include "timeline/metrics.hpp"
#include "timeline/units.hpp"

namespace overlap {
namespace {

TEST_SUITE_BEGIN("chain");

using test::contains;

RunOptions options_of(std::int64_t users) {
    RunOptions options{Settings(chain.knobs)};
    options.ways.assign(std::begin(all_ways), std::end(all_ways));
    options.workers = 2;
    options.program = OVERLAP_BINARY;
    options.settings.set("users", users);
    options.settings.set("user-latency", 100 * ms);
    options.settings.set("posts-latency", 50 * ms);
    return options;
}

TEST_CASE(
    "awaiting in turn has one chain under way, gather all of them, a pool one a worker; both ends agree") {
    const Run run = run_demo(chain, options_of(5));
    REQUIRE(run.ways.size() == 4);
    const char* const variants[] = {"", "naive", "gather", ""};
    const int expected[] = {1, 1, 5, 2};
    for (std::size_t i = 0; i < 4; ++i) {
        const WayRun& way = run.ways[i];
        CAPTURE(way.caption);
        CHECK(way.variant == variants[i]);
        CHECK(in_flight_peak(way.timeline) == expected[i]);
        REQUIRE(way.server.has_value());
        CHECK(way.server->peak_in_flight == expected[i]);
        CHECK(way.server->requests == 10);
        CHECK(work_done(way));
    }
    CHECK(run.ways[1].usage.threads == 1);
    CHECK(run.ways[2].usage.threads == 1);
}

TEST_CASE("each chain asks for the user and then, without a gap, for the posts") {
    const Run run = run_demo(chain, options_of(4));
    for (const WayRun& way : run.ways) {
        CAPTURE(way.caption);
        for (const TaskSummary& task : summarize_tasks(way.timeline)) {
            std::vector<Span> calls;
            for (std::size_t i = task.first; i < task.last; ++i) {
                const Span& span = way.timeline.spans[i];
                if (span.state != State::queued) calls.push_back(span);
            }
            REQUIRE(calls.size() == 2);
            CHECK(calls[0].phase == Phase::user);
            CHECK(calls[1].phase == Phase::posts);
            CHECK(calls[0].end == calls[1].begin);
            CHECK(calls[0].end - calls[0].begin >= 100 * ms);
            CHECK(calls[1].end - calls[1].begin >= 50 * ms);
        }
    }
}

// The server's view: a user's posts are never asked for before that user was answered.
TEST_CASE("no request for posts reaches the server before that user's answer has left it") {
    std::mutex mutex;
    std::vector<std::string> answered;  // the log has a line for each answer, in order, as it is sent
    test::ServerThread server({.log = [&](const net::Served& request) {
        const std::lock_guard lock(mutex);
        answered.push_back(net::log_line(request));
    }});
    RunOptions options = options_of(6);
    options.urls = {server.url("/")};
    options.settings.set("user-latency", 20 * ms);
    options.settings.set("posts-latency",
                         0);  // answered as soon as it is read: logged in the order of arrival
    const Run run = run_demo(chain, options);
    std::set<std::string> known;
    int posts = 0;
    for (const std::string& line : answered) {
        const auto after = [&](const std::string& word) {
            const std::size_t at = line.find(word);
            return at == std::string::npos
                       ? ""
                       : line.substr(at + word.size(), line.find(' ', at) - at - word.size());
        };
        if (const std::string user = after("&user="); !user.empty()) known.insert(user);
        if (const std::string user = after("&posts="); !user.empty()) {
            ++posts;
            CHECK(known.erase(user) == 1);  // once for each time the user was answered
        }
    }
    CHECK(posts == 6 * 4);
    CHECK(known.empty());
}

TEST_CASE("a chain whose user fails asks for no posts; the others go on") {
    RunOptions options = options_of(20);
    options.settings.set("user-latency", 1 * ms);
    options.settings.set("posts-latency", 1 * ms);
    options.settings.set("fail-rate", 300'000);
    const Run run = run_demo(chain, options);
    for (const WayRun& way : run.ways) {
        CAPTURE(way.caption);
        std::int64_t calls = 0;
        std::int64_t failed = 0;
        for (const Span& span : way.timeline.spans) {
            if (span.phase == Phase::none) continue;
            ++calls;
            if (span.outcome == Outcome::failed) ++failed;
        }
        CHECK(failed > 0);
        CHECK(failed < 20);
        CHECK(way.server->requests == calls);
        CHECK(way.server->failed == failed);
        CHECK(outcomes_of(summarize_tasks(way.timeline)).failed == static_cast<std::size_t>(failed));
        for (const Lane& lane : way.timeline.lanes) {
            const bool named =
                lane.error.empty() || lane.error == "user: HTTP 503" || lane.error == "posts: HTTP 503";
            CHECK_MESSAGE(named, lane.error);
        }
    }
}

TEST_CASE("only the variants that are asked for are run") {
    RunOptions options = options_of(2);
    options.ways = {Way::coroutines};
    options.variants = {"naive"};
    const Run run = run_demo(chain, options);
    REQUIRE(run.ways.size() == 1);
    CHECK(run.ways[0].variant == "naive");
}

// A chain [begin, middle) for the user, [middle, end) for the posts.
struct Times {
    Nanoseconds begin, middle, end;
};

WayRun way_of(Way way, std::string variant, const std::vector<Times>& chains) {
    WayRun run{.way = way, .variant = std::move(variant)};
    for (std::uint32_t i = 0; i < chains.size(); ++i) {
        const Times& times = chains[i];
        run.timeline.lanes.push_back({.name = "User" + std::to_string(i + 1)});
        run.timeline.spans.push_back({.lane = i,
                                      .state = State::waiting,
                                      .phase = Phase::user,
                                      .begin = times.begin * ms,
                                      .end = times.middle * ms});
        run.timeline.spans.push_back({.lane = i,
                                      .state = State::waiting,
                                      .phase = Phase::posts,
                                      .begin = times.middle * ms,
                                      .end = times.end * ms});
    }
    run.usage.threads = 1;
    return run;
}

std::string why_of_chain(std::vector<WayRun> ways) {
    Run run;
    run.demo = "chain";
    run.ways = std::move(ways);
    std::string text;
    for (const std::string& sentence : explain(run)) text += sentence + " ";
    return text;
}

TEST_CASE("the critical path is the longest chain, and what the naive way lost is measured against gather") {
    const WayRun naive = way_of(Way::coroutines, "naive", {{0, 100, 150}, {150, 400, 500}});
    const WayRun gather = way_of(Way::coroutines, "gather", {{0, 100, 150}, {0, 250, 350}});
    const std::string text = why_of_chain({naive, gather});
    CHECK(
        contains(text, "longest chain: User2 waited 250ms for the user and then 100ms for the posts, 350ms"));
    CHECK(contains(text, "up to 2 chains under way at once: all 2 took 350ms"));
    CHECK(contains(text, "(naive) took 500ms, 150ms longer, with 1 under way at a time"));
    CHECK_FALSE(contains(text, "sequential"));
}

TEST_CASE("no time is called lost where none was, and nothing is said of ways that did not finish") {
    const WayRun naive = way_of(Way::coroutines, "naive", {{0, 100, 150}});
    WayRun gather = way_of(Way::coroutines, "gather", {{0, 100, 150}});
    CHECK_FALSE(contains(why_of_chain({naive, gather}), "longer"));
    gather.timeline.spans[1].outcome = Outcome::failed;
    CHECK(why_of_chain({naive, gather}).empty());
}

}  // namespace
}  // namespace overlap
