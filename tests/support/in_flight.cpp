#include "support/in_flight.hpp"

#include <doctest/doctest.h>

#include "support/eventually.hpp"

namespace overlap::test {

net::ServerOptions limited(std::int64_t most, net::WhenFull when_full) {
    net::ServerOptions options;
    options.max_in_flight = most;
    options.when_full = when_full;
    return options;
}

std::vector<Wire> hold_in_flight(ServerThread& server, std::int64_t count) {
    std::vector<Wire> wires;
    const std::int64_t before = server.counts().requests;
    for (std::int64_t i = 0; i < count; ++i) {
        wires.emplace_back(server.port());
        wires.back().get("/delay/60");
    }
    CHECK(eventually([&] { return server.counts().requests == before + count; }));
    return wires;
}

}  // namespace overlap::test
