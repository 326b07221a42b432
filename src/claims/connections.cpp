// Claims about connections: kept open, pooled, or opened for each call.
#include "claims/judge.hpp"
#include "claims/judgements.hpp"
#include "demos/demos.hpp"
#include "timeline/duration.hpp"
#include "timeline/units.hpp"
#include "timeline/words.hpp"

namespace overlap {
namespace {

std::string connections(const WayRun& way) {
    return plural(static_cast<std::size_t>(way.server ? way.server->connections : 0), "connection");
}

Trial at_distance(std::int64_t rtt) {
    return {.demo = &reuse,
            .settings = {{"tasks", 10, 5}, {"latency", 40 * ms, 40 * ms}, {"rtt", rtt, rtt}},
            .ways = {Way::sequential},
            .variants = {"new", "one"},
            .repeat = 3};
}

}  // namespace

Judgement judge_reuse(const Measurements& measured) {
    const Run& far = measured.runs.at(0);
    const Run& near = measured.runs.at(1);
    const WayRun* const fresh = find_done(far, Way::sequential, "new");
    const WayRun* const kept = find_done(far, Way::sequential, "one");
    const std::optional<double> away = ratio_of(fresh, kept);
    const std::optional<double> here =
        ratio_of(find_done(near, Way::sequential, "new"), find_done(near, Way::sequential, "one"));
    const auto rtt = knob_of(far, "rtt");
    if (!away || !here || !rtt || !fresh->server || !kept->server) return unmeasured(measured);
    const std::string distance = format_exact(*rtt) + " away";
    const std::string found = plural(tasks_of(*fresh), "call") + " to a server " + distance + ": " +
                              time_of(*fresh) + " on " + connections(*fresh) + ", " + time_of(*kept) +
                              " on " + connections(*kept) + ", " + times_in_words(*away) +
                              " as fast; next door " + times_in_words(*here);
    const bool fewer = kept->server->connections < fresh->server->connections;
    if (!fewer || *away < 1.1) return {Verdict::does_not_hold, found, ""};
    if (*here >= 1.1) return {Verdict::holds, found, ""};
    return {Verdict::holds_only_when, found, "the server is at a distance: here " + distance};
}

Judgement judge_redis_pool(const Measurements& measured) {
    const Run& run = measured.runs.at(0);
    const WayRun* const each = find_done(run, Way::coroutines, "each");
    const WayRun* const pooled = find_done(run, Way::coroutines, "pooled");
    const std::optional<double> slower = ratio_of(pooled, each);
    if (!slower || !each->server || !pooled->server) return unmeasured(measured);
    const double one = static_cast<double>(median_call(*each));
    const double one_pooled = static_cast<double>(median_call(*pooled));
    if (one_pooled <= 0) return unmeasured(measured);
    const std::string found = plural(tasks_of(*each), "read") +
                              ", opening one for each: " + connections(*each) + ", " +
                              format_duration(median_call(*each)) + " a read, all in " + time_of(*each) +
                              "; from a pool: " + connections(*pooled) + ", " +
                              format_duration(median_call(*pooled)) + " a read, all in " + time_of(*pooled);
    if (one < 1.3 * one_pooled || pooled->server->connections >= each->server->connections)
        return {Verdict::does_not_hold, found, ""};
    if (*slower <= 1.1) return {Verdict::holds, found, ""};
    return {Verdict::holds_only_when, found,
            "what counts is one read, not all of them: these queued for " + connections(*pooled) +
                ", and took " + times_in_words(*slower) + " as long"};
}

std::vector<ClaimTest> claims_of_connections() {
    return {
        {.name = "one-client",
         .says = "keep one client and its connections instead of making one for each request",
         .section = "httpx and aiohttp: connection pool",
         .full_seconds = 7,
         .quick_seconds = 4,
         .trials = {at_distance(20 * ms), at_distance(0)},
         .judge = judge_reuse},
        {.name = "redis-pool",
         .says = "use a pool of connections: opening and closing them costs time",
         .section = "Redis: when async",
         .trials = {{.demo = &redis,
                     .settings = {{"tasks", 40, 40}, {"rtt", 10 * ms, 10 * ms}},
                     .ways = {Way::coroutines},
                     .variants = {"each", "pooled"},
                     .workers = 8}},
         .judge = judge_redis_pool},
    };
}

}  // namespace overlap
