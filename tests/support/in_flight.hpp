// Filling a server up.
#pragma once

#include <cstdint>
#include <vector>

#include "net/http_server.hpp"
#include "support/server_thread.hpp"
#include "support/wire.hpp"

namespace overlap::test {

/// The options of a server that has `most` requests in flight at once.
net::ServerOptions limited(std::int64_t most, net::WhenFull when_full);

/// Requests that are never answered within a test: each stays in flight, or in the queue, until its wire is
/// closed.
std::vector<Wire> hold_in_flight(ServerThread& server, std::int64_t count);

}  // namespace overlap::test
