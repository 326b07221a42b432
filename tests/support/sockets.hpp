// TCP sockets of this machine, bare: for ends of a connection that no client or server of ours would play.
#pragma once

#include <netinet/in.h>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace overlap::test {

/// A new socket, which nobody inherits.
int new_socket();

/// 127.0.0.1 and `port`.
sockaddr_in loopback(std::uint16_t port);

/// Connects to that port of this machine.
void connect(int fd, std::uint16_t port);

/// No call on this socket waits longer. Not a measurement: nothing may hang.
void limit_waiting(int fd, long seconds);

/// Sends all of `bytes`. False when the other end is gone.
bool send(int fd, std::string_view bytes);

/// Receives exactly that much. False when the other end has closed before.
bool receive(int fd, char* data, std::size_t size);

/// The next close() resets the connection.
void reset_on_close(int fd);

}  // namespace overlap::test
