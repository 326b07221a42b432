#include <stdexcept>

#include "concurrency/process_pool.hpp"
using namespace overlap;

// A worker process computes. Both sides know the job by its name;
// bytes go there and back. It fails when the job throws, or its worker
// dies.
asio::awaitable<std::string> task(ProcessPool& workers, std::string in) {
    const JobReply reply = co_await workers.run("job", std::move(in));
    if (!reply.ok()) throw std::runtime_error(reply.error);
    co_return reply.result;
}
