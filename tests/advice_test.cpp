#include <doctest/doctest.h>

#include <string>

#include "support/text.hpp"
#include "support/timelines.hpp"
#include "timeline/advice.hpp"

namespace overlap {
namespace {

using test::contains;
using test::ms;
using test::way_of;

TEST_SUITE_BEGIN("advice");

std::string joined(const std::vector<std::string>& sentences) {
    std::string text;
    for (const std::string& sentence : sentences) text += sentence + " ";
    return text;
}

Run run_of(std::vector<WayRun> ways) {
    Run run;
    run.ways = std::move(ways);
    return run;
}

TEST_CASE("a run in which all is well has no warnings") { CHECK(warnings(test::three_calls()).empty()); }

TEST_CASE("waits that overlapped are said to have cost about the longest of them") {
    const std::string why = joined(explain(test::three_calls()));
    CHECK(contains(why, "605ms"));
    CHECK(contains(why, "used a CPU for 1.0ms; the rest was waiting"));
    CHECK(contains(why, "3 in flight at once"));
    CHECK(contains(why, "longest one alone (203ms)"));
    CHECK(contains(why, "on 1 thread where the pool used 3"));
}

TEST_CASE("computing is not called waiting") {
    Run run = test::three_calls();
    run.ways[0].usage.cpu = 600 * ms;
    const std::string why = joined(explain(run));
    CHECK(contains(why, "computing, not waiting"));
    CHECK_FALSE(contains(why, "the rest was waiting"));
}

TEST_CASE("coroutines that gained nothing are said to have gained nothing") {
    const std::string why =
        joined(explain(run_of({way_of(Way::sequential, State::running, {{0, 100}, {100, 200}}),
                               way_of(Way::coroutines, State::running, {{0, 100}, {100, 200}})})));
    CHECK(contains(why, "no faster"));
}

TEST_CASE("nothing is explained of ways that did not run, failed or were stopped") {
    CHECK(explain(run_of({})).empty());
    CHECK(explain(run_of({way_of(Way::coroutines, State::waiting, {{0, 100}, {0, 100}})})).empty());
    Run failed = test::three_calls();
    for (WayRun& way : failed.ways) way.timeline.spans[0].outcome = Outcome::failed;
    CHECK(explain(failed).empty());
    Run stopped = test::three_calls();
    for (WayRun& way : stopped.ways) way.interrupted = true;
    CHECK(explain(stopped).empty());
}

TEST_CASE("failures are counted by their reasons") {
    Run run = test::three_calls();
    WayRun& way = run.ways[0];
    way.timeline.spans[0].outcome = way.timeline.spans[1].outcome = Outcome::failed;
    way.timeline.lanes[0].error = "timed out";
    way.timeline.lanes[1].error = "HTTP 503";
    const std::string notes = joined(warnings(run));
    CHECK(contains(notes, "2 of 3 tasks failed (1 HTTP 503, 1 timed out)"));
    CHECK(contains(notes, "--timeout"));
}

TEST_CASE("a refused connection to a foreign server asks whether one is listening there") {
    Run run = test::three_calls();
    run.urls = {"http://127.0.0.1:8080/"};
    run.ways[0].timeline.spans[0].outcome = Outcome::failed;
    run.ways[0].timeline.lanes[0].error = "connection refused";
    CHECK(contains(joined(warnings(run)), "listening at http://127.0.0.1:8080/"));
}

TEST_CASE("a pool with fewer workers than tasks is noted, with what to try") {
    Run run = test::three_calls();
    run.ways[2].workers = 2;
    const std::string notes = joined(warnings(run));
    CHECK(contains(notes, "fewer workers than tasks (2 for 3)"));
    CHECK(contains(notes, "--workers 3"));
}

TEST_CASE("a late loop, a refusing server, a noisy machine and an interruption are noted") {
    Run run = test::three_calls();
    run.ways[1].heartbeat->worst_lag = 50 * ms;
    run.ways[1].server->refused = 2;
    run.ways[2].makespans = {100 * ms, 200 * ms, 300 * ms};
    run.ways[0].interrupted = true;
    const std::string notes = joined(warnings(run));
    CHECK(contains(notes, "late by up to 50ms"));
    CHECK(contains(notes, "refused 2 of 3 requests"));
    CHECK(contains(notes, "between 100ms and 300ms"));
    CHECK(contains(notes, "Interrupted"));
}

}  // namespace
}  // namespace overlap
