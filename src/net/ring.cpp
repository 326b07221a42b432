#include "net/ring.hpp"

#include <fcntl.h>
#include <liburing.h>

#include <asio/bind_cancellation_slot.hpp>
#include <asio/cancellation_signal.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <asio/redirect_error.hpp>
#include <asio/steady_timer.hpp>
#include <asio/this_coro.hpp>
#include <asio/use_awaitable.hpp>
#include <cerrno>
#include <cstddef>
#include <utility>

#include "net/file_io.hpp"
#include "timeline/error.hpp"

namespace overlap::net {
namespace {

constexpr unsigned entries = 64;  // of the queue: each operation is submitted at once, so few suffice
constexpr unsigned completions = 4096;

// One operation the kernel was given. It stays in the frame of the coroutine that waits for it.
struct Operation {
    explicit Operation(const asio::any_io_executor& executor)
        : wake(executor, asio::steady_timer::time_point::max()) {}
    asio::steady_timer wake;  ///< never expires; cancelled to wake the caller
    bool done = false;
    int result = 0;
};

}  // namespace

std::string ring_trouble(int error) { return "io_uring cannot be used here: " + words_of_errno(error); }

std::string ring_trouble() {
    io_uring ring{};
    const int result = ::io_uring_queue_init(1, &ring, 0);
    if (result < 0) return ring_trouble(-result);
    ::io_uring_queue_exit(&ring);
    return "";
}

struct Ring::State : std::enable_shared_from_this<Ring::State> {
    explicit State(const asio::any_io_executor& executor) : ready(executor) {
        io_uring_params params{};
        params.flags = IORING_SETUP_CQSIZE;  // so that completions do not have to wait for room
        params.cq_entries = completions;
        const int result = ::io_uring_queue_init_params(entries, &ring, &params);
        if (result < 0) throw Error(ring_trouble(-result));
        ready.assign(ring.ring_fd);
    }

    void submit(Operation& operation, const std::function<void(io_uring_sqe*)>& prepare) {
        io_uring_sqe* const entry = ::io_uring_get_sqe(&ring);
        if (entry == nullptr) throw Error("io_uring's queue is full");
        prepare(entry);
        ::io_uring_sqe_set_data(entry, &operation);
        const int submitted = ::io_uring_submit(&ring);
        if (submitted < 0) {
            // The entry stays in the queue, and goes out with a later one: it must not touch what is gone.
            ::io_uring_prep_nop(entry);
            ::io_uring_sqe_set_data(entry, nullptr);
            throw Error("io_uring does not take more: " + words_of_errno(-submitted));
        }
        ++in_flight;
        if (!watched) watch();
    }

    // The ring's descriptor is readable when there are completions, so they come through epoll, as sockets
    // do. Not watched while there is nothing to wait for: the loop could not end.
    void watch() {
        watched = true;
        ready.async_wait(asio::posix::stream_descriptor::wait_read,
                         [weak = weak_from_this()](const asio::error_code& error) {
                             const std::shared_ptr<State> state = weak.lock();
                             if (!state || error) return;
                             state->watched = false;
                             state->collect();
                             if (state->in_flight > 0) state->watch();
                         });
    }

    void collect() {
        for (io_uring_cqe* entry = nullptr; ::io_uring_peek_cqe(&ring, &entry) == 0;) {
            auto* const operation = static_cast<Operation*>(::io_uring_cqe_get_data(entry));
            const int result = entry->res;
            ::io_uring_cqe_seen(&ring, entry);
            if (operation == nullptr) continue;
            operation->result = result;
            operation->done = true;
            --in_flight;
            operation->wake.cancel();
        }
    }

    // The kernel must not write into buffers that are gone. Who waits is not woken any more.
    void drain() {
        while (in_flight > 0) {
            io_uring_cqe* entry = nullptr;
            int waited = -EINTR;
            while (waited == -EINTR) waited = ::io_uring_wait_cqe(&ring, &entry);
            if (waited < 0) break;
            if (::io_uring_cqe_get_data(entry) != nullptr) --in_flight;
            ::io_uring_cqe_seen(&ring, entry);
        }
        ready.release();
        ::io_uring_queue_exit(&ring);
    }

    io_uring ring{};
    asio::posix::stream_descriptor ready;
    std::size_t in_flight = 0;
    bool watched = false;
};

Ring::Ring(const asio::any_io_executor& executor) : state_(std::make_shared<State>(executor)) {}

Ring::~Ring() { state_->drain(); }

asio::awaitable<int> Ring::perform(std::function<void(io_uring_sqe*)> prepare) {
    const asio::any_io_executor executor = co_await asio::this_coro::executor;
    Operation operation(executor);
    state_->submit(operation, prepare);
    while (!operation.done) {
        asio::error_code woken;
        // No cancellation: this frame, and the buffer, must stay until the kernel is done with them.
        co_await operation.wake.async_wait(asio::bind_cancellation_slot(
            asio::cancellation_slot(), asio::redirect_error(asio::use_awaitable, woken)));
    }
    if (operation.result < 0) throw Error(words_of_errno(-operation.result));
    co_return operation.result;
}

asio::awaitable<int> Ring::open(std::string path, int flags) {
    auto prepare = [&path, flags](io_uring_sqe* entry) {
        ::io_uring_prep_openat(entry, AT_FDCWD, path.c_str(), flags | O_CLOEXEC, 0600);
    };
    co_return co_await perform(prepare);
}

asio::awaitable<void> Ring::write(int file, std::span<const char> bytes, std::int64_t offset) {
    while (!bytes.empty()) {
        auto prepare = [=](io_uring_sqe* entry) {
            ::io_uring_prep_write(entry, file, bytes.data(), static_cast<unsigned>(bytes.size()),
                                  static_cast<std::uint64_t>(offset));
        };
        const int count = co_await perform(prepare);
        bytes = bytes.subspan(static_cast<std::size_t>(count));
        offset += count;
    }
}

asio::awaitable<void> Ring::read(int file, std::span<char> into, std::int64_t offset) {
    while (!into.empty()) {
        auto prepare = [=](io_uring_sqe* entry) {
            ::io_uring_prep_read(entry, file, into.data(), static_cast<unsigned>(into.size()),
                                 static_cast<std::uint64_t>(offset));
        };
        const int count = co_await perform(prepare);
        if (count == 0) throw Error("the file ends too early");
        into = into.subspan(static_cast<std::size_t>(count));
        offset += count;
    }
}

asio::awaitable<void> Ring::sync(int file) {
    auto prepare = [file](io_uring_sqe* entry) { ::io_uring_prep_fsync(entry, file, 0); };
    co_await perform(prepare);
}

asio::awaitable<void> Ring::forget(int file) {
    auto prepare = [file](io_uring_sqe* entry) {
        ::io_uring_prep_fadvise(entry, file, 0, 0, POSIX_FADV_DONTNEED);
    };
    co_await perform(prepare);
}

}  // namespace overlap::net
