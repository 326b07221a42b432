#include <doctest/doctest.h>

#include <iterator>
#include <set>

#include "demo/backoff.hpp"
#include "demo/runner.hpp"
#include "demos/demos.hpp"
#include "support/server_thread.hpp"
#include "support/stopped_run.hpp"
#include "timeline/advice.hpp"
#include "timeline/metrics.hpp"
#include "timeline/units.hpp"

namespace overlap {
namespace {

TEST_SUITE_BEGIN("backoff");

RunOptions failing(double rate, int retries) {
    RunOptions options{Settings(api.knobs)};
    options.ways.assign(std::begin(all_ways), std::end(all_ways));
    options.workers = 4;
    options.program = OVERLAP_BINARY;
    options.settings.set("tasks", 12);
    options.settings.set("latency", 2 * ms);
    options.settings.set("backoff", 2 * ms);
    options.settings.set("retries", retries);
    options.settings.set("fail-rate", static_cast<std::int64_t>(rate * 1e6));
    options.seed = 5;
    return options;
}

TEST_CASE("the time before a retry is random, up to a bound that doubles") {
    std::mt19937_64 random(1);
    for (int retry = 1; retry <= 5; ++retry) {
        Nanoseconds longest = 0;
        for (int i = 0; i < 1'000; ++i) longest = std::max(longest, backoff_time(ms, retry, random));
        CHECK(longest <= ms << (retry - 1));
        CHECK(longest > (ms << (retry - 1)) * 9 / 10);
    }
}

TEST_CASE("the bound ends at ten seconds, however often it is tried") {
    std::mt19937_64 random(1);
    for (int retry = 1; retry <= 100; ++retry) CHECK(backoff_time(60'000 * ms, retry, random) <= 10'000 * ms);
}

TEST_CASE("each attempt reaches the server, the failed ones are drawn, and the tasks are done in the end") {
    const Run run = run_demo(api, failing(0.4, 50));
    for (const WayRun& way : run.ways) {
        CAPTURE(name_of(way.way));
        const std::vector<TaskSummary> tasks = summarize_tasks(way.timeline);
        CHECK(outcomes_of(tasks).done == 12);
        std::size_t retries = 0;
        for (const TaskSummary& task : tasks) retries += task.retries;
        CHECK(retries > 0);
        REQUIRE(way.server.has_value());
        CHECK(way.server->requests == static_cast<std::int64_t>(12 + retries));
        CHECK(way.server->failed == static_cast<std::int64_t>(retries));
        std::size_t failed_spans = 0;
        for (const Span& span : way.timeline.spans) failed_spans += span.outcome == Outcome::failed;
        CHECK(failed_spans == retries);
    }
}

TEST_CASE("when retries are used up the task has failed, after as many attempts as were allowed") {
    const Run run = run_demo(api, failing(1, 3));
    for (const WayRun& way : run.ways) {
        CHECK(outcomes_of(summarize_tasks(way.timeline)).failed == 12);
        CHECK(way.server->requests == 12 * 4);
    }
}

TEST_CASE("waiting to try again is not in flight: the peak is the workers' on both ends") {
    const Run run = run_demo(api, failing(0.4, 50));
    CHECK(in_flight_peak(run.ways[0].timeline) == 1);
    CHECK(run.ways[0].server->peak_in_flight == 1);
    CHECK(in_flight_peak(run.ways[2].timeline) <= 4);
    CHECK(run.ways[2].server->peak_in_flight <= 4);
}

TEST_CASE("the same seed meets the same failures, another seed others") {
    const auto failures = [](std::uint64_t seed) {
        RunOptions options = failing(0.4, 50);
        options.seed = seed;
        options.ways = {Way::sequential};
        const Run run = run_demo(api, options);
        std::multiset<std::pair<std::uint32_t, int>> spans;
        for (const Span& span : run.ways[0].timeline.spans)
            spans.emplace(span.lane, span.outcome == Outcome::failed);
        return spans;
    };
    CHECK(failures(5) == failures(5));
    CHECK(failures(5) != failures(6));
}

TEST_CASE("what may pass is tried again, what cannot get better is not") {
    test::ServerThread server;
    RunOptions options = failing(0, 5);
    options.settings.set("tasks", 1);
    options.ways = {Way::coroutines};
    options.urls = {server.url("/status/404")};
    CHECK(summarize_tasks(run_demo(api, options).ways[0].timeline)[0].retries == 0);
    options.urls = {server.url("/status/503")};
    CHECK(summarize_tasks(run_demo(api, options).ways[0].timeline)[0].retries == 5);
    options.urls = {"http://127.0.0.1:1/"};  // refused by the kernel
    CHECK(summarize_tasks(run_demo(api, options).ways[0].timeline)[0].retries == 5);
}

TEST_CASE("Ctrl-C ends a wait before a retry") {
    for (const Way way : all_ways) {
        CAPTURE(name_of(way));
        RunOptions options = failing(1, 100);
        options.settings.set("backoff", 60'000 * ms);
        options.ways = {way};
        const Run run = test::run_stopped(api, options);
        CHECK(run.ways.at(0).interrupted);
    }
}

}  // namespace
}  // namespace overlap
