// What the demo forgot says of itself, and what its panels have in common.
#pragma once

#include <asio/io_context.hpp>
#include <chrono>
#include <span>
#include <string>
#include <string_view>

#include "demo/context.hpp"
#include "demo/demo.hpp"
#include "demo/knobs.hpp"

namespace overlap {

std::string forgot_title(const Settings& settings, std::span<const std::string> urls);
std::string forgot_caption(const Variant& variant, const Context& run);

/// About what the sequential way takes.
Nanoseconds forgot_sequential_time(const Settings& settings);

/// What our server answers after its latency, with 503 if it is to fail.
net::Target target_of(const Context& run, bool failing = false);

/// How long the watchdog waits before it calls a wait a deadlock.
std::chrono::nanoseconds patience(const Context& run);

/// The calls that coroutines make on `loop`.
struct Calls {
    Context& run;
    asio::io_context& loop;
    bool failing = false;  ///< the server is to answer 503
    net::AsyncClient client{loop.get_executor(), run.client()};
    net::Target target = target_of(run, failing);
    int failed = 0;  ///< so far
};

/// Runs the loop; gives what an exception that came out of it says, empty when none did.
std::string heard_from(asio::io_context& loop);

/// Says what came of the calls, from what was seen of them: those that never began, those that failed, and
/// what was heard of that.
void conclude_calls(const Calls& calls, const std::string& heard);

inline constexpr Knob forgot_knobs[] = {
    knob::tasks(3), knob::latency(200 * ms, 2'000 * ms),
    knob::limit("patience", "how long a loop may stand still before that is a deadlock", 300 * ms),
    knob::timeout};

inline constexpr Example forgot_examples[] = {
    {"overlap forgot", "calls without their await, and how it is mended: rightly and wrongly"},
    {"overlap forgot --way coroutines --variant awaited,forgotten", "the two beside each other"},
    {"overlap forgot --way coroutines --variant detached,heard", "a failure, unheard and heard"},
    {"overlap forgot --variant blocked,future --patience 2s",
     "a deadlock, and the same line where it is none"},
};

inline constexpr std::string_view forgot_next[] = {"overlap forgot --variant blocked,future --patience 2s",
                                                   "overlap chain", "overlap code forgot"};

}  // namespace overlap
