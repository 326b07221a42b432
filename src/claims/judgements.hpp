// Each claim's judgement: what the measurements show of it. Pure functions; a claim's measurements are what
// its trials gave, in their order. Ratios are taken within one run, never across.
#pragma once

#include "claims/claim_test.hpp"

namespace overlap {

// of waiting
Judgement judge_overlap(const Measurements& measured);        ///< N calls take as long as one
Judgement judge_waiting(const Measurements& measured);        ///< a blocking call holds its thread
Judgement judge_race(const Measurements& measured);           ///< asking both at once
Judgement judge_naive(const Measurements& measured);          ///< awaits in turn do not overlap
Judgement judge_few_users(const Measurements& measured);      ///< one call: sync is as good
Judgement judge_threads_match(const Measurements& measured);  ///< in time, not in memory
Judgement judge_forgotten(const Measurements& measured);      ///< a call not awaited does nothing

// of the loop
Judgement judge_blocked_loop(const Measurements& measured);  ///< the last of N waits for N-1 others
Judgement judge_free_loop(const Measurements& measured);     ///< to_thread keeps it free
Judgement judge_light_work(const Measurements& measured);    ///< a little computing needs no pool
Judgement judge_sync_library(const Measurements& measured);  ///< a library that blocks, inline and in a pool

// of computing
Judgement judge_tenfold(const Measurements& measured);    ///< 10 requests, a thread each: 10 times as fast
Judgement judge_async_cpu(const Measurements& measured);  ///< coroutines compute no faster
Judgement judge_threads_and_lock(const Measurements& measured);  ///< threads do not help under a lock
Judgement judge_processes(const Measurements& measured);         ///< processes do
Judgement judge_turns(const Measurements& measured);  ///< coroutines take turns, threads are preempted

// of costs
Judgement judge_many(const Measurements& measured);     ///< tens of thousands of coroutines
Judgement judge_lighter(const Measurements& measured);  ///< a thread costs more than a coroutine
Judgement judge_layers(const Measurements& measured);   ///< a layer costs

// of connections
Judgement judge_reuse(const Measurements& measured);       ///< one client for all calls
Judgement judge_redis_pool(const Measurements& measured);  ///< a pool against a connection each

// of Python's clients; the runs are those of `trace`
Judgement judge_httpx_above_30(const Measurements& measured);
Judgement judge_httpx_tenfold(const Measurements& measured);
Judgement judge_httpx_fails(const Measurements& measured);
Judgement judge_aiohttp_300(const Measurements& measured);
Judgement judge_python_reuse(const Measurements& measured);

}  // namespace overlap
