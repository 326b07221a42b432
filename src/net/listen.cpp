#include "net/listen.hpp"

#include <fcntl.h>

#include <asio/ip/address.hpp>
#include <asio/steady_timer.hpp>
#include <asio/use_awaitable.hpp>
#include <chrono>

#include "compat/asio.hpp"
#include "timeline/error.hpp"

namespace overlap::net {

using asio::ip::tcp;

void listen_on(tcp::acceptor& acceptor, const std::string& host, std::uint16_t port) {
    asio::error_code error;
    const auto address = asio::ip::make_address(host, error);
    if (error) throw UsageError("cannot listen on '" + host + "': expected an IP address like 127.0.0.1");
    const tcp::endpoint endpoint(address, port);
    acceptor.open(endpoint.protocol(), error);
    if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error) acceptor.bind(endpoint, error);
    if (!error) acceptor.listen(tcp::acceptor::max_listen_connections, error);
    // No program that we start shall hold it open.
    if (!error) ::fcntl(acceptor.native_handle(), F_SETFD, FD_CLOEXEC);
    if (error) {
        throw Error("cannot listen on " + host + ":" + std::to_string(port) + ": " + error.message() +
                    "; try another --port");
    }
}

asio::awaitable<std::optional<tcp::socket>> next_connection(tcp::acceptor& acceptor) {
    asio::steady_timer pause(acceptor.get_executor());
    while (acceptor.is_open()) {
        auto [error, socket] = co_await acceptor.async_accept(as_tuple(asio::use_awaitable));
        if (!error) {
            asio::error_code ignored;
            socket.set_option(tcp::no_delay(true), ignored);
            co_return std::move(socket);
        }
        if (error == asio::error::operation_aborted) break;
        // Out of file descriptors, most likely (accept(2)): soon some connection will have closed.
        pause.expires_after(std::chrono::milliseconds(10));
        co_await pause.async_wait(asio::use_awaitable);
    }
    co_return std::nullopt;
}

std::string authority_of(const tcp::endpoint& endpoint) {
    const std::string host = endpoint.address().to_string();
    return (endpoint.address().is_v6() ? "[" + host + "]" : host) + ":" + std::to_string(endpoint.port());
}

}  // namespace overlap::net
