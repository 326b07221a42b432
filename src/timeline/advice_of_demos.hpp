// What explain() says, demo by demo. Each is a function of the run alone: a run that was kept says the same.
#pragma once

#include <string>
#include <vector>

#include "timeline/run.hpp"

namespace overlap {

/// Of calls that do not need each other's answer: waiting, overlapping it, the pool, retries.
std::vector<std::string> explain_calls(const Run& run);

/// Of a pool of processes: what starting the workers took. Nothing of another panel.
void explain_start(const WayRun& way, std::vector<std::string>& sentences);

/// Of chains of calls: the critical path, and what awaiting one chain after the other lost.
std::vector<std::string> explain_chain(const Run& run);

/// Of a chatbot: which stage costs most, and what formatting on the loop did to it.
std::vector<std::string> explain_chatbot(const Run& run);

/// Of tasks that compute: which ways gained, beside the cores there are; with --gil, what that lock did.
std::vector<std::string> explain_cpu(const Run& run);
/// Of calls that only block: what they did to the event loop when made on it, and what offloading them gave.
std::vector<std::string> explain_blocking(const Run& run);

/// Of a race: what waiting for the first to be given up cost, who won, and what became of the loser.
std::vector<std::string> explain_race(const Run& run);

/// Of calls without their await: what each panel asked of the server, and what became of it.
std::vector<std::string> explain_forgot(const Run& run);

/// Of reads from a Redis that is some round trips away.
std::vector<std::string> explain_redis(const Run& run);

/// Of connections: what opening them takes, what keeping them saves, and what waiting for one costs.
std::vector<std::string> explain_reuse(const Run& run);
/// Of CPU work on the loop: who held it, who waited with an answer there, and what taking it elsewhere
/// changed.
std::vector<std::string> explain_starve(const Run& run);

/// Of conversations that come token by token: when the first tokens came, how far apart the others, whom the
/// server waited for.
std::vector<std::string> explain_streams(const Run& run);

/// Of `overlap trace`: where time 0 is, whether requests overlapped, how many connections they took.
std::vector<std::string> explain_trace(const Run& run);

/// What went wrong with a traced command: it never called, failed, was ended, left requests behind.
std::vector<std::string> warnings_of_trace(const Run& run);

}  // namespace overlap
