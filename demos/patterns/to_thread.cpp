#include "concurrency/to_thread.hpp"
#include "net/http_client.hpp"
using namespace overlap::net;

// A thread of the pool blocks, the event loop stays free. The job has
// a copy of `target`: should the task be cancelled, it runs on alone.
asio::awaitable<std::string> task(asio::thread_pool& pool, Target target) {
    const auto job = [target] { return BlockingClient().get(target).body; };
    co_return co_await overlap::to_thread(pool, job);
}
