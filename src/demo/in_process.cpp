#include "demo/in_process.hpp"

#include <algorithm>
#include <utility>

#include "record/clock.hpp"

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
    JobReply reply =
        co_await workers.run(std::move(job), std::move(argument), [&submission] { submission.given(); });
    submission.answered(reply);
    if (!reply.lane_note.empty()) run.note(id, reply.lane_note);
    const std::string& reason = reply.lane_error.empty() ? reply.error : reply.lane_error;
    if (!reason.empty()) run.note_error(id, reason);
    co_return reply;
}

}  // namespace overlap
