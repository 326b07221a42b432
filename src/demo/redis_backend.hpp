// A Redis that holds conversations, for demos that read them back.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "demo/backend.hpp"
#include "demo/context.hpp"
#include "net/redis_client.hpp"

namespace overlap {

/// What was said in the conversation with this number, message by message.
std::vector<std::string> conversation(int id);

/// The key of the list that holds it. No other program, and no other run, uses the same.
std::string conversation_key(int id);

/// LRANGE for all of it, as it goes over the wire.
std::string read_command(int id);

/// Ends the span as failed when the answer is not what was written. Gives whether it is.
bool compare(ScopedSpan& span, const net::RedisAnswer& answer, int id);

/// By the knobs "timeout" and "connect-timeout"; Ctrl-C ends what blocks.
net::RedisOptions redis_options(const Context& run);

/// The Redis of --redis; else the installed redis-server, started for this run; else our stand-in, after a
/// notice. Holds one conversation for each task (the knob "tasks" or "users"), restored before
/// each way, until it is destroyed, and nothing of ours afterwards. With a
/// knob "rtt" that is not zero, there is a proxy before it. Throws Error when it cannot be used.
std::unique_ptr<Backend> redis_backend(const RunOptions& options);

}  // namespace overlap
