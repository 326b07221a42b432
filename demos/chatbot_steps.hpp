// What the stages of the demo chatbot share, apart from their waiting.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "demo/context.hpp"
#include "net/redis_client.hpp"

namespace overlap {

/// The answer that each user's history was told of, when Redis said that it has it.
using Saved = std::vector<std::optional<std::string>>;

/// The messages of a history that was read.
std::vector<std::string> messages_of(const net::RedisAnswer& history);

/// RPUSH of the question and the answer, as it goes over the wire.
std::string save_command(int id, const std::string& answer);

/// The turn is over: with an error when Redis did not take the answer. The lane says which model gave it.
void finish_turn(Context& run, ScopedSpan& span, const net::RedisAnswer& answer, int id, int model);

/// Reads all histories back. A user whose history is not what was there before, the question and the answer
/// that was saved, has failed.
void check_saved(Context& run, const Saved& saved);

}  // namespace overlap
