#include "net/listen.hpp"

#include <fcntl.h>

#include <asio/ip/address.hpp>

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

std::string authority_of(const tcp::endpoint& endpoint) {
    const std::string host = endpoint.address().to_string();
    return (endpoint.address().is_v6() ? "[" + host + "]" : host) + ":" + std::to_string(endpoint.port());
}

}  // namespace overlap::net
