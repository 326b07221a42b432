// One connection to a server, with nothing between the test and its bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace overlap::test {

struct Reply {
    int status = 0;  ///< 0: the connection ended before a whole answer
    std::string head;
    std::string body;
};

class Wire {
  public:
    /// Without connect(): for a test that needs the socket before it may have another.
    Wire();
    explicit Wire(std::uint16_t port);
    Wire(Wire&& other) noexcept;
    Wire& operator=(Wire&& other) noexcept;
    ~Wire();

    void connect(std::uint16_t port);

    [[nodiscard]] int fd() const { return fd_; }

    void close();

    /// Closes our direction: nothing more will be sent.
    void end_of_requests();

    /// False when the server is gone.
    bool send(std::string_view bytes);

    /// Sends a request; false when the server is gone.
    bool get(const std::string& target, const std::string& method = "GET");

    /// The next answer. `has_body`: false for that to a HEAD.
    Reply reply(bool has_body = true);

    /// Sends a request and gives the next answer.
    Reply ask(const std::string& target);

    /// Waits until the server closes the connection, or resets it. Gives what came before that.
    std::string read_to_end();

    /// Whether there is something to read now: bytes or the end.
    [[nodiscard]] bool readable() const;

  private:
    bool more();
    bool take(std::size_t size, std::string& into);
    bool take_line(std::string& line);
    bool take_body(Reply& reply);

    int fd_;
    std::string unread_;
};

}  // namespace overlap::test
