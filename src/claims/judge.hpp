// What the judgements are made of. All are functions of what was measured, and of nothing else.
#pragma once

#include <optional>
#include <string>

#include "claims/claim_test.hpp"
#include "timeline/metrics.hpp"

namespace overlap {

/// How many times as long `slow` took as `fast`; none unless both did all of their work.
std::optional<double> ratio_of(const WayRun* slow, const WayRun* fast);

/// How long the way took in all: "6.00s"
std::string time_of(const WayRun& way);

/// For a claim whose trials did not give what it is judged by. Says which call failed, where one did.
Judgement unmeasured(const Measurements& measured);

/// Whether a way that computes in one thread got less than three quarters of a core: then its time says
/// little of its work.
bool starved(const WayRun& way);

/// Whether a pool that had two cores or more to use, and no lock to wait for, got less than one and a half.
bool starved_pool(const WayRun& pool, int cores);

/// "Not run", for the way was starved: it is noisy, and to be measured again.
Judgement too_busy(const WayRun& way);

/// How many tasks a way had, and how many of them computed at the same time at most.
std::size_t tasks_of(const WayRun& way);
int computing_at_once(const WayRun& way);

/// The panel with that variant, whether it did its work or not; null where there is none.
const WayRun* panel_of(const Run& run, Way way, std::string_view variant);

/// The pool of that kind, if it did all of its work; else null.
const WayRun* done_pool(const Run& run, PoolKind kind);

}  // namespace overlap
