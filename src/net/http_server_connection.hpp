// One connection of the server, for the files that the server is written in.
#pragma once

#include <asio/ip/tcp.hpp>
#include <asio/steady_timer.hpp>
#include <chrono>
#include <cstdint>
#include <optional>
#include <utility>

#include "net/http_message.hpp"
#include "net/http_server.hpp"

namespace overlap::net {

// One client. Owned by its coroutine and by the operations it has under way.
struct Server::Connection {
    Connection(asio::ip::tcp::socket s, MessageLimits limits, std::int64_t n)
        : socket(std::move(s)),
          timer(socket.get_executor()),
          parser(MessageParser::Kind::request, limits),
          number(n) {}

    asio::ip::tcp::socket socket;
    asio::steady_timer timer;  ///< holds answers back
    MessageParser parser;
    std::int64_t number;
    Served::Time deadline = Served::Time::max();  ///< when close_idle() may close it
    bool answering = false;                       ///< a request was read and has not ended
    Served::Time began;                           ///< when the present request had been read
    std::optional<Served::Time> taken;            ///< when it got in flight
    bool hung_up = false;
    bool queued = false;
};

}  // namespace overlap::net
