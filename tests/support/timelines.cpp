#include "support/timelines.hpp"

#include <algorithm>
#include <string>

#include "timeline/advice.hpp"
#include "timeline/metrics.hpp"

namespace overlap::test {

WayRun way_of(Way way, State state, const std::vector<TaskTimes>& tasks) {
    WayRun run;
    run.way = way;
    run.caption = name_of(way);
    for (const TaskTimes& task : tasks) {
        const auto lane = static_cast<std::uint32_t>(run.timeline.lanes.size());
        run.timeline.lanes.push_back({.name = "Task" + std::to_string(lane + 1)});
        run.timeline.spans.push_back(
            {.lane = lane, .state = state, .begin = task.begin * ms, .end = task.end * ms});
    }
    run.usage.threads = way == Way::pool ? static_cast<int>(tasks.size()) : 1;
    run.makespans = {makespan(run.timeline)};
    return run;
}

std::string why(const Run& run) {
    std::string text;
    for (const std::string& sentence : explain(run)) text += sentence + " ";
    return text;
}

Run three_calls() {
    Run run;
    run.demo = "api";
    run.title = "3 calls to a loopback API that answers each after 200ms, three ways";
    run.knobs = {{"tasks", "", 3}, {"latency", "ns", 200 * ms}};
    run.machine = {
        .cores = 2, .kernel = "Linux", .compiler = "clang", .build = "Release", .versions = {{"asio", "1"}}};
    run.next = {"overlap api --tasks 10 --workers 4", "overlap code api"};

    WayRun sequential = way_of(Way::sequential, State::blocked, {{0, 201}, {201, 402}, {402, 605}});
    sequential.caption = "Sequential: blocking calls on one thread";
    sequential.usage.cpu = 1 * ms;
    WayRun coroutines = way_of(Way::coroutines, State::waiting, {{0, 202}, {0, 202}, {0, 203}});
    coroutines.caption = "Coroutines: co_await on one thread";
    coroutines.usage.cpu = 1 * ms;
    coroutines.timeline.lanes.push_back({.name = "Loop", .kind = LaneKind::loop});
    coroutines.timeline.spans.push_back({.lane = 3, .begin = 0, .end = 1 * ms});
    coroutines.timeline.spans.push_back({.lane = 3, .begin = 202 * ms, .end = 203 * ms});
    coroutines.heartbeat = Heartbeat{.beats = 200, .worst_lag = ms / 2, .p99_lag = ms / 4};
    WayRun pool = way_of(Way::pool, State::blocked, {{0, 201}, {0, 201}, {0, 202}});
    pool.caption = "Thread pool: blocking calls on 3 threads";
    pool.usage.cpu = 2 * ms;
    pool.workers = 3;

    sequential.server = ServerCounts{.requests = 3, .peak_in_flight = 1, .connections = 3};
    coroutines.server = pool.server = ServerCounts{.requests = 3, .peak_in_flight = 3, .connections = 3};
    run.ways = {sequential, coroutines, pool};
    return run;
}

namespace {

using Random = std::mt19937_64;

Nanoseconds up_to(Random& random, Nanoseconds most) {
    return std::uniform_int_distribution<Nanoseconds>(0, most)(random);
}

// Lengths over all scales: a tenth of them a nanosecond or so, others most of the picture.
Nanoseconds random_length(Random& random, Nanoseconds scale) {
    const Nanoseconds shrink = Nanoseconds{1} << up_to(random, 30);
    return 1 + up_to(random, std::max<Nanoseconds>(1, scale / shrink));
}

// A task that begins at `begin`: one to four spans, with or without gaps. Gives where it ends.
Nanoseconds add_task(Random& random, Timeline& timeline, Nanoseconds begin, Nanoseconds scale) {
    const auto lane = static_cast<std::uint32_t>(timeline.lanes.size());
    timeline.lanes.push_back({.name = "Task" + std::to_string(lane + 1)});
    const Nanoseconds spans = 1 + up_to(random, 3);
    for (Nanoseconds i = 0; i < spans; ++i) {
        Span span;
        span.lane = lane;
        span.state = static_cast<State>(up_to(random, 5));
        span.begin = begin;
        span.end = begin + random_length(random, scale);
        if (i + 1 == spans && up_to(random, 9) == 0) span.outcome = Outcome::failed;
        if (i + 1 == spans && up_to(random, 9) == 1) span.outcome = Outcome::cancelled;
        timeline.spans.push_back(span);
        begin = span.end + (up_to(random, 2) == 0 ? random_length(random, scale) : 0);
    }
    return timeline.spans.back().end;
}

WayRun random_way(Random& random, Way way, Nanoseconds scale) {
    WayRun run;
    run.way = way;
    run.caption = name_of(way);
    const Nanoseconds tasks = 1 + up_to(random, 59);
    Nanoseconds begin = 0;
    for (Nanoseconds i = 0; i < tasks; ++i) {
        const Nanoseconds end = add_task(random, run.timeline, begin, scale);
        begin = way == Way::sequential ? end + (up_to(random, 1) == 0 ? up_to(random, 1000) : 0)
                                       : up_to(random, scale);
    }
    if (way == Way::coroutines) {
        const auto lane = static_cast<std::uint32_t>(run.timeline.lanes.size());
        run.timeline.lanes.push_back({.name = "Loop", .kind = LaneKind::loop});
        for (Nanoseconds at = 0; at < scale;) {
            const Nanoseconds length = random_length(random, scale);
            run.timeline.spans.push_back({.lane = lane, .begin = at, .end = at + length});
            at += length + random_length(random, scale);
        }
    }
    sort_spans(run.timeline);
    run.makespans = {makespan(run.timeline)};
    return run;
}

}  // namespace

Run random_run(Random& random) {
    Run run;
    run.demo = "random";
    run.title = "A random run";
    const Nanoseconds scale = Nanoseconds{1} << up_to(random, 40);
    for (const Way way : all_ways) {
        if (run.ways.empty() || up_to(random, 3) > 0) run.ways.push_back(random_way(random, way, scale));
    }
    return run;
}

}  // namespace overlap::test
