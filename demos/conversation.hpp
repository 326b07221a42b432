// Formatting a conversation for a model: CPU work as the notes have it.
#pragma once

#include <cstdint>

#include "concurrency/job.hpp"

namespace overlap {

/// "format": formats so many conversations of 100 messages, one after the other; gives the last prompt. Ends
/// early after Ctrl-C.
extern const Job format_job;

/// How many of them take about so much CPU time on this machine.
std::int64_t conversations_in(Nanoseconds work);

}  // namespace overlap
