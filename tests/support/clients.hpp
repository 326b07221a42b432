// The two clients, to be used in the same way by the same tests, and what they are asked and answer.
#pragma once

#include <asio/io_context.hpp>
#include <cstddef>
#include <iosfwd>
#include <string>
#include <utility>
#include <vector>

#include "net/http_client.hpp"
#include "net/url.hpp"

namespace overlap::net {

bool operator==(const Answer& a, const Answer& b);
std::ostream& operator<<(std::ostream& out, const Answer& answer);

}  // namespace overlap::net

namespace overlap::test {

/// What a client gives when the call failed.
net::Answer no_answer(std::string error);

/// Timeouts so long that reaching them is a hang.
net::ClientOptions patient();

/// Patient, and keeping up to that many connections for later calls.
net::ClientOptions keeping(std::size_t connections);

/// The client for threads.
class Blocking {
  public:
    explicit Blocking(net::ClientOptions options);

    net::Answer get(const net::Target& target);

    /// `count` calls at once.
    std::vector<net::Answer> get_all(const net::Target& target, std::size_t count);

    // A call in parts.
    net::Connection kept(const net::Target& target) { return client_.kept(target); }
    net::Connection connect(const net::Target& target) { return client_.connect(target); }
    net::Answer get(net::Connection connection, const net::Target& target) {
        return client_.get(std::move(connection), target);
    }

  private:
    net::BlockingClient client_;
};

/// The client for coroutines, on a loop of its own.
class Async {
  public:
    explicit Async(net::ClientOptions options);

    net::Answer get(const net::Target& target);

    /// `count` calls at once.
    std::vector<net::Answer> get_all(const net::Target& target, std::size_t count);

    // A call in parts.
    net::Connection kept(const net::Target& target) { return client_.kept(target); }
    net::Connection connect(const net::Target& target);
    net::Answer get(net::Connection connection, const net::Target& target);

  private:
    asio::io_context loop_{1};
    net::AsyncClient client_;
};

}  // namespace overlap::test
