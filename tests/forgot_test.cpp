// The demo `forgot`: what each panel asked of the server, as the server counted it, and what became of it.
#include <doctest/doctest.h>

#include <csignal>
#include <cstdint>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "demo/runner.hpp"
#include "demos/demos.hpp"
#include "render/ascii.hpp"
#include "render/json.hpp"
#include "support/calls_under_way.hpp"
#include "support/cli.hpp"
#include "support/process.hpp"
#include "support/stopped_run.hpp"
#include "support/text.hpp"
#include "support/timelines.hpp"
#include "timeline/metrics.hpp"
#include "timeline/units.hpp"

namespace overlap::test {
namespace {

TEST_SUITE_BEGIN("forgot");

RunOptions options_for_forgot(const std::vector<std::string>& variants = {}) {
    RunOptions options{Settings(forgot.knobs)};
    options.ways.assign(std::begin(all_ways), std::end(all_ways));
    if (!variants.empty()) options.ways = {Way::coroutines, Way::pool};
    options.variants = variants;
    options.workers = 2;
    options.program = OVERLAP_BINARY;
    options.settings.set("tasks", 4);
    options.settings.set("latency", 80 * ms);
    options.settings.set("patience", 20 * ms);
    return options;
}

const Run& run_of_forgot() {
    static const Run run = run_demo(forgot, options_for_forgot());
    return run;
}

const WayRun& panel(const std::string& variant) {
    for (const WayRun& way : run_of_forgot().ways) {
        if (way.variant == variant) return way;
    }
    FAIL("no panel " << variant);
    return run_of_forgot().ways.front();
}

Outcomes outcomes_of(const WayRun& way) { return overlap::outcomes_of(summarize_tasks(way.timeline)); }

TEST_CASE("who awaits makes all calls; who forgets to, none; who blocks the loop, none either") {
    const Run& run = run_of_forgot();
    struct Expected {
        std::string variant;
        std::int64_t requests;
        int in_flight;
        std::string result;
    };
    const Expected expected[] = {{"", 4, 1, ""},
                                 {"awaited", 4, 4, ""},
                                 {"forgotten", 0, 0, "4 of 4 never started"},
                                 {"detached", 4, 4, "4 failed, nobody heard"},
                                 {"heard", 4, 4, "heard: HTTP 503"},
                                 {"blocked", 0, 1, "deadlock, ended from outside"},
                                 {"future", 4, 2, ""}};
    REQUIRE(run.ways.size() == std::size(expected));
    for (std::size_t i = 0; i < std::size(expected); ++i) {
        const WayRun& way = run.ways[i];
        CAPTURE(way.caption);
        CHECK(way.variant == expected[i].variant);
        REQUIRE(way.server.has_value());
        CHECK(way.server->requests == expected[i].requests);
        CHECK(in_flight_peak(way.timeline) == expected[i].in_flight);
        CHECK((way.result ? way.result->text : "") == expected[i].result);
        CHECK(work_done(way));  // each showed what it is there to show
    }
    CHECK(contains(run.title, "4 calls of 80ms"));
}

TEST_CASE("only where calls were answered is anything said to be faster") {
    for (const WayRun& way : run_of_forgot().ways) {
        CAPTURE(way.caption);
        const bool answered = way.variant == "awaited" || way.variant == "future";
        CHECK(speedup(run_of_forgot(), way).has_value() == answered);
        CHECK((outcomes_of(way).done == 4) == (answered || way.way == Way::sequential));
    }
}

TEST_CASE("a forgotten call never reached its first line: it has no span, only a word") {
    const WayRun& way = panel("forgotten");
    CHECK(summarize_tasks(way.timeline).empty());
    CHECK(way.usage.threads == 0);
    CHECK(way.server->connections == 0);
    for (const WayRun& each : run_of_forgot().ways) {
        for (const Lane& lane : each.timeline.lanes) {
            const bool never = each.variant == "forgotten" && lane.kind == LaneKind::task;
            const bool behind =
                each.variant == "blocked" && lane.kind == LaneKind::task && lane.name != "Task1";
            CHECK(lane.note == (never ? "never started" : behind ? "not reached" : ""));
        }
    }
}

TEST_CASE(
    "a detached failure is real, and the loop ends as if all were well; an awaited one comes out of it") {
    for (const std::string variant : {"detached", "heard"}) {
        CAPTURE(variant);
        const WayRun& way = panel(variant);
        CHECK(way.server->failed + way.server->hung_up == 4);
        CHECK(way.server->failed > 0);
        const Outcomes outcomes = outcomes_of(way);
        CHECK(outcomes.done == 0);
        CHECK(outcomes.failed > 0);
        if (variant == "detached") CHECK(outcomes.failed == 4);
        CHECK(outcomes.failed + outcomes.cancelled ==
              4);  // the first failure that is heard cancels the others
        for (const TaskSummary& task : summarize_tasks(way.timeline)) {
            const bool failed = task.outcome == Outcome::failed;
            CHECK(way.timeline.lanes[task.lane].error == (failed ? "HTTP 503" : ""));
        }
    }
}

TEST_CASE("a deadlock is found with any patience, lasts as long as that, and no request was made") {
    for (const Nanoseconds patience : {1 * ms, 60 * ms, 200 * ms}) {
        CAPTURE(patience);
        RunOptions options = options_for_forgot({"blocked"});
        options.settings.set("latency", 0);
        options.settings.set("patience", patience);
        const Run run = run_demo(forgot, options);
        REQUIRE(run.ways.size() == 1);
        const WayRun& way = run.ways[0];
        const std::vector<TaskSummary> tasks = summarize_tasks(way.timeline);
        REQUIRE(tasks.size() == 1);  // the first call is never over, so the others are never asked for
        CHECK(tasks[0].outcome == Outcome::failed);
        CHECK(tasks[0].latency() >= patience);
        CHECK(way.timeline.lanes[0].error == "deadlock on its own loop");
        CHECK(way.timeline.spans[tasks[0].first].state == State::blocked);
        CHECK(way.server->requests == 0);
        REQUIRE(way.heartbeat.has_value());
        CHECK(way.heartbeat->worst_lag >= patience / 2);  // the loop stood still meanwhile
        CHECK(work_done(way));
    }
}

TEST_CASE("the loop's thread is not among those that wait when other threads do") {
    const WayRun& way = panel("future");
    CHECK(way.usage.threads == 2);
    CHECK(way.server->peak_in_flight == 2);
    CHECK(outcomes_of(way).done == 4);
}

TEST_CASE("a stop in the middle: whatever was under way was cancelled, and nothing is concluded") {
    for (const std::string variant : {"awaited", "detached", "heard", "blocked", "future"}) {
        CAPTURE(variant);
        RunOptions options = options_for_forgot({variant});
        options.settings.set("latency", 60'000 * ms);
        options.settings.set("patience", 30'000 * ms);
        const Run run = run_stopped(forgot, options);
        REQUIRE(run.ways.size() == 1);
        CHECK(run.ways[0].interrupted);
        CHECK_FALSE(run.ways[0].result.has_value());
        const Outcomes outcomes = outcomes_of(run.ways[0]);
        CHECK(outcomes.done + outcomes.failed == 0);
        CHECK(outcomes.cancelled > 0);
    }
}

TEST_CASE("Ctrl-C during the deadlock ends it at once, and no process is left behind") {
    Process process(Launch{.arguments = {"forgot", "--latency", forever, "--patience", "30s", "--way",
                                         "coroutines", "--variant", "blocked"}});
    const pid_t server = wait_for_calls(process, 1);  // its connection is open, and that is as far as it gets
    process.signal(SIGINT);
    const Ended ended = process.wait(long_before_that);
    CHECK(ended.code == 130);
    CHECK(ended.err == "");
    CHECK(contains(ended.out, "nterrupted"));
    CHECK(contains(ended.out, "\nTask1:"));
    CHECK_FALSE(contains(ended.out, "deadlock"));
    CHECK_FALSE(is_alive(server));
}

TEST_CASE(
    "all that is shown to go wrong is no failure of the command; a call that should have been answered is") {
    const Words quick{"forgot", "--latency", "20ms", "--patience", "20ms"};
    run_as_json(quick);
    run_as_json(quick + Words{"--way", "coroutines", "--variant", "forgotten"});
    run_as_json(
        {"forgot", "--latency", "2s", "--timeout", "20ms", "--variant", "awaited", "--way", "coroutines"}, 1);
    check_refused(test::run(Words{"forgot", "--variant", "lost"}), 2, {"--variant", "lost", "forgotten"});
}

TEST_CASE("what is said of each panel is what the server counted") {
    const std::string text = why(run_of_forgot());
    CHECK(contains(text, "Without co_await 4 calls never started; the server counted 0 requests."));
    CHECK(contains(text, "Detached, 4 calls failed; the server counted 4 requests."));
    CHECK(contains(text, "the exception of the first call to fail came out of loop.run()"));
    CHECK(contains(text, "Blocked on, the first call held the loop's thread for"));
    CHECK(contains(text, "got every answer; the server counted 4 requests."));
    Run uncounted = run_of_forgot();
    for (WayRun& way : uncounted.ways) way.server.reset();
    CHECK(contains(why(uncounted), "Without co_await 4 calls never started. "));
    for (WayRun& way : uncounted.ways) way.interrupted = true;
    CHECK(why(uncounted).empty());
}

TEST_CASE("a kept run is drawn as it was, at every width, also panels in which no time passed") {
    for (const std::string variant : {"", "forgotten"}) {
        Run run = run_of_forgot();
        if (!variant.empty())
            std::erase_if(run.ways, [&](const WayRun& way) { return way.variant != variant; });
        for (const int width : {40, 80, 120}) {
            CAPTURE(width);
            const std::string picture = render_ascii(run, {.width = width});
            CHECK(picture == render_ascii(parse_run(render_json(run)), {.width = width}));
            CHECK(contains(picture, "\nTask4:"));
            CHECK(contains(picture, "4 of 4 never started"));
            if (width > 40) CHECK(contains(picture, "(never started)"));
        }
    }
}

}  // namespace
}  // namespace overlap::test
