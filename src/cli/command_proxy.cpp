// overlap proxy: distance, for loopback connections.
#include <fmt/format.h>

#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>
#include <exception>
#include <functional>

#include "cli/commands.hpp"
#include "cli/interrupt.hpp"
#include "cli/terminal.hpp"
#include "net/child_process.hpp"
#include "net/delay_proxy.hpp"
#include "net/descriptors.hpp"
#include "timeline/error.hpp"

namespace overlap {
namespace {

std::string summary(const net::ProxyCounts& counts) {
    return fmt::format(
        "{} connections, {} at once at most; {} turned away, {} without a server; {} bytes there, {} back\n",
        counts.connections, counts.peak_open, counts.turned_away, counts.unreachable, counts.bytes_there,
        counts.bytes_back);
}

int run_proxy(const Invocation& invocation) {
    if (invocation.proxy.to.host.empty()) {
        throw UsageError("--to is missing: 'overlap proxy --to HOST:PORT' names the server to lead to");
    }
    const Interrupt interrupt;
    net::raise_descriptor_limit();
    asio::io_context loop(1);
    net::DelayProxy proxy(loop, invocation.proxy);
    proxy.start();
    const std::stop_callback<std::function<void()>> stop(interrupt.token(), [&loop] { loop.stop(); });
    const bool is_child = invocation.control >= 0;
    if (is_child) {
        asio::co_spawn(loop, net::obey_parent(loop, proxy, proxy.address(), invocation.control),
                       [](std::exception_ptr error) {
                           if (error) std::rethrow_exception(error);
                       });
    } else {
        print(proxy.address() + "\n");
    }
    loop.run();
    if (!is_child) print(summary(proxy.counts()));
    return exit_done;
}

}  // namespace

CommandSpec proxy_command() {
    CommandSpec command;
    command.name = "proxy";
    command.summary = "put a server at a distance, until Ctrl-C";
    command.examples = {
        {"overlap proxy --to 127.0.0.1:6379 --rtt 10ms",
         "a Redis of this machine, as if it were 10ms away; the address to use is printed"},
        {"overlap proxy --to 127.0.0.1:8080 --rtt 20ms --port 8081",
         "'curl http://127.0.0.1:8081/' takes 40ms longer: one round trip connects, one asks"},
        {"overlap proxy --to 127.0.0.1:8080 --rtt 20ms --tunnel",
         "a forward proxy: 'curl -p -x ADDRESS http://127.0.0.1:8080/'"},
    };
    command.options = {
        {"--to", "HOST:PORT", "the server that all connections lead to (needed)"},
        {"--rtt", "TIME", "the round trip to add, half of it in each direction (default 10ms)"},
        {"--port", "N", "to listen on (default 0: any free one)"},
        {"--host", "ADDRESS", "to listen on (default 127.0.0.1: this machine only)"},
        {"--tunnel", "", "be a forward proxy: clients ask for the server with CONNECT, no other is to be had",
         OptionKind::flag},
        {"--control", "FD", "", OptionKind::value, true},
    };
    command.run = run_proxy;
    return command;
}

}  // namespace overlap
