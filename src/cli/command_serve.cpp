// overlap serve: the demos' HTTP server on its own.
#include <fmt/format.h>

#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>
#include <exception>
#include <functional>
#include <iostream>

#include "cli/commands.hpp"
#include "cli/interrupt.hpp"
#include "cli/terminal.hpp"
#include "net/descriptors.hpp"
#include "net/server_process.hpp"

namespace overlap {
namespace {

std::string summary(const ServerCounts& counts) {
    return fmt::format(
        "{} requests on {} connections, {} at once at most; {} refused, {} failed, {} bad, {} hung up\n",
        counts.requests, counts.connections, counts.peak_in_flight, counts.refused, counts.failed,
        counts.bad_requests, counts.hung_up);
}

}  // namespace

int run_serve(const Invocation& invocation) {
    const Interrupt interrupt;
    net::raise_descriptor_limit();
    net::ServerOptions options = invocation.serve;
    if (invocation.log) options.log = [](const std::string& line) { std::cerr << line + '\n'; };

    asio::io_context loop(1);
    net::Server server(loop, options);
    server.start();
    const std::stop_callback<std::function<void()>> stop(interrupt.token(), [&loop] { loop.stop(); });
    const bool is_child = invocation.control >= 0;
    if (is_child) {
        asio::co_spawn(loop, net::obey_parent(loop, server, server.url(), invocation.control),
                       [](std::exception_ptr error) {
                           if (error) std::rethrow_exception(error);
                       });
    } else {
        print(server.url() + "\n");
    }
    loop.run();
    if (!is_child) print(summary(server.counts()));
    return exit_done;
}

}  // namespace overlap
