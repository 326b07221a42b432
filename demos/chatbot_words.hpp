// What the demo chatbot says of itself, and its knobs.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "demo/context.hpp"
#include "demo/demo.hpp"
#include "demo/knobs.hpp"

namespace overlap {

std::string chatbot_title(const Settings& settings, std::span<const std::string> urls);
std::string chatbot_caption(const Variant& variant, const Context& run);
Nanoseconds chatbot_sequential_time(const Settings& settings);

/// To format on, beside the loop: one a core, no more than users.
std::size_t format_threads(const Context& run);

// clang-format off
inline constexpr Knob chatbot_knobs[] = {
    {.name = "users", .meaning = "users, each with one turn", .usual = 3, .least = 1, .most = 300},
    {.name = "rtt", .meaning = "distance to Redis: the time of a round trip to it; 0: none", .unit = Unit::duration,
     .usual = 50 * ms, .most = 10'000 * ms},
    {.name = "work", .meaning = "CPU time to format one history, found by trying", .unit = Unit::duration,
     .usual = 60 * ms, .most = 10'000 * ms},
    knob::latency("main-latency", "time to main's first token", 250 * ms, 2'000 * ms),
    knob::latency("fallback-latency", "time to fallback's first token", 150 * ms, 1'000 * ms),
    knob::limit("main-timeout", "when the sequential way gives main's first token up", 400 * ms, 3'000 * ms),
    {.name = "tokens", .meaning = "tokens in each answer", .usual = 6, .least = 1, .most = 1'000, .of_server = true},
    knob::latency("interval", "from one token to the next", 30 * ms),
    {.name = "main-fails", .meaning = "main answers with an error (503)", .unit = Unit::flag, .most = 1},
    {.name = "fallback-fails", .meaning = "fallback answers with an error", .unit = Unit::flag, .most = 1},
    knob::timeout,
    knob::connect_timeout,
};
// clang-format on

inline constexpr Example chatbot_examples[] = {
    {"overlap chatbot", "three users, each stage of their turns on the bar"},
    {"overlap chatbot --work 200ms --way coroutines", "formatting on the loop, beside formatting on threads"},
    {"overlap chatbot --main-fails", "main fails: wait for that first, or ask both at once"},
    {"overlap chatbot --users 30 --workers 8", "more users than the pool has threads"},
    {"overlap chatbot --redis 127.0.0.1:6379", "with a Redis of yours, which is left as it was"},
};

inline constexpr std::string_view chatbot_next[] = {"overlap chatbot --work 200ms --way coroutines",
                                                    "overlap chatbot --main-fails", "overlap code chatbot"};

}  // namespace overlap
