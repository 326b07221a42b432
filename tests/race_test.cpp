#include <doctest/doctest.h>

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "demo/runner.hpp"
#include "demos/demos.hpp"
#include "support/cli.hpp"
#include "support/stopped_run.hpp"
#include "support/text.hpp"
#include "support/timelines.hpp"
#include "timeline/metrics.hpp"
#include "timeline/units.hpp"

namespace overlap {
namespace {

TEST_SUITE_BEGIN("race");

using test::contains;
using test::why;

constexpr std::uint32_t main_lane = 0;
constexpr std::uint32_t fallback_lane = 1;

// Main far slower than fallback, so that a busy machine does not change who wins.
RunOptions options_of(Nanoseconds main_latency, Nanoseconds fallback_latency, Nanoseconds main_timeout) {
    RunOptions options{Settings(race.knobs)};
    options.ways.assign(std::begin(all_ways), std::end(all_ways));
    options.workers = 2;
    options.program = OVERLAP_BINARY;
    options.settings.set("main-latency", main_latency);
    options.settings.set("fallback-latency", fallback_latency);
    options.settings.set("main-timeout", main_timeout);
    return options;
}

const TaskSummary* task_of(const std::vector<TaskSummary>& tasks, std::uint32_t lane) {
    const auto found =
        std::find_if(tasks.begin(), tasks.end(), [&](const TaskSummary& task) { return task.lane == lane; });
    return found == tasks.end() ? nullptr : &*found;
}

// How a model's call ended; none when it was never asked.
std::optional<Outcome> outcome_of(const WayRun& way, std::uint32_t lane) {
    const std::vector<TaskSummary> tasks = summarize_tasks(way.timeline);
    const TaskSummary* const task = task_of(tasks, lane);
    return task == nullptr ? std::nullopt : std::optional(task->outcome);
}

TEST_CASE("the first good answer wins; what becomes of the other differs, and both ends agree on it") {
    const Run run = run_demo(race, options_of(1'500 * ms, 20 * ms, 600 * ms));
    REQUIRE(run.ways.size() == 3);
    for (const WayRun& way : run.ways) {
        CAPTURE(name_of(way.way));
        REQUIRE(way.result.has_value());
        CHECK(way.result->good);
        CHECK(way.result->text == "fallback answered");
        CHECK(work_done(way));
        CHECK(outcome_of(way, fallback_lane) == Outcome::done);
        REQUIRE(way.server.has_value());
        CHECK(way.server->requests == 2);
        CHECK(way.server->connections == 2);
    }
    const WayRun& sequential = run.ways[0];
    CHECK(outcome_of(sequential, main_lane) == Outcome::failed);
    CHECK(sequential.timeline.lanes[main_lane].error == "timed out");
    CHECK(in_flight_peak(sequential.timeline) == 1);
    CHECK(sequential.result->at >= 620 * ms);

    // The loser is cancelled: its socket closes, and the server sees that.
    const WayRun& coroutines = run.ways[1];
    CHECK(outcome_of(coroutines, main_lane) == Outcome::cancelled);
    CHECK(coroutines.server->hung_up == 1);
    CHECK(coroutines.server->peak_in_flight == 2);
    CHECK(coroutines.usage.threads == 1);
    CHECK(coroutines.timeline.lanes[fallback_lane].note == "won");
    CHECK(coroutines.result->at >= makespan(coroutines.timeline));

    // The loser's thread runs on to the end of its call, after the answer was there.
    const WayRun& pool = run.ways[2];
    CHECK(outcome_of(pool, main_lane) == Outcome::done);
    CHECK(pool.server->hung_up == 0);
    CHECK(pool.server->peak_in_flight == 2);
    CHECK(pool.usage.threads == 2);
    CHECK(pool.timeline.lanes[main_lane].note == "too late");
    CHECK(makespan(pool.timeline) >= 1'500 * ms);
    CHECK(pool.result->at < makespan(pool.timeline));

    const std::string text = why(run);
    CHECK(contains(text, "on main (timed out) before it asked fallback"));
    CHECK(contains(text, "Main was cancelled then, and the server saw it hang up."));
    CHECK(contains(text, "a thread cannot be cancelled: the one that asked main was held for another"));
}

TEST_CASE("the first to answer has failed: the other is used, in all three ways") {
    RunOptions options = options_of(400 * ms, 10 * ms, 10'000 * ms);
    options.settings.set("fallback-fails", 1);
    const Run run = run_demo(race, options);
    for (const WayRun& way : run.ways) {
        CAPTURE(name_of(way.way));
        REQUIRE(way.result.has_value());
        CHECK(way.result->good);
        CHECK(way.result->text == "main answered");
        CHECK(outcome_of(way, main_lane) == Outcome::done);
        CHECK(way.server->hung_up == 0);
    }
    CHECK_FALSE(outcome_of(run.ways[0], fallback_lane).has_value());  // never asked
    CHECK(run.ways[0].server->requests == 1);
    for (const std::size_t i : {std::size_t{1}, std::size_t{2}}) {
        CHECK(outcome_of(run.ways[i], fallback_lane) == Outcome::failed);
        CHECK(run.ways[i].timeline.lanes[fallback_lane].error == "HTTP 503");
        CHECK(run.ways[i].server->failed == 1);
    }
    CHECK(contains(why(run), "Fallback had failed before"));
}

TEST_CASE("main fails at once: the fallback is used, in all three ways") {
    RunOptions options = options_of(1 * ms, 100 * ms, 10'000 * ms);
    options.settings.set("main-fails", 1);
    const Run run = run_demo(race, options);
    for (const WayRun& way : run.ways) {
        CAPTURE(name_of(way.way));
        REQUIRE(way.result.has_value());
        CHECK(way.result->text == "fallback answered");
        CHECK(outcome_of(way, main_lane) == Outcome::failed);
        CHECK(way.timeline.lanes[main_lane].error == "HTTP 503");
        CHECK(way.server->requests == 2);
        CHECK(way.server->failed == 1);
        CHECK(way.server->hung_up == 0);
    }
}

TEST_CASE("both fail: no answer, and nobody was cancelled") {
    RunOptions options = options_of(20 * ms, 10 * ms, 10'000 * ms);
    options.settings.set("main-fails", 1);
    options.settings.set("fallback-fails", 1);
    const Run run = run_demo(race, options);
    for (const WayRun& way : run.ways) {
        CAPTURE(name_of(way.way));
        REQUIRE(way.result.has_value());
        CHECK_FALSE(way.result->good);
        CHECK_FALSE(work_done(way));
        CHECK(outcomes_of(summarize_tasks(way.timeline)).failed == 2);
        CHECK(way.server->requests == 2);
        CHECK(way.server->failed == 2);
        CHECK(way.server->hung_up == 0);
    }
}

TEST_CASE("both at once: exactly one wins, and the other did not fail") {
    RunOptions options = options_of(30 * ms, 30 * ms, 10'000 * ms);
    options.repeat = 5;
    const Run run = run_demo(race, options);
    for (const WayRun& way : run.ways) {
        CAPTURE(name_of(way.way));
        CHECK(way.failed_repeats == 0);
        REQUIRE(way.result.has_value());
        CHECK(way.result->good);
        CHECK(outcomes_of(summarize_tasks(way.timeline)).failed == 0);
        if (way.way == Way::sequential) continue;
        const std::vector<Lane>& lanes = way.timeline.lanes;
        CHECK((lanes[main_lane].note == "won") != (lanes[fallback_lane].note == "won"));
    }
}

TEST_CASE("of two that answered at about the same time, the one whose answer was taken won") {
    WayRun way = test::way_of(Way::pool, State::blocked, {{0, 201}, {0, 200}});
    way.timeline.lanes[main_lane] = {.name = "main", .note = "won"};
    way.timeline.lanes[fallback_lane] = {.name = "fallback", .note = "too late"};
    way.result = Result{true, "main answered", 202 * ms};
    Run run;
    run.demo = "race";
    run.ways = {way};
    CHECK(contains(why(run), "The thread pool had main's answer after 202ms."));
    run.ways[0].way = Way::coroutines;
    CHECK(contains(why(run), "the first good answer was main's"));
    CHECK_FALSE(contains(why(run), "fallback's"));
}

TEST_CASE("the deadline passes: no answer, and every call that was under way was given up") {
    RunOptions options = options_of(60'000 * ms, 60'000 * ms, 30'000 * ms);
    options.settings.set("deadline", 200 * ms);
    const Run run = run_demo(race, options);
    const std::int64_t hung_up[] = {1, 2, 2};
    for (std::size_t i = 0; i < 3; ++i) {
        const WayRun& way = run.ways[i];
        CAPTURE(name_of(way.way));
        REQUIRE(way.result.has_value());
        CHECK_FALSE(way.result->good);
        CHECK_FALSE(way.interrupted);
        CHECK(way.result->at >= 200 * ms);
        CHECK(way.server->hung_up == hung_up[i]);
    }
    CHECK_FALSE(outcome_of(run.ways[0], fallback_lane).has_value());  // there was no time left to ask it
    CHECK(outcomes_of(summarize_tasks(run.ways[1].timeline)).cancelled == 2);
    CHECK(outcomes_of(summarize_tasks(run.ways[2].timeline)).failed == 2);
    CHECK(contains(why(run), "The coroutines had no answer when the deadline passed"));
}

TEST_CASE("a pool of one thread asks the second only after the first") {
    RunOptions options = options_of(50 * ms, 20 * ms, 10'000 * ms);
    options.ways = {Way::pool};
    options.workers = 1;
    const Run run = run_demo(race, options);
    REQUIRE(run.ways.size() == 1);
    CHECK(run.ways[0].result->text == "main answered");
    CHECK(in_flight_peak(run.ways[0].timeline) == 1);
    CHECK(run.ways[0].server->peak_in_flight == 1);
}

TEST_CASE("a stop in the middle: nothing is concluded, and what was under way was cancelled") {
    for (const Way way : all_ways) {
        CAPTURE(name_of(way));
        RunOptions options = options_of(60'000 * ms, 60'000 * ms, 30'000 * ms);
        options.ways = {way};
        const Run run = test::run_stopped(race, options);
        REQUIRE(run.ways.size() == 1);
        CHECK(run.ways[0].interrupted);
        CHECK_FALSE(run.ways[0].result.has_value());
        const Outcomes outcomes = outcomes_of(summarize_tasks(run.ways[0].timeline));
        CHECK(outcomes.done + outcomes.failed == 0);
        CHECK(outcomes.cancelled > 0);
    }
}

TEST_CASE("the exit code says whether there was an answer") {
    const test::Words quick{"race", "--main-latency", "20ms", "--fallback-latency",
                            "10ms", "--main-timeout", "10s"};
    using test::operator+;
    test::run_as_json(quick);
    test::run_as_json(quick + test::Words{"--fallback-fails"});
    test::run_as_json(quick + test::Words{"--fallback-fails", "--main-fails"}, 1);
}

}  // namespace
}  // namespace overlap
