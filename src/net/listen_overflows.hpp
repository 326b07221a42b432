// A limit that is easily hit and hard to see: the kernel's queue of connections that no server has accepted
// yet.
#pragma once

#include <cstdint>

namespace overlap::net {

/// How often such a queue was full, for all servers of this machine together, since it started:
/// ListenOverflows in /proc/net/netstat. 0 where the kernel does not tell. A client that finds the queue full
/// tries again after a second.
std::int64_t listen_overflows();

}  // namespace overlap::net
