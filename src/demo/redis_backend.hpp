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

/// What a demo does with its conversations.
struct ConversationUse {
    int count = 0;          ///< how many there are
    bool appended = false;  ///< the demo adds to them, so they are restored before each way
    int connections = 0;    ///< that a way opens at once, where these may be too many for the proxy; 0: few
};

/// The Redis of --redis; else the installed redis-server, started for this run; else our stand-in, after a
/// notice. Holds the conversations until it is destroyed, and nothing of ours afterwards. With a knob "rtt"
/// that is not zero, there is a proxy before it. Throws Error when it cannot be used.
std::unique_ptr<Backend> redis_backend(const RunOptions& options, const ConversationUse& use);

/// The same for the demo redis: a conversation for each of the knob "tasks", which are only read.
std::unique_ptr<Backend> redis_backend(const RunOptions& options);

}  // namespace overlap
