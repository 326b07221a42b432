// What a demo's ways are given: their settings, the server to call, and the recorder that times them.
#pragma once

#include <asio/io_context.hpp>
#include <asio/thread_pool.hpp>
#include <atomic>
#include <functional>
#include <mutex>
#include <optional>
#include <set>
#include <stop_token>
#include <vector>

#include "concurrency/job.hpp"
#include "demo/backoff.hpp"
#include "demo/demo.hpp"
#include "net/http_client.hpp"
#include "record/loop_watch.hpp"
#include "record/recorder.hpp"

namespace overlap {

/// What all ways of a run have in common.
struct Surroundings {
    Settings settings;
    std::vector<std::string> lanes;    ///< one a task, with its name
    int workers = 0;                   ///< in the pool
    std::int64_t amount = 0;           ///< of work for a task
    std::vector<net::Target> targets;  ///< task i calls the i-th, and round again
    std::optional<net::Target> redis;  ///< the Redis beside our server, where the demo has both
    std::string address;               ///< of our own backend; empty when the server is foreign
    net::ClientOptions client;
    std::string program;  ///< the overlap binary, which is the worker processes too
    std::uint64_t seed = 0;
    bool warming_up = false;  ///< every request is to be a quick one
    std::stop_token stop;     ///< Ctrl-C
};

/// One way of one run.
class Context {
  public:
    Context(const Surroundings& surroundings, Recorder& recorder);

    /// The ids of the tasks, 0 to task_count() - 1. Ends early after Ctrl-C.
    class Tasks;
    [[nodiscard]] Tasks tasks() const;

    /// The first of the tasks only: the run then says that a part was measured.
    [[nodiscard]] Tasks part_of_tasks(std::int64_t count);

    [[nodiscard]] int task_count() const { return static_cast<int>(surroundings_.lanes.size()); }
    [[nodiscard]] const Settings& settings() const { return surroundings_.settings; }
    [[nodiscard]] std::size_t workers() const { return static_cast<std::size_t>(surroundings_.workers); }

    /// How much work each task is given, see Demo::amount; little when warming up.
    [[nodiscard]] std::int64_t amount() const { return surroundings_.amount; }

    /// What the task calls, and how.
    [[nodiscard]] const net::Target& target(int id) const;

    /// Another path on our own server: "/delay?ms=20".
    [[nodiscard]] net::Target target(const std::string& path) const;

    /// The Redis beside our server, in a demo whose backend has one.
    [[nodiscard]] const net::Target& redis() const { return surroundings_.redis.value(); }

    /// Where our own backend listens.
    [[nodiscard]] const std::string& address() const { return surroundings_.address; }
    [[nodiscard]] const net::ClientOptions& client() const { return surroundings_.client; }

    /// The overlap binary, which is the worker processes too.
    [[nodiscard]] const std::string& program() const { return surroundings_.program; }

    /// Of everything random; whether every request is to be a quick one; Ctrl-C.
    [[nodiscard]] std::uint64_t seed() const { return surroundings_.seed; }
    [[nodiscard]] bool warming_up() const { return surroundings_.warming_up; }
    [[nodiscard]] const std::stop_token& stop() const { return surroundings_.stop; }

    /// Times a state of the task, to the end of the scope.
    [[nodiscard]] ScopedSpan span(int id, State state, Phase phase = Phase::none);

    /// Counts the task as begun, for the progress line: span() and lane() do so too.
    void begun(int id);

    /// The task's lane, for a job that draws on it.
    [[nodiscard]] TaskLane lane(int id);

    /// A span of the task that was measured elsewhere: in a worker process, or before it was known what it
    /// was. Its times are steady_now()'s.
    void record(int id, const Span& span);
    void record_worker(int id, int worker, const Span& span);

    /// The answer that the span waited for is here. Since it was sent (as our own server says) the loop of
    /// this thread may have been busy with something else: that time, if it is more than a millisecond,
    /// becomes State::ready.
    void was_ready(ScopedSpan& span, const net::Answer& answer) const;
    /// Whether anything of the task was timed yet but its time in a queue: its code has run.
    [[nodiscard]] bool has_begun(int id) const { return has_begun_[static_cast<std::size_t>(id)]; }

    /// Words for the task's lane, in place of what its spans say.
    void note(int id, std::string words) { recorder_.note(static_cast<std::uint32_t>(id), std::move(words)); }

    /// Why the task failed, where no span of ours says it.
    void note_error(int id, std::string error) {
        recorder_.note_error(static_cast<std::uint32_t>(id), std::move(error));
    }

    /// The way's result is known now; what still runs adds nothing to it. Any thread; the first call counts,
    /// and is told so. After Ctrl-C nothing is concluded from what did not succeed.
    bool conclude(bool good, std::string text);

    /// For a call's retries, by the knobs "retries" and "backoff".
    [[nodiscard]] Backoff backoff(int id) { return {*this, id}; }

    /// Watches the loop that is about to run on this thread: its lane, its heartbeat; Ctrl-C stops it.
    /// `lock`: see LoopWatch.
    class Loop;
    [[nodiscard]] Loop watch(asio::io_context& loop, LoopLock lock = {});

    /// Ctrl-C stops the pool: jobs that have not begun are dropped.
    using Pool = std::stop_callback<std::function<void()>>;
    [[nodiscard]] Pool watch(asio::thread_pool& pool);

    /// Threads that worked for the tasks beside those that timed something.
    void more_threads(int count) { more_threads_ += count; }

    /// Memory that the way's worker processes hold; none: not known.
    void worker_memory(std::optional<std::int64_t> bytes) { worker_memory_ = bytes; }

    // For the runner.
    [[nodiscard]] const std::optional<Heartbeat>& heartbeat() const { return heartbeat_; }
    [[nodiscard]] const CpuSample& instrument() const { return instrument_; }
    [[nodiscard]] const std::atomic<int>& started() const { return started_; }
    [[nodiscard]] int worker_processes() const { return static_cast<int>(worker_processes_.size()); }
    [[nodiscard]] std::optional<std::int64_t> worker_memory() const { return worker_memory_; }
    [[nodiscard]] int more_threads() const { return more_threads_; }
    [[nodiscard]] int part_of() const { return part_of_; }
    [[nodiscard]] std::optional<Result> result() const;

  private:
    const Surroundings& surroundings_;
    Recorder& recorder_;
    std::optional<Heartbeat> heartbeat_;  ///< of the loops watched so far
    CpuSample instrument_;
    std::atomic<int> started_ = 0;              ///< tasks in flight, or that were
    std::vector<std::atomic<bool>> has_begun_;  ///< which they are
    int part_of_ = 0;
    int more_threads_ = 0;
    std::set<int> worker_processes_;
    std::optional<std::int64_t> worker_memory_;
    mutable std::mutex result_mutex_;
    std::optional<Result> result_;
};

class Context::Tasks {
  public:
    class Iterator {
      public:
        Iterator(int id, int count, const std::stop_token& stop) : id_(id), count_(count), stop_(&stop) {}
        int operator*() const { return id_; }
        Iterator& operator++() {
            ++id_;
            return *this;
        }
        bool operator!=(std::default_sentinel_t) const { return id_ < count_ && !stop_->stop_requested(); }

      private:
        int id_;
        int count_;
        const std::stop_token* stop_;
    };

    Tasks(int count, const std::stop_token& stop) : count_(count), stop_(stop) {}
    [[nodiscard]] Iterator begin() const { return {0, count_, stop_}; }
    [[nodiscard]] static std::default_sentinel_t end() { return {}; }

  private:
    int count_;
    const std::stop_token& stop_;
};

class Context::Loop {
  public:
    Loop(Context& context, asio::io_context& loop, LoopLock lock);
    ~Loop();
    Loop(const Loop&) = delete;
    Loop& operator=(const Loop&) = delete;

    /// A completion handler for co_spawn: the work is done, so the watch ends and the loop can end too. What
    /// the coroutine threw comes out of loop.run().
    auto finish() { return watch_.finish(); }

  private:
    Context& context_;
    LoopWatch watch_;
    std::stop_callback<std::function<void()>> stop_;
};

}  // namespace overlap
