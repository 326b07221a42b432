// Knobs that several demos have in common.
#pragma once

#include "demo/demo.hpp"
#include "timeline/units.hpp"

namespace overlap::knob {

constexpr Knob tasks(std::int64_t usual) {
    return {.name = "tasks", .meaning = "calls to make", .usual = usual, .least = 1, .most = 10'000};
}

/// How long our server takes to answer; with a name of its own where a demo calls it for more than one thing.
constexpr Knob latency(std::string_view name, std::string_view meaning, Nanoseconds usual,
                       std::optional<Nanoseconds> as_in_notes = std::nullopt) {
    return {.name = name,
            .meaning = meaning,
            .unit = Unit::duration,
            .usual = usual,
            .most = 60'000 * ms,
            .as_in_notes = as_in_notes,
            .of_server = true};
}
constexpr Knob latency(Nanoseconds usual, std::optional<Nanoseconds> as_in_notes = std::nullopt) {
    return latency("latency", "time the server takes to answer", usual, as_in_notes);
}

/// CPU time that a task uses, see Demo::amount.
constexpr Knob work(Nanoseconds usual) {
    return {.name = "work",
            .meaning = "CPU time of each task's work, found by trying",
            .unit = Unit::duration,
            .usual = usual,
            .most = 10'000 * ms};
}

/// When something is given up; no later than a client does by itself (net::ClientOptions::timeout).
constexpr Knob limit(std::string_view name, std::string_view meaning, Nanoseconds usual,
                     std::optional<Nanoseconds> as_in_notes = std::nullopt) {
    return {.name = name,
            .meaning = meaning,
            .unit = Unit::duration,
            .usual = usual,
            .least = 1 * ms,
            .most = 30'000 * ms,
            .as_in_notes = as_in_notes};
}

inline constexpr Knob jitter{.name = "jitter",
                             .meaning = "and up to this much more, at random",
                             .unit = Unit::duration,
                             .most = 60'000 * ms,
                             .of_server = true};
inline constexpr Knob fail_rate{.name = "fail-rate",
                                .meaning = "share of the requests that our server answers with 503",
                                .unit = Unit::share,
                                .most = 1'000'000,
                                .of_server = true};
inline constexpr Knob max_in_flight{
    .name = "max-in-flight",
    .meaning = "requests that our server answers at once, 429 for more; 0: no limit",
    .most = 1'000'000,
    .of_server = true};
inline constexpr Knob timeout{.name = "timeout",
                              .meaning = "when to give an attempt up",
                              .unit = Unit::duration,
                              .usual = 150'000 * ms,
                              .least = 1 * ms,
                              .most = 600'000 * ms};
inline constexpr Knob connect_timeout{.name = "connect-timeout",
                                      .meaning = "when to give up connecting",
                                      .unit = Unit::duration,
                                      .usual = 5'000 * ms,
                                      .least = 1 * ms,
                                      .most = 600'000 * ms};
inline constexpr Knob retries{.name = "retries",
                              .meaning = "times to try again after the network's failures, 429 and 5xx",
                              .most = 100};
inline constexpr Knob backoff{
    .name = "backoff",
    .meaning = "before the first retry, at most; doubles with each, the time is random",
    .unit = Unit::duration,
    .usual = 50 * ms,
    .most = 60'000 * ms};

constexpr Knob rtt(Nanoseconds usual) {
    return {.name = "rtt",
            .meaning = "distance to the server: the time of a round trip to it; 0: none",
            .unit = Unit::duration,
            .usual = usual,
            .most = 10'000 * ms,
            .of_server = true};
}

}  // namespace overlap::knob
