#include "concurrency/process_pool.hpp"
#include "timeline/error.hpp"
using namespace overlap;

// A worker process computes. Both sides know the job by its name;
// bytes go there and back.
asio::awaitable<std::string> task(ProcessPool& workers, std::string in) {
    const JobReply reply = co_await workers.run("job", std::move(in));
    if (!reply.ok()) throw Error(reply.error);  // or its worker died
    co_return reply.result;
}
