// A demo under way, seen from outside: its server process and the calls between the two.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <set>
#include <string>

#include "support/process.hpp"

namespace overlap::test {

/// The sockets that a process has open, by their names in /proc.
std::set<std::string> sockets_of(pid_t pid);

/// The server process of a demo, as soon as there is one.
pid_t server_of(const Process& process);

/// Waits until the server process has that many calls; gives that process.
pid_t wait_for_calls(const Process& process, std::size_t calls);

}  // namespace overlap::test
