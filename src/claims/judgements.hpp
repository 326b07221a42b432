// Each claim's judgement: what the evidence shows of it. Pure functions; a claim's evidence is what its
// trials gave, in their order. Ratios are taken within one run, never across.
#pragma once

#include "claims/claim_test.hpp"

namespace overlap {

// of waiting
Judgement judge_overlap(const Evidence& evidence);        ///< N calls take as long as one
Judgement judge_waiting(const Evidence& evidence);        ///< a blocking call holds its thread
Judgement judge_race(const Evidence& evidence);           ///< asking both at once
Judgement judge_naive(const Evidence& evidence);          ///< awaits in turn do not overlap
Judgement judge_few_users(const Evidence& evidence);      ///< one call: sync is as good
Judgement judge_threads_match(const Evidence& evidence);  ///< in time, not in memory
Judgement judge_forgotten(const Evidence& evidence);      ///< a call not awaited does nothing

// of the loop
Judgement judge_blocked_loop(const Evidence& evidence);  ///< the last of N waits for N-1 others
Judgement judge_free_loop(const Evidence& evidence);     ///< to_thread keeps it free
Judgement judge_light_work(const Evidence& evidence);    ///< a little computing needs no pool
Judgement judge_sync_library(const Evidence& evidence);  ///< a library that blocks, inline and in a pool

// of computing
Judgement judge_tenfold(const Evidence& evidence);           ///< 10 requests, a thread each: 10 times as fast
Judgement judge_async_cpu(const Evidence& evidence);         ///< coroutines compute no faster
Judgement judge_threads_and_lock(const Evidence& evidence);  ///< threads do not help under a lock
Judgement judge_processes(const Evidence& evidence);         ///< processes do
Judgement judge_turns(const Evidence& evidence);             ///< coroutines take turns, threads are preempted

// of costs
Judgement judge_many(const Evidence& evidence);     ///< tens of thousands of coroutines
Judgement judge_lighter(const Evidence& evidence);  ///< a thread costs more than a coroutine
Judgement judge_layers(const Evidence& evidence);   ///< a layer costs

// of connections
Judgement judge_reuse(const Evidence& evidence);       ///< one client for all calls
Judgement judge_redis_pool(const Evidence& evidence);  ///< a pool against a connection each

// of Python's clients; the runs are those of `trace`
Judgement judge_httpx_above_30(const Evidence& evidence);
Judgement judge_httpx_tenfold(const Evidence& evidence);
Judgement judge_httpx_fails(const Evidence& evidence);
Judgement judge_aiohttp_300(const Evidence& evidence);
Judgement judge_python_reuse(const Evidence& evidence);

}  // namespace overlap
