#include <doctest/doctest.h>
#include <signal.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "demo/runner.hpp"
#include "demos/demos.hpp"
#include "support/eventually.hpp"
#include "support/machine_use.hpp"
#include "support/process.hpp"
#include "support/text.hpp"
#include "timeline/metrics.hpp"
#include "timeline/units.hpp"

namespace overlap {
namespace {

TEST_SUITE_BEGIN("in_process");

using test::contains;

RunOptions in_processes(const Demo& demo, int workers) {
    RunOptions options{Settings(demo.knobs)};
    options.ways = {Way::pool};
    options.pools = {PoolKind::processes};
    options.workers = workers;
    options.program = OVERLAP_BINARY;
    return options;
}

const WayRun& only_panel(const Run& run) {
    REQUIRE(run.ways.size() == 1);
    CHECK(run.ways.front().pool == PoolKind::processes);
    return run.ways.front();
}

TEST_CASE("every demo that draws timelines can use worker processes, or says why it cannot") {
    for (const Demo* demo : all_demos()) {
        if (demo->measure != nullptr) continue;
        CAPTURE(demo->name);
        const bool can =
            std::any_of(demo->variants.begin(), demo->variants.end(), [](const Variant& variant) {
                return variant.way == Way::pool && variant.pool == PoolKind::processes;
            });
        CHECK(can == demo->no_processes.empty());
    }
}

TEST_CASE("calls in worker processes: at most one a worker, as the server saw it too, the others queue") {
    RunOptions options = in_processes(api, 2);
    options.settings.set("tasks", 5);
    options.settings.set("latency", 20 * ms);
    const Run run = run_demo(api, options);
    const WayRun& way = only_panel(run);
    CHECK(work_done(way));
    CHECK(in_flight_peak(way.timeline) <= 2);
    REQUIRE(way.server);
    CHECK(way.server->requests == 5);
    CHECK(way.server->peak_in_flight <= 2);
    CHECK(way.workers == 2);
    CHECK(way.usage.threads == 1);  // that of the loop
    CHECK(time_in(way.timeline, State::queued) > 0);
    for (const Span& span : way.timeline.spans) {
        CHECK(span.begin <= span.end);
        if (span.state == State::blocked) CHECK(span.end - span.begin >= 20 * ms);
    }
}

TEST_CASE("the steps of a chain are timed in the worker, and keep their order") {
    RunOptions options = in_processes(chain, 2);
    options.settings.set("users", 3);
    options.settings.set("user-latency", 20 * ms);
    options.settings.set("posts-latency", 10 * ms);
    const Run run = run_demo(chain, options);
    const WayRun& way = only_panel(run);
    CHECK(work_done(way));
    CHECK(times_of(way.timeline, Phase::user).size() == 3);
    CHECK(times_of(way.timeline, Phase::posts).size() == 3);
    for (const TaskSummary& task : summarize_tasks(way.timeline)) {
        const Span& last = way.timeline.spans[task.last - 1];
        CHECK(last.phase == Phase::posts);
    }
}

TEST_CASE("calls that fail are tried again from the worker processes, and the reason comes back") {
    RunOptions options = in_processes(api, 2);
    options.settings.set("tasks", 4);
    options.settings.set("latency", 1 * ms);
    options.settings.set("fail-rate", 1'000'000);
    options.settings.set("retries", 2);
    options.settings.set("backoff", 1 * ms);
    const Run run = run_demo(api, options);
    const WayRun& way = only_panel(run);
    CHECK(outcomes_of(summarize_tasks(way.timeline)).failed == 4);
    for (const TaskSummary& task : summarize_tasks(way.timeline)) {
        CHECK(task.retries == 2);
        CHECK(way.timeline.lanes[task.lane].error == "HTTP 503");
    }
    REQUIRE(way.server);
    CHECK(way.server->requests == 12);
}

// The child that stays for long: those of the warm-up, whose calls are answered at once, come and go.
pid_t lasting_worker(pid_t parent) {
    constexpr std::chrono::milliseconds long_enough{2000};
    pid_t candidate = -1;
    auto since = std::chrono::steady_clock::now();
    CHECK(test::eventually([&] {
        const std::vector<pid_t> children = test::children_of(parent);  // the server, and a worker
        const pid_t youngest =
            children.size() == 2 ? *std::max_element(children.begin(), children.end()) : -1;
        const auto now = std::chrono::steady_clock::now();
        if (std::exchange(candidate, youngest) != youngest) since = now;
        return youngest != -1 && now - since >= long_enough;
    }));
    return candidate;
}

TEST_CASE("a worker that is killed in a call is drawn as a failed attempt, and the call is made again") {
    test::Process process(test::Launch{
        .arguments = {"api", "--tasks", "1", "--latency", "6s", "--way", "pool", "--pool", "processes"}});
    const pid_t worker = lasting_worker(process.pid());
    REQUIRE(worker > 0);
    ::kill(worker, SIGKILL);
    const test::Ended ended = process.wait();
    CHECK(ended.code == 0);
    CHECK(contains(ended.out, "2 attempts"));
    CHECK(contains(ended.out, "! failed"));
}

TEST_SUITE_END();

}  // namespace
}  // namespace overlap
