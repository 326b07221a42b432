// Python's ProcessPoolExecutor for Asio: jobs run in processes of their own, the event loop stays free.
#pragma once

#include <sys/types.h>

#include <asio/any_io_executor.hpp>
#include <asio/awaitable.hpp>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "timeline/timeline.hpp"

namespace overlap {

/// What came of a job. Failing is data: a worker that dies is part of the picture.
struct JobReply {
    std::string result;
    std::string error;  ///< what the job threw, or its worker did ("killed by signal 9 (Killed)"), if any
    std::vector<Span> spans;  ///< from the worker, and attempts whose worker died; times are steady_now()
    std::string lane_error;   ///< what the job noted of its lane, see Lane
    std::string lane_note;
    int worker = 0;    ///< which one did it, from 0
    int attempts = 1;  ///< how often it was begun

    [[nodiscard]] bool ok() const { return error.empty(); }
};

struct ProcessPoolOptions {
    std::string program = "/proc/self/exe";
    std::vector<std::string> arguments = {"worker", "--control", "3"};  ///< then it runs run_worker(3, jobs)
    int retries = 1;  ///< for a job whose worker died: it may be the job that kills it
};

/// Worker processes: `program` started again, each at the other end of a socket pair. They start at once, and
/// end with the pool, with its parent, or when they are killed; one that ends is replaced. To be used on one
/// event loop, which it does not block but to wait for the end of a worker that it has killed, and to be
/// destroyed before that loop runs out: while it lives the loop has work.
class ProcessPool {
  public:
    /// `workers`: at least one. Throws Error when a worker cannot be started.
    ProcessPool(asio::any_io_executor executor, std::size_t workers, ProcessPoolOptions options = {});
    ~ProcessPool();  ///< ends the workers, and waits for that; jobs under way end as cancelled
    ProcessPool(const ProcessPool&) = delete;
    ProcessPool& operator=(const ProcessPool&) = delete;

    /// Runs the job of that name in the next free worker, in the order of the calls. Throws only when it is
    /// cancelled: a worker in the middle of it is killed, which no thread can be. `given`: called whenever a
    /// worker gets it. `working`: what the job mostly does, to be said of attempts whose worker died.
    asio::awaitable<JobReply> run(std::string job, std::string argument, std::function<void()> given = {},
                                  State working = State::running);

    /// Of the workers there are now.
    [[nodiscard]] std::vector<pid_t> pids() const;

    /// Workers that had to be replaced so far.
    [[nodiscard]] int replaced() const;

  private:
    struct Shared;
    std::shared_ptr<Shared> state_;
};

}  // namespace overlap
