#include <algorithm>
#include <asio/thread_pool.hpp>
#include <utility>

#include "concurrency/to_thread.hpp"
#include "workshop/kit/workshop.hpp"

namespace workshop {

struct Threads::Impl {
    explicit Impl(std::size_t count) : pool(std::max<std::size_t>(count, 1)) {}

    asio::thread_pool pool;
};

Threads::Threads(std::size_t count) : impl_(std::make_unique<Impl>(count)) {}

// Its own end would drop what has not begun yet.
Threads::~Threads() { impl_->pool.join(); }

awaitable<void> Threads::call(std::function<void()> work) {
    return overlap::to_thread(impl_->pool, std::move(work));
}

}  // namespace workshop
