// overlap serve: the demos' HTTP server on its own.
#include <fmt/format.h>

#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>
#include <exception>
#include <functional>
#include <iostream>

#include "cli/commands.hpp"
#include "cli/interrupt.hpp"
#include "cli/shared_options.hpp"
#include "cli/terminal.hpp"
#include "cli/values.hpp"
#include "net/descriptors.hpp"
#include "net/redis_stand_in.hpp"
#include "net/server_process.hpp"
#include "timeline/duration.hpp"

namespace overlap {
namespace {

std::string summary(const ServerCounts& counts) {
    return fmt::format(
        "{} requests on {} connections, {} at once at most; {} refused, {} failed, {} bad, {} hung up{}\n",
        counts.requests, counts.connections, counts.peak_in_flight, counts.refused, counts.failed,
        counts.bad_requests, counts.hung_up,
        counts.stalled > 0 ? ", stalled " + format_duration(counts.stalled) + " by slow readers" : "");
}

// Until Ctrl-C; a child until its parent is gone. Gives whether it was a child.
template <typename Service>
bool serve(asio::io_context& loop, Service& service, const std::string& address, int control) {
    const Interrupt interrupt;
    service.start();
    const std::stop_callback<std::function<void()>> stop(interrupt.token(), [&loop] { loop.stop(); });
    if (control >= 0) {
        asio::co_spawn(loop, net::obey_parent(loop, service, address, control), [](std::exception_ptr error) {
            if (error) std::rethrow_exception(error);
        });
    } else {
        print(address + "\n");
    }
    loop.run();
    return control >= 0;
}

int run_serve(const Invocation& invocation) {
    net::raise_descriptor_limit();
    asio::io_context loop(1);
    if (invocation.stand_in) {
        net::RedisStandIn stand_in(loop, {.port = invocation.serve.port});
        serve(loop, stand_in, stand_in.address(), invocation.control);
        return exit_done;
    }
    net::ServerOptions options = invocation.serve;
    if (invocation.log) {
        options.log = [](const net::Served& served) { std::cerr << net::log_line(served) + '\n'; };
    }
    net::Server server(loop, options);
    const bool was_child = serve(loop, server, server.url(), invocation.control);
    if (!was_child) print(summary(server.counts()));
    return exit_done;
}

}  // namespace

CommandSpec serve_command() {
    CommandSpec command;
    command.name = "serve";
    command.summary = "run the demos' HTTP server alone, until Ctrl-C";
    command.examples = {
        {"overlap serve", "on a free port of this machine; the url is printed"},
        {"overlap serve --port 8080 --latency 200ms --log",
         "every answer takes 200ms, each request is logged"},
        {"overlap serve --max-in-flight 10", "more than 10 at once are refused with 429"},
        {"curl http://127.0.0.1:8080/", "the paths it answers"},
    };
    command.options = {
        {"--port", "N", "to listen on (default 0: any free one)"},
        {"--host", "ADDRESS", "to listen on (default 127.0.0.1: this machine only)"},
        {"--log", "", "a line on standard error for each request", OptionKind::flag},
        {"--redis", "", "", OptionKind::flag, true},  // the stand-in for Redis, for ourselves
        {"--control", "FD", "", OptionKind::value, true},
    };
    const std::vector<OptionSpec> behaviour = server_options("0ms");
    command.options.insert(command.options.begin() + 2, behaviour.begin(), behaviour.end());
    command.run = run_serve;
    return command;
}

}  // namespace overlap
