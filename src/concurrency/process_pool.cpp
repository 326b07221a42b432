#include "concurrency/process_pool.hpp"

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <asio/buffer.hpp>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/error.hpp>
#include <asio/local/stream_protocol.hpp>
#include <asio/read.hpp>
#include <asio/redirect_error.hpp>
#include <asio/steady_timer.hpp>
#include <asio/system_error.hpp>
#include <asio/use_awaitable.hpp>
#include <asio/write.hpp>
#include <deque>
#include <utility>
#include <variant>

#include "concurrency/process_frame.hpp"
#include "record/child.hpp"
#include "record/clock.hpp"
#include "timeline/error.hpp"

namespace overlap {
namespace {

using Socket = asio::local::stream_protocol::socket;

// A worker that does not get as far as its hello is tried so often in a row.
constexpr int most_starts = 2;

// One run().
struct Call {
    Call(const asio::any_io_executor& executor, std::string request, std::function<void()> on_given,
         State state)
        : frame(std::move(request)),
          given_hook(std::move(on_given)),
          working(state),
          wake(executor, asio::steady_timer::time_point::max()) {}

    void end() {
        ended = true;
        wake.cancel();
    }

    std::string frame;
    std::function<void()> given_hook;
    State working;  ///< see run()
    JobReply reply{.attempts = 0};
    Nanoseconds given = 0;  ///< when a worker got it, the last time
    bool ended = false;
    bool cancelled = false;
    asio::steady_timer wake;  ///< never expires; cancelled to wake run()
};

// One process.
struct Worker {
    Worker(const asio::any_io_executor& executor, std::size_t number) : index(number), socket(executor) {}
    ~Worker() { end(); }
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;

    /// Kills it, waits for that, and gives its wait(2) status.
    int end() {
        asio::error_code ignored;
        socket.close(ignored);
        const pid_t process = std::exchange(pid, -1);
        return process < 0 ? 0 : end_child(process);
    }

    std::size_t index;
    pid_t pid = -1;
    Socket socket;
    bool ready = false;                    ///< it has said hello
    bool worked = false;                   ///< and has done a job
    bool doomed = false;                   ///< killed, because nobody waits for what it does
    std::shared_ptr<Call> call = nullptr;  ///< what it works on
};

// A worker's place in the pool.
struct Place {
    std::shared_ptr<Worker> worker = nullptr;  ///< null: it could not be started
    int failed_starts = 0;                     ///< in a row
};

}  // namespace

// Shared by the pool, its waiting callers and what waits for its workers: each may be destroyed before the
// others. After stop() nothing happens any more.
struct ProcessPool::Shared : std::enable_shared_from_this<Shared> {
    Shared(asio::any_io_executor loop, std::size_t workers, ProcessPoolOptions given)
        : executor(std::move(loop)), options(std::move(given)), places(std::max<std::size_t>(workers, 1)) {}

    void start(std::size_t index);
    void replace(std::size_t index);
    void submit(const std::shared_ptr<Call>& call);
    void withdraw(const std::shared_ptr<Call>& call);
    void dispatch();
    void give(Worker& worker, const std::shared_ptr<Call>& call);
    void take(Worker& worker, std::string_view body);
    void lost(Worker& worker, std::string why);
    void stop();

    static asio::awaitable<void> attend(std::shared_ptr<Shared> state, std::shared_ptr<Worker> worker);
    static asio::awaitable<JobReply> run(std::shared_ptr<Shared> state, std::string job, std::string argument,
                                         std::function<void()> given, State working);

    asio::any_io_executor executor;
    ProcessPoolOptions options;
    std::vector<Place> places;
    std::deque<std::shared_ptr<Call>> queue;
    std::string start_error;  ///< why the last worker that did not start did not
    int replaced = 0;
    bool stopped = false;
};

void ProcessPool::Shared::start(std::size_t index) {
    const auto worker = std::make_shared<Worker>(executor, index);
    const Child child = spawn_child(options.program, options.arguments);
    worker->pid = child.pid;
    asio::error_code error;
    worker->socket.assign(asio::local::stream_protocol(), child.socket, error);
    if (error) {
        ::close(child.socket);
        throw Error("cannot watch a worker: " + error.message());
    }
    asio::co_spawn(executor, attend(shared_from_this(), worker), asio::detached);
    places[index].worker = worker;
}

// Starts a new worker in that place, unless that has failed too often: then calls that nobody is left for
// end.
void ProcessPool::Shared::replace(std::size_t index) {
    Place& place = places[index];
    place.worker = nullptr;
    while (place.failed_starts < most_starts) {
        try {
            start(index);
            ++replaced;
            return;
        } catch (const std::exception& error) {
            ++place.failed_starts;
            start_error = error.what();
        }
    }
    if (std::any_of(places.begin(), places.end(), [](const Place& other) { return other.worker != nullptr; }))
        return;
    for (const std::shared_ptr<Call>& call : std::exchange(queue, {})) {
        call->reply.error = "no worker can be started: " + start_error;
        call->end();
    }
}

void ProcessPool::Shared::submit(const std::shared_ptr<Call>& call) {
    queue.push_back(call);
    // What kept a worker from starting may have passed.
    for (std::size_t i = 0; i < places.size() && !call->ended; ++i) {
        if (places[i].worker != nullptr) continue;
        places[i].failed_starts = 0;
        replace(i);
    }
    dispatch();
}

// Its caller is gone: cancelled, or destroyed by the loop. In the second case nothing may be begun here; the
// worker's end is seen, and the worker replaced, where it always is.
void ProcessPool::Shared::withdraw(const std::shared_ptr<Call>& call) {
    call->ended = true;
    std::erase(queue, call);
    for (const Place& place : places) {
        if (place.worker == nullptr || place.worker->call != call) continue;
        place.worker->call = nullptr;
        place.worker->doomed = true;
        ::kill(place.worker->pid, SIGKILL);
    }
}

void ProcessPool::Shared::dispatch() {
    for (const Place& place : places) {
        if (queue.empty()) return;
        Worker* const worker = place.worker.get();
        if (worker == nullptr || !worker->ready || worker->doomed || worker->call != nullptr) continue;
        const std::shared_ptr<Call> call = std::move(queue.front());
        queue.pop_front();
        give(*worker, call);
    }
}

void ProcessPool::Shared::give(Worker& worker, const std::shared_ptr<Call>& call) {
    worker.call = call;
    ++call->reply.attempts;
    call->reply.worker = static_cast<int>(worker.index);
    call->given = steady_now();
    if (call->given_hook) call->given_hook();
    // That the worker is gone is seen by reading from it.
    asio::async_write(worker.socket, asio::buffer(call->frame),
                      [call, keep = places[worker.index].worker](asio::error_code, std::size_t) {});
}

// Throws Error when it makes no sense.
void ProcessPool::Shared::take(Worker& worker, std::string_view body) {
    auto message = decode_from_worker(body);
    JobReply* const reply = std::get_if<JobReply>(&message);
    const bool expected = reply == nullptr ? !worker.ready : worker.call != nullptr || worker.doomed;
    if (!expected) throw Error("a message that nobody asked for");
    worker.ready = true;
    if (reply != nullptr) {
        worker.worked = true;
        places[worker.index].failed_starts = 0;
    }
    const std::shared_ptr<Call> call = std::exchange(worker.call, nullptr);
    if (call != nullptr) {
        JobReply& all = call->reply;
        all.result = std::move(reply->result);
        all.error = std::move(reply->error);
        all.lane_error = std::move(reply->lane_error);
        all.lane_note = std::move(reply->lane_note);
        all.spans.insert(all.spans.end(), reply->spans.begin(), reply->spans.end());
        call->end();
    }
    dispatch();
}

// The worker has ended, or has to: it makes no sense, and `why` says so.
void ProcessPool::Shared::lost(Worker& worker, std::string why) {
    const int status = worker.end();
    if (why.empty()) why = words_of_end(status);
    // One that dies of itself before it did anything would do so again; a job may have killed the other.
    if (!worker.ready || (!worker.worked && worker.call == nullptr && !worker.doomed)) {
        ++places[worker.index].failed_starts;
        start_error = "'" + options.program + "' " + why +
                      (worker.ready ? " before it had done anything" : " before it was ready");
    }
    if (const std::shared_ptr<Call> call = std::exchange(worker.call, nullptr)) {
        call->reply.spans.push_back(
            {.state = call->working, .outcome = Outcome::failed, .begin = call->given, .end = steady_now()});
        if (call->reply.attempts <= options.retries) {
            queue.push_front(call);
        } else {
            call->reply.error = std::move(why);
            call->end();
        }
    }
    replace(worker.index);
    dispatch();
}

void ProcessPool::Shared::stop() {
    stopped = true;
    for (const Place& place : places) {  // all at once
        if (place.worker != nullptr) ::kill(place.worker->pid, SIGKILL);
    }
    for (const Place& place : places) {
        if (place.worker == nullptr) continue;
        place.worker->end();
        if (place.worker->call != nullptr) queue.push_back(std::move(place.worker->call));
    }
    places.clear();
    for (const std::shared_ptr<Call>& call : std::exchange(queue, {})) {
        call->cancelled = true;
        call->end();
    }
}

// Reads what a worker sends, from its start to its end.
asio::awaitable<void> ProcessPool::Shared::attend(std::shared_ptr<Shared> state,
                                                  std::shared_ptr<Worker> worker) {
    std::string body;
    std::string why;
    FrameHead head{};
    asio::error_code error;
    while (why.empty()) {
        co_await asio::async_read(worker->socket, asio::buffer(head),
                                  asio::redirect_error(asio::use_awaitable, error));
        if (error || state->stopped) break;
        try {
            body.resize(body_size(head));
        } catch (const std::exception& thrown) {
            why = thrown.what();
            break;
        }
        co_await asio::async_read(worker->socket, asio::buffer(body),
                                  asio::redirect_error(asio::use_awaitable, error));
        if (error || state->stopped) break;
        try {
            state->take(*worker, body);
        } catch (const std::exception& thrown) {
            why = thrown.what();
        }
    }
    if (!why.empty()) why = "sent " + why;
    if (!state->stopped) state->lost(*worker, std::move(why));
}

asio::awaitable<JobReply> ProcessPool::Shared::run(std::shared_ptr<Shared> state, std::string job,
                                                   std::string argument, std::function<void()> given,
                                                   State working) {
    if (state->stopped) throw asio::system_error(asio::error::operation_aborted);
    std::shared_ptr<Call> call;
    try {
        call = std::make_shared<Call>(state->executor, encode(JobRequest{job, std::move(argument)}),
                                      std::move(given), working);
    } catch (const Error& error) {
        co_return JobReply{.error = "the argument of '" + job + "' is too large: " + error.what(),
                           .attempts = 0};
    }
    struct Withdrawal {  // however this ends
        Shared& state;
        const std::shared_ptr<Call>& call;
        ~Withdrawal() {
            if (!call->ended) state.withdraw(call);
        }
    };
    const Withdrawal withdrawal{*state, call};
    state->submit(call);
    asio::error_code woken;
    if (!call->ended) co_await call->wake.async_wait(asio::redirect_error(asio::use_awaitable, woken));
    if (!call->ended || call->cancelled) throw asio::system_error(asio::error::operation_aborted);
    co_return std::move(call->reply);
}

ProcessPool::ProcessPool(asio::any_io_executor executor, std::size_t workers, ProcessPoolOptions options)
    : state_(std::make_shared<Shared>(std::move(executor), workers, std::move(options))) {
    try {
        for (std::size_t i = 0; i < state_->places.size(); ++i) state_->start(i);
    } catch (...) {
        state_->stop();
        throw;
    }
}

ProcessPool::~ProcessPool() { state_->stop(); }

asio::awaitable<JobReply> ProcessPool::run(std::string job, std::string argument, std::function<void()> given,
                                           State working) {
    return Shared::run(state_, std::move(job), std::move(argument), std::move(given), working);
}

std::vector<pid_t> ProcessPool::pids() const {
    std::vector<pid_t> pids;
    for (const Place& place : state_->places) {
        if (place.worker != nullptr) pids.push_back(place.worker->pid);
    }
    return pids;
}

int ProcessPool::replaced() const { return state_->replaced; }

}  // namespace overlap
