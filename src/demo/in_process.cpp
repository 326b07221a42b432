#include "demo/in_process.hpp"

#include <algorithm>
#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>
#include <asio/this_coro.hpp>
#include <optional>
#include <utility>
#include <vector>

#include "concurrency/gather.hpp"
#include "record/clock.hpp"
#include "record/usage.hpp"
#include "timeline/words.hpp"

namespace overlap {
namespace {

// Draws the task however it ends: answered, cancelled, or destroyed with its loop.
class Submission {
  public:
    Submission(Context& run, int id, State working)
        : run_(run), id_(id), working_(working), submitted_(steady_now()) {}
    ~Submission() {
        if (answered_) return;
        const Nanoseconds now = steady_now();
        add(State::queued, given_ != 0 ? Outcome::done : Outcome::cancelled, submitted_,
            given_ != 0 ? given_ : now);
        if (given_ != 0) add(working_, Outcome::cancelled, given_, now);
    }
    Submission(const Submission&) = delete;
    Submission& operator=(const Submission&) = delete;

    void given() { given_ = steady_now(); }

    void answered(const JobReply& reply) {
        answered_ = true;
        const Nanoseconds begun = reply.spans.empty() ? steady_now() : reply.spans.front().begin;
        add(State::queued, reply.spans.empty() && !reply.ok() ? Outcome::failed : Outcome::done, submitted_,
            begun);
        for (const Span& span : reply.spans) run_.record_worker(id_, reply.worker, span);
    }

  private:
    void add(State state, Outcome outcome, Nanoseconds begin, Nanoseconds end) {
        run_.record(id_,
                    Span{.state = state, .outcome = outcome, .begin = begin, .end = std::max(begin, end)});
    }

    Context& run_;
    int id_;
    State working_;
    Nanoseconds submitted_;
    Nanoseconds given_ = 0;
    bool answered_ = false;
};

}  // namespace

asio::awaitable<JobReply> in_process(Context& run, ProcessPool& workers, int id, std::string job,
                                     std::string argument, State working) {
    run.begun(id);
    Submission submission(run, id, working);
    JobReply reply = co_await workers.run(
        std::move(job), std::move(argument), [&submission] { submission.given(); }, working);
    submission.answered(reply);
    if (!reply.lane_note.empty()) run.note(id, reply.lane_note);
    if (reply.ok() && reply.attempts > 1) {
        run.note(id, std::to_string(reply.attempts) + " attempts, a worker died");
    }
    const std::string& reason = reply.lane_error.empty() ? reply.error : reply.lane_error;
    if (!reason.empty()) run.note_error(id, reason);
    co_return reply;
}

std::string process_caption(const Context& run, const std::string& what) {
    return "Process pool: " + what + " in " + plural(run.workers(), "process", "processes");
}

namespace {

asio::awaitable<void> all_tasks(Context& run, asio::awaitable<void> (*task)(Context&, ProcessPool&, int)) {
    ProcessPool workers(co_await asio::this_coro::executor, run.workers(), {.program = run.program()});
    std::vector<asio::awaitable<void>> tasks;
    for (const int id : run.tasks()) tasks.push_back(task(run, workers, id));
    co_await gather(std::move(tasks));
    std::optional<std::int64_t> memory = 0;
    for (const pid_t worker : workers.pids()) {
        const std::optional<std::int64_t> its = private_memory(worker);
        memory = memory && its ? std::optional(*memory + *its) : std::nullopt;
    }
    run.worker_memory(memory);
}

}  // namespace

void run_in_processes(Context& run, asio::awaitable<void> (*task)(Context&, ProcessPool&, int)) {
    asio::io_context loop(1);
    auto watch = run.watch(loop);
    asio::co_spawn(loop, all_tasks(run, task), watch.finish());
    loop.run();
}

}  // namespace overlap
