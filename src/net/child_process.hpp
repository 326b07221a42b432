// A server in a process of its own, so that its file descriptors, CPU time and memory are not its client's.
#pragma once

#include <sys/types.h>

#include <array>
#include <asio/awaitable.hpp>
#include <asio/buffer.hpp>
#include <asio/io_context.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <asio/read.hpp>
#include <asio/redirect_error.hpp>
#include <asio/use_awaitable.hpp>
#include <asio/write.hpp>
#include <cstddef>
#include <string>
#include <vector>

namespace overlap::net {

/// Starts a command of ours as a child and talks to it over a socket pair. The child is in a process group of
/// its own, so that Ctrl-C in the terminal leaves it to us, and ends when the pair closes: by our destructor,
/// or by our death.
class ChildProcess {
  public:
    /// `program`: the overlap binary. `command`: "serve" or "proxy", with its options. Returns once the child
    /// listens. Throws Error when it cannot be started.
    ChildProcess(const std::string& program, const std::string& command,
                 const std::vector<std::string>& options);
    ~ChildProcess();
    ChildProcess(const ChildProcess&) = delete;
    ChildProcess& operator=(const ChildProcess&) = delete;

    /// Where it listens, as it says it itself.
    [[nodiscard]] const std::string& address() const { return address_; }

    [[nodiscard]] pid_t pid() const { return pid_; }

    /// Sets the counts to zero. Throws Error when the child is gone.
    void reset_counts();

  protected:
    /// Throws Error when the child is gone.
    template <typename Counts>
    Counts ask_counts() {
        Counts counts;
        ask('c', &counts, sizeof counts);
        return counts;
    }

  private:
    void ask(char question, void* reply, std::size_t size);

    std::string called_;  ///< in messages
    int socket_ = -1;
    pid_t pid_ = -1;
    std::string address_;
};

// Both ends are the same binary, so plain bytes will do: questions of one byte, replies of a fixed size.
using AddressMessage = std::array<char, 64>;

/// The child's half: tells the parent its `address` over the file descriptor `control`, answers its
/// questions, and stops the loop when the parent is gone. `Service`: what has counts() and reset_counts().
template <typename Service>
asio::awaitable<void> obey_parent(asio::io_context& loop, Service& service, std::string address,
                                  int control) {
    asio::posix::stream_descriptor parent(loop, control);
    AddressMessage message{};
    address.copy(message.data(), message.size() - 1);
    asio::error_code error;
    co_await asio::async_write(parent, asio::buffer(message),
                               asio::redirect_error(asio::use_awaitable, error));
    while (!error) {
        char question = 0;
        co_await asio::async_read(parent, asio::buffer(&question, 1),
                                  asio::redirect_error(asio::use_awaitable, error));
        if (error) break;
        if (question == 'c') {
            const auto counts = service.counts();
            co_await asio::async_write(parent, asio::buffer(&counts, sizeof counts),
                                       asio::redirect_error(asio::use_awaitable, error));
        } else {
            service.reset_counts();
            co_await asio::async_write(parent, asio::buffer(&question, 1),
                                       asio::redirect_error(asio::use_awaitable, error));
        }
    }
    loop.stop();
}

}  // namespace overlap::net
