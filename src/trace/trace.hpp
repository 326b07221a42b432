// Running somebody else's program against our server, and what the server saw of it.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "net/http_server.hpp"
#include "timeline/run.hpp"
#include "trace/command.hpp"

namespace overlap {

struct TraceOptions {
    std::vector<std::string>
        command;  ///< the program and its arguments, in which "{url}" is the server's address
    net::ServerOptions server;
    Nanoseconds timeout = 0;              ///< for the command; 0: it may take as long as it likes
    Nanoseconds grace = 2'000'000'000;    ///< between asking it to end and ending it
    std::size_t most_requests = 100'000;  ///< to keep for the picture: those that end first
    const HeldSignals* held = nullptr;    ///< where the caller holds signals back; else trace() does
};

/// Starts the server, runs the command with its address in OVERLAP_URL, and gives what the server saw. Time
/// zero is the first request. Throws CannotStart; a command that fails, hangs or never calls is data.
Run trace(const TraceOptions& options);

/// The picture of `requests`, in the order they were read: a lane each, named by its number, and by what it
/// asked for where that is not the same for all. Time zero is `first_read`, of a request that need not be
/// among them.
Timeline timeline_of(const std::vector<net::Served>& requests, net::Served::Time first_read);

/// "GET /json: every answer is held back at least 200ms"
std::string caption_of(const std::vector<net::Served>& requests, const net::ServerOptions& server);

/// The command's exit code as shells have it: its own; 128 and the number of the signal that ended it; as
/// timeout(1) has it 124 when it outlived its timeout; and 130 when we were interrupted.
int exit_code_of(const TracedCommand& command, bool interrupted);

}  // namespace overlap
