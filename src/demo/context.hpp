// What a demo's ways are given: their settings, the server to call, and the recorder that times them.
#pragma once

#include <asio/io_context.hpp>
#include <asio/thread_pool.hpp>
#include <atomic>
#include <functional>
#include <optional>
#include <stop_token>
#include <vector>

#include "demo/demo.hpp"
#include "net/http_client.hpp"
#include "record/loop_watch.hpp"
#include "record/recorder.hpp"

namespace overlap {

/// What all ways of a run have in common.
struct Surroundings {
    Settings settings;
    int tasks = 0;
    int workers = 0;                   ///< threads in the pool
    std::vector<net::Target> targets;  ///< task i calls the i-th, and round again
    net::ClientOptions client;
    std::stop_token stop;  ///< Ctrl-C
};

/// One way of one run.
class Context {
  public:
    Context(const Surroundings& surroundings, Recorder& recorder);

    /// The ids of the tasks, 0 to tasks - 1. Ends early after Ctrl-C.
    class Tasks;
    [[nodiscard]] Tasks tasks() const;

    [[nodiscard]] int task_count() const { return surroundings_.tasks; }
    [[nodiscard]] const Settings& settings() const { return surroundings_.settings; }
    [[nodiscard]] std::size_t workers() const { return static_cast<std::size_t>(surroundings_.workers); }

    /// What the task calls, and how.
    [[nodiscard]] const net::Target& target(int id) const;
    [[nodiscard]] const net::ClientOptions& client() const { return surroundings_.client; }

    /// Times a state of the task, to the end of the scope.
    [[nodiscard]] ScopedSpan span(int id, State state);

    /// Watches the loop that is about to run on this thread: its lane, its heartbeat; Ctrl-C stops it.
    class Loop;
    [[nodiscard]] Loop watch(asio::io_context& loop);

    /// Ctrl-C stops the pool: jobs that have not begun are dropped.
    using Pool = std::stop_callback<std::function<void()>>;
    [[nodiscard]] Pool watch(asio::thread_pool& pool);

    // For the runner.
    [[nodiscard]] const std::optional<Heartbeat>& heartbeat() const { return heartbeat_; }
    [[nodiscard]] const CpuSample& instrument() const { return instrument_; }
    [[nodiscard]] const std::atomic<int>& started() const { return started_; }

  private:
    const Surroundings& surroundings_;
    Recorder& recorder_;
    std::optional<Heartbeat> heartbeat_;  ///< of the loops watched so far
    CpuSample instrument_;
    std::atomic<int> started_ = 0;  ///< spans begun, queued ones aside
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
    Loop(Context& context, asio::io_context& loop);
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
