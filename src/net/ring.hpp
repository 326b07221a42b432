// io_uring: the kernel's own asynchronous file operations (io_uring(7)), awaited on an event loop of Asio's.
// (Asio 1.22 has files too, if all of it is compiled for io_uring; its open and its sync block, though.)
#pragma once

#include <asio/any_io_executor.hpp>
#include <asio/awaitable.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>

struct io_uring_sqe;

namespace overlap::net {

/// Why the io_uring cannot be used, after an errno of io_uring_setup(2): "io_uring cannot be used here:
/// operation not permitted". Containers often forbid it.
std::string ring_trouble(int error);

/// The same, after trying; empty where it can be used.
std::string ring_trouble();

/// A submission and a completion queue shared with the kernel. To be used on one event loop, and to be
/// destroyed before that: it waits until the kernel has done with its callers' buffers. Operations throw
/// Error with the reason in words ("no space left on device"); they do not hear of cancellation.
class Ring {
  public:
    /// Throws Error, see ring_trouble().
    explicit Ring(const asio::any_io_executor& executor);
    ~Ring();
    Ring(const Ring&) = delete;
    Ring& operator=(const Ring&) = delete;

    /// Gives the file descriptor, which is the caller's to close.
    asio::awaitable<int> open(std::string path, int flags);

    /// Writes all of `bytes`.
    asio::awaitable<void> write(int file, std::span<const char> bytes, std::int64_t offset);

    /// Fills all of `into`; a file that ends before it is a failure.
    asio::awaitable<void> read(int file, std::span<char> into, std::int64_t offset);
    asio::awaitable<void> sync(int file);    ///< fsync(2)
    asio::awaitable<void> forget(int file);  ///< see File::forget()

  private:
    struct State;
    asio::awaitable<int> perform(std::function<void(io_uring_sqe*)> prepare);
    std::shared_ptr<State> state_;
};

}  // namespace overlap::net
