// From what was measured to an answer, with numbers made up.
#include <doctest/doctest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>

#include "render/classification.hpp"
#include "support/screen.hpp"
#include "support/text.hpp"
#include "support/timelines.hpp"
#include "timeline/classify_observed.hpp"
#include "timeline/error.hpp"
#include "timeline/units.hpp"

namespace overlap::test {
namespace {

TEST_SUITE_BEGIN("classify_measured");

Pattern pattern_of(const Classification& classification) { return classify_task(classification.traits); }

CommandUse command(Nanoseconds wall, Nanoseconds cpu) {
    CommandUse use{.line = "program", .wall = wall, .cpu = cpu};
    use.seen.looks = 20;
    return use;
}

bool notes(const Classification& classification, const std::string& part) {
    const auto& all = classification.evidence->notes;
    return std::any_of(all.begin(), all.end(), [&](const std::string& note) { return contains(note, part); });
}

TEST_CASE("a program that mostly waits is blocking I/O to its caller") {
    const Classification waits = classify_command(command(200 * ms, 1 * ms));
    CHECK(waits.traits.uses_blocking_io);
    CHECK(pattern_of(waits) == Pattern::to_thread);
    REQUIRE(waits.otherwise);
    CHECK(waits.otherwise->pattern == Pattern::pure_async);
    CHECK(contains(waits.evidence->async_api, "cannot be measured"));
}

TEST_CASE("a program that computes is one for a process, whether it waits or not") {
    CHECK(pattern_of(classify_command(command(500 * ms, 499 * ms))) == Pattern::process_pool);
    const Classification both = classify_command(command(900 * ms, 499 * ms));
    CHECK(pattern_of(both) == Pattern::process_pool);
    CHECK(contains(both.otherwise->when, "computing handed over"));
    CHECK(pattern_of(classify_command(command(105 * ms, 100 * ms))) == Pattern::process_pool);
    CHECK(pattern_of(classify_command(command(105 * ms, 100 * ms - 1))) == Pattern::pure_async);
}

TEST_CASE("a program that does little of either may run where it is") {
    const Classification quick = classify_command(command(2 * ms, 1 * ms));
    CHECK(pattern_of(quick) == Pattern::pure_async);
    CHECK_FALSE(quick.otherwise);
}

TEST_CASE("10ms in which nothing of it ran count as waiting, less does not") {
    CHECK_FALSE(classify_command(command(11 * ms - 1, 1 * ms)).traits.uses_blocking_io);
    CHECK(classify_command(command(11 * ms, 1 * ms)).traits.uses_blocking_io);
}

TEST_CASE("time without a free CPU is no waiting of the program's") {
    CommandUse use = command(200 * ms, 5 * ms);
    use.seen.run_delay = 180 * ms;
    CHECK(waited_at_least(use) == 15 * ms);
    use.seen.noticed_late = 10 * ms;
    CHECK(waited_at_least(use) == 5 * ms);
    CHECK_FALSE(classify_command(use).traits.uses_blocking_io);
    use.seen.run_delay = 300 * ms;
    CHECK(waited_at_least(use) == 0);
}

TEST_CASE("threads whose delays add up to more than there was time have waited by what the looks say") {
    CommandUse use = command(700 * ms, 50 * ms);
    use.seen.run_delay = 2'000 * ms;
    CHECK_FALSE(classify_command(use).traits.uses_blocking_io);
    use.seen.asleep_time = 400 * ms;
    CHECK(classify_command(use).traits.uses_blocking_io);
    CHECK(waited_at_least(use) == 0);
    CHECK(waited(use) == 400 * ms);
    CHECK(contains(classify_command(use).evidence->blocking_io, "about 400ms"));
    CHECK(notes(classify_command(use), "from the looks alone"));
}

TEST_CASE("a child that ran and was not waited for is no wait: what the looks saw counts") {
    CommandUse use = command(2'000 * ms, 5 * ms);
    CHECK(contains(classify_command(use).evidence->blocking_io,
                   "nothing of it, or of what it waited for, ran for at least "));
    use.seen.running = 20;
    use.seen.ran_time = 1'900 * ms;
    CHECK(waited_at_least(use) == 0);
    const Classification busy = classify_command(use);
    CHECK_FALSE(busy.traits.uses_blocking_io);
    CHECK_FALSE(contains(busy.evidence->blocking_io, "at least"));
    CHECK(notes(busy, "not waited for"));
    use.seen.ran_time = 1'200 * ms;
    use.seen.asleep_time = 700 * ms;
    CHECK(contains(classify_command(use).evidence->blocking_io, "about 700ms"));
    // Threads that ran, and whose CPU time is known, leave the rest for a wait.
    use.cpu = 1'200 * ms;
    CHECK(waited_at_least(use) == 800 * ms);
    CHECK_FALSE(notes(classify_command(use), "not waited for"));
}

TEST_CASE("more CPU time than wall time is no negative wait") {
    const Classification parallel = classify_command(command(100 * ms, 190 * ms));
    CHECK_FALSE(parallel.traits.uses_blocking_io);
    CHECK(notes(parallel, "several cores"));
}

TEST_CASE("a call that waits for many things is said to be one") {
    CommandUse use = command(200 * ms, 1 * ms);
    use.seen.asleep_in = {{"read", 10}};
    CHECK_FALSE(notes(classify_command(use), "event loops"));
    use.seen.asleep_in = {{"read", 10}, {"epoll_wait", 9}};
    CHECK(notes(classify_command(use), "event loops"));
    CHECK(waits_for_many("ppoll"));
    CHECK_FALSE(waits_for_many("futex"));
}

TEST_CASE("what makes the numbers doubtful is said") {
    CommandUse use = command(2 * ms, 1 * ms);
    CHECK(classify_command(use).evidence->notes.empty());
    use.seen.looks = 1;
    CHECK(notes(classify_command(use), "hardly known"));
    use.exit_code = 3;
    CHECK(notes(classify_command(use), "exit code 3"));
    use.signal = 9;
    CHECK(notes(classify_command(use), "Signal 9"));
    use.interrupted = true;
    CHECK(notes(classify_command(use), "Interrupted"));
}

TEST_CASE("a demo that can be awaited is PURE_ASYNC, and TO_THREAD as its sequential way is written") {
    const Classification api = classify_run(three_calls());
    CHECK(pattern_of(api) == Pattern::pure_async);
    CHECK(api.traits.has_async_api);
    CHECK_FALSE(api.traits.uses_blocking_io);
    CHECK(api.traits.cpu_cost_ms == doctest::Approx(1.0 / 3));
    REQUIRE(api.otherwise);
    CHECK(api.otherwise->pattern == Pattern::to_thread);
    const auto& facts = api.evidence->facts;
    CHECK(std::any_of(facts.begin(), facts.end(), [](const Fact& fact) {
        return fact.key == "blocked_ms" && fact.number == doctest::Approx(605.0 / 3);
    }));
}

TEST_CASE("coroutines that hold the thread, or hand their work to others, are no async API") {
    Run run = three_calls();
    run.ways[1] = way_of(Way::coroutines, State::blocked, {{0, 200}, {200, 400}, {400, 600}});
    CHECK(pattern_of(classify_run(run)) == Pattern::to_thread);
    run.ways[1] = way_of(Way::coroutines, State::waiting, {{0, 200}, {0, 200}, {0, 200}});
    run.ways[1].usage.threads = 3;
    CHECK(pattern_of(classify_run(run)) == Pattern::to_thread);
    CHECK_FALSE(classify_run(run).otherwise);
}

TEST_CASE("a demo that only computes is classified by its CPU time") {
    Run run;
    run.demo = "computes";
    run.ways = {way_of(Way::sequential, State::running, {{0, 150}, {150, 300}}),
                way_of(Way::coroutines, State::running, {{0, 150}, {150, 300}})};
    run.ways[0].usage.cpu = 300 * ms;
    CHECK(pattern_of(classify_run(run)) == Pattern::process_pool);
    run.ways[0].usage.cpu = 20 * ms;
    CHECK(pattern_of(classify_run(run)) == Pattern::pure_async);
    CHECK_FALSE(classify_run(run).traits.has_async_api);
}

TEST_CASE("a demo that has an async API and computes much is PURE_ASYNC with a warning") {
    Run run = three_calls();
    run.ways[0].usage.cpu = 900 * ms;
    const Classification starves = classify_run(run);
    CHECK(pattern_of(starves) == Pattern::pure_async);
    CHECK(contains(render_ascii(starves, 120), "300ms of CPU on the event loop hold up"));
}

TEST_CASE("a way that failed is not taken for what a task takes") {
    Run run = three_calls();
    for (Span& span : run.ways[0].timeline.spans) span.outcome = Outcome::failed;
    CHECK(contains(classify_run(run).evidence->cpu, "coroutines"));
    for (WayRun& way : run.ways) {
        for (Span& span : way.timeline.spans) span.outcome = Outcome::failed;
    }
    CHECK_THROWS_AS(classify_run(run), Error);
}

TEST_CASE("what was measured is in all three forms, within the width, whatever the program is called") {
    CommandUse use = command(200 * ms, 1 * ms);
    use.line = "'/bin/\x1b[31m\xff\n'";
    use.seen.asleep_in = {{"read", 10}, {"poll", 5}};
    const Classification classification = classify_command(use);
    for (const int width : {40, 80, 120}) {
        const std::string text = render_ascii(classification, width);
        CHECK(widest_line(text) <= width);
        CHECK_FALSE(has_color(text));
    }
    const auto document = nlohmann::json::parse(render_json(classification));
    CHECK(document.at("measured").at("wall_ms") == 200);
    CHECK(document.at("measured").at("cpu_ms") == 1);
    CHECK(document.at("measured").at("asleep_in") == "read 10, poll 5");
    CHECK(document.at("otherwise").at("pattern") == "PURE_ASYNC");
    CHECK(contains(render_plain(classification), "measured\twaited_ms\t199.000\n"));
}

}  // namespace
}  // namespace overlap::test
