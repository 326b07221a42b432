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

}  // namespace

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

}  // namespace overlap
