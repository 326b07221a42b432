// Formatting a conversation for a model: CPU work as the notes have it.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "concurrency/job.hpp"

namespace overlap {

/// "format": formats so many conversations of 100 messages, one after the other; gives the last prompt. Ends
/// early after Ctrl-C.
extern const Job format_job;

/// The same of a conversation of our own: its messages, over and over up to 100. The span is of that phase.
std::string format_messages(const TaskLane& lane, std::span<const std::string> messages,
                            std::int64_t conversations, Phase phase);

/// How many of them take about so much CPU time on this machine.
std::int64_t conversations_in(Nanoseconds work);

}  // namespace overlap
