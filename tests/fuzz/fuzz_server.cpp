// The whole server, over real sockets: a client sends the input in pieces and leaves somehow; then a good
// request must be answered.
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <asio/io_context.hpp>
#include <string>

#include "fuzz/input.hpp"
#include "net/http_server.hpp"

namespace overlap::test {
namespace {

class Client {
  public:
    explicit Client(const asio::ip::tcp::endpoint& server)
        : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        must(::connect(fd_, server.data(), static_cast<socklen_t>(server.size())) == 0, "the server listens");
    }
    ~Client() { ::close(fd_); }
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    void send(std::string_view bytes) const {
        ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    }

    /// What has come by now.
    std::string receive() const {
        std::array<char, 4096> buffer;
        const ssize_t count = ::recv(fd_, buffer.data(), buffer.size(), MSG_DONTWAIT);
        return count > 0 ? std::string(buffer.data(), static_cast<std::size_t>(count)) : std::string();
    }

    void end_of_requests() const { ::shutdown(fd_, SHUT_WR); }

    void reset_on_close() const {
        const linger at_once{.l_onoff = 1, .l_linger = 0};
        ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    }

  private:
    int fd_;
};

// Both ends run on this thread, so that an input does the same each time.
struct Running {
    asio::io_context loop{1};
    net::Server server{loop, {}};
    Client good{server.endpoint()};

    Running() { server.start(); }

    void turn() { loop.poll(); }
};

Running& running() {
    static Running instance;
    return instance;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const Input input(data, size);
    Running& here = running();
    {
        const Client client(here.server.endpoint());
        for (const std::string_view piece :
             pieces_of(input.text, static_cast<std::uint8_t>(input.choice | 1))) {
            client.send(piece);
            here.turn();
            if (input.choice % 16 < 8) client.receive();
        }
        if (input.choice % 32 < 16) client.end_of_requests();
        if (input.choice % 64 < 32) client.reset_on_close();
        here.turn();
    }
    here.good.send("GET /json HTTP/1.1\r\nHost: fuzz\r\n\r\n");
    std::string answer;
    for (int turns = 0; turns < 1000 && !answer.ends_with("}]}\n"); ++turns) {
        here.turn();
        answer += here.good.receive();
    }
    must(answer.starts_with("HTTP/1.1 200 OK\r\n"), "the server still answers");
    must(answer.ends_with("}]}\n"), "it answers in full");
    return 0;
}

}  // namespace overlap::test
