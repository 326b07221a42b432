// What the demo redis says of itself.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "demo/context.hpp"
#include "demo/demo.hpp"

namespace overlap {

std::string redis_title(const Settings& settings, std::span<const std::string> urls);
std::string redis_caption(const Variant& variant, const Context& run);

inline constexpr Example redis_examples[] = {
    {"overlap redis", "eight conversations, from a Redis that is 10ms away"},
    {"overlap redis --rtt 0", "from one on this machine: there is little to wait for"},
    {"overlap redis --tasks 1000 --way coroutines", "a thousand connections, a pool, and a single one"},
    {"overlap redis --tasks 100 --workers 10 --variant pooled,pipelined", "a larger pool"},
    {"overlap redis --redis 127.0.0.1:6379", "a Redis of yours, which is left as it was"},
};

inline constexpr std::string_view redis_next[] = {
    "overlap redis --rtt 0", "overlap redis --tasks 1000 --way coroutines", "overlap code redis"};

}  // namespace overlap
