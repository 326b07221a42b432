// The event loop of run().
#pragma once

#include <asio/io_context.hpp>

namespace workshop {

/// There is one in a program.
asio::io_context& the_loop();

/// Whether run() runs it, so that its coroutines get on.
bool loop_is_running();

}  // namespace workshop
