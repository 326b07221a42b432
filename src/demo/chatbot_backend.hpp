// What a chatbot needs: the models, and the Redis that keeps its conversations.
#pragma once

#include <memory>

#include "demo/backend.hpp"

namespace overlap {

/// Our HTTP server, and beside it what redis_backend() gives, which alone is at a distance by the knob "rtt".
/// The counts are the HTTP server's. Throws Error as both do.
std::unique_ptr<Backend> chatbot_backend(const RunOptions& options);

}  // namespace overlap
