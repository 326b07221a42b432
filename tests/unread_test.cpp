// How much of what was sent still lies in the kernel.
#include "net/unread.hpp"

#include <doctest/doctest.h>

#include <asio/buffer.hpp>
#include <asio/io_context.hpp>
#include <asio/read.hpp>
#include <asio/write.hpp>
#include <cstdint>
#include <string>

#include "support/eventually.hpp"

namespace overlap::test {
namespace {

using asio::ip::tcp;

TEST_SUITE_BEGIN("unread");

// Whether so much is left unread, in the end: acknowledgements come late.
bool leaves_unread(std::int64_t left, std::size_t sent, std::size_t read,
                   const asio::ip::address& address = asio::ip::address_v4::loopback()) {
    asio::io_context loop;
    tcp::acceptor acceptor(loop, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
    tcp::socket client(loop);
    client.connect(tcp::endpoint(address, acceptor.local_endpoint().port()));
    tcp::socket server = acceptor.accept();
    asio::write(server, asio::buffer(std::string(sent, '.')));
    std::string taken(read, ' ');
    asio::read(client, asio::buffer(taken));
    return eventually([&] { return net::unread(server) == left; });
}

TEST_CASE("what was sent counts as unread until the program at the other end has read it") {
    CHECK(leaves_unread(40'000, 40'000, 0));
    CHECK(leaves_unread(29'999, 40'000, 10'001));
    CHECK(leaves_unread(0, 40'000, 40'000));
}

TEST_CASE("a client with a socket for IPv6 is found too") {
    const auto mapped = asio::ip::make_address_v6(asio::ip::v4_mapped, asio::ip::address_v4::loopback());
    CHECK(leaves_unread(30'000, 40'000, 10'000, mapped));
}

TEST_CASE("of a connection that has ended nothing is unread") {
    asio::io_context loop;
    tcp::socket none(loop);
    CHECK(net::unread(none) == 0);
    CHECK(net::unread_there(net::ends_of(none)) == 0);
    CHECK(net::unread_there({.here = 1, .there = 2}) == 0);
}

TEST_SUITE_END();

}  // namespace
}  // namespace overlap::test
