// What the demo blocking says of itself.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "demo/context.hpp"
#include "demo/demo.hpp"

namespace overlap {

std::string blocking_title(const Settings& settings, std::span<const std::string> urls);
Nanoseconds blocking_time(const Settings& settings);  ///< that the sequential way waits for locks
std::string blocking_caption(const Variant& variant, const Context& run);

constexpr Knob choice(std::string_view name, std::string_view meaning,
                      std::span<const std::string_view> words) {
    return {.name = name,
            .meaning = meaning,
            .unit = Unit::choice,
            .most = static_cast<std::int64_t>(words.size()) - 1,
            .words = words};
}

inline constexpr Example blocking_examples[] = {
    {"overlap blocking", "four databases, each locked by somebody else for a while"},
    {"overlap blocking --locked 0", "nobody else: what is left is the disk"},
    {"overlap blocking --what file", "written, synced with the disk, read back"},
    {"overlap blocking --what dns", "getaddrinfo"},
    {"overlap blocking --tasks 8 --workers 2", "more calls than the pool has workers"},
    {"overlap blocking --locked 300ms --busy-timeout 100ms", "'database is locked', as data"},
    {"overlap blocking --fail full", "the first task finds the disk full, the others go on"},
    {"TMPDIR=/dev/shm overlap blocking", "the same in memory, if that is a tmpfs"},
};

inline constexpr std::string_view blocking_next[] = {"overlap blocking --tasks 8 --workers 2",
                                                     "overlap blocking --what file", "overlap code blocking"};

}  // namespace overlap
