// What an exercise has at hand: calls to the exercise's server, and what asyncio has for coroutines, written
// for Asio. asio::awaitable is Asio's own. The rest stands in a library that is built already: your file
// compiles fast.
#pragma once

#include <asio/awaitable.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace workshop {

using asio::awaitable;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;

// ---- Running ------------------------------------------------------------------------------------------

/// Work for a ProcessPool, which its worker processes know by name. It blocks its process.
struct Job {
    std::string name;
    std::string (*run)(const std::string& argument);
};

/// An event loop (asio::io_context) on this thread that runs `task` to its end. Gives main()'s exit code: 0,
/// or 1 when it threw, which is said on standard error.                         Python: asyncio.run(task())
int run(awaitable<void> (*task)(), std::initializer_list<Job> jobs = {});

// ---- Calling the exercise's server --------------------------------------------------------------------

/// The server answered with an error, or the call broke off: then `status` is 0.
struct HttpError : std::runtime_error {
    HttpError(int code, const std::string& message) : std::runtime_error(message), status(code) {}
    int status;
};

/// GET a path ("/call/fig"); gives the body of the answer. Suspends only its own coroutine. A connection of
/// its own for each call. Throws HttpError.
awaitable<std::string> get(std::string path);

/// The same, but it holds its thread until the answer is in.
std::string get_blocking(const std::string& path);

/// The keys of the work there is to do. A call like any other.
awaitable<std::vector<std::string>> tasks();
std::vector<std::string> tasks_blocking();

/// Hands in the results, one for each key and in the order of tasks(). No commas
/// in them.
awaitable<void> report(std::vector<std::string> results);
void report_blocking(const std::vector<std::string>& results);

/// Calls over connections that are kept open for the next call, at most so many of them.
/// It lives at least as long as its calls.                                      Python: httpx.AsyncClient()
class Client {
  public:
    explicit Client(std::size_t connections);
    ~Client();
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    /// As the free get(). When all connections are busy, one more is opened, and closed after the call.
    awaitable<std::string> get(std::string path);

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

/// An answer that comes part by part.
class Stream {
  public:
    explicit Stream(std::string path);  ///< no I/O yet: the first next() asks
    ~Stream();
    Stream(Stream&&) noexcept;
    Stream& operator=(Stream&&) = delete;

    /// The next line, as soon as it has come; none at the end. What is not asked for stays with the server.
    /// Throws HttpError.
    awaitable<std::optional<std::string>> next();

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

/// One connection to the exercise's Redis. Commands given while others are under way go out together.
class Redis {
  public:
    Redis();
    ~Redis();
    Redis(const Redis&) = delete;
    Redis& operator=(const Redis&) = delete;

    /// Throws std::runtime_error where there is nothing under that key.
    awaitable<std::string> get(std::string key);
    awaitable<void> set(std::string key, std::string value);

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

// ---- Coroutines ---------------------------------------------------------------------------------------

/// Suspends its coroutine for that long.                                              Python: asyncio.sleep
awaitable<void> sleep(nanoseconds duration);

/// A number of what? sleep(1) would be the sleep(3) of C, which holds the thread.
template <typename Number>
    requires std::is_arithmetic_v<Number>
awaitable<void> sleep(Number) = delete;

// The halves that are built already; what follows them is for you.
namespace detail {
awaitable<void> gather_all(std::vector<awaitable<void>> children);
awaitable<std::size_t> first_of(std::vector<awaitable<void>> children);
awaitable<bool> within(awaitable<void> child, nanoseconds limit);

template <typename T>
awaitable<void> keep(awaitable<T> child, std::optional<T>& result) {
    result.emplace(co_await std::move(child));
}
}  // namespace detail

/// Runs all at once and waits for all. When one throws, the others are cancelled, and once they have ended
/// the exception is thrown on.                                                       Python: asyncio.gather
inline awaitable<void> gather(std::vector<awaitable<void>> children) {
    return detail::gather_all(std::move(children));
}

/// The same for children with results, which are given in the order of the children.
template <typename T>
awaitable<std::vector<T>> gather(std::vector<awaitable<T>> children) {
    std::vector<std::optional<T>> kept(children.size());
    std::vector<awaitable<void>> work;
    for (std::size_t i = 0; i < kept.size(); ++i)
        work.push_back(detail::keep(std::move(children[i]), kept[i]));
    co_await detail::gather_all(std::move(work));
    std::vector<T> results;
    for (std::optional<T>& one : kept) results.push_back(std::move(*one));
    co_return results;
}

/// Which child won, and with what.
template <typename T>
struct First {
    std::size_t index;
    T result;
};

/// Runs all at once. The first that ends without an exception wins; the others are cancelled, and it returns
/// once they have ended. When all throw, the last exception is thrown on.
///                                    Python: asyncio.wait(..., return_when=FIRST_COMPLETED), then cancel()
template <typename T>
awaitable<First<T>> first_completed(std::vector<awaitable<T>> children) {
    std::vector<std::optional<T>> kept(children.size());
    std::vector<awaitable<void>> work;
    for (std::size_t i = 0; i < kept.size(); ++i)
        work.push_back(detail::keep(std::move(children[i]), kept[i]));
    const std::size_t winner = co_await detail::first_of(std::move(work));
    co_return First<T>{winner, std::move(*kept[winner])};
}

/// The same for children that give nothing: which one won.
inline awaitable<std::size_t> first_completed(std::vector<awaitable<void>> children) {
    return detail::first_of(std::move(children));
}

/// Waits for a child, but not longer than `limit`: then it is cancelled, and none is given.
///                                                                                 Python: asyncio.wait_for
template <typename T>
awaitable<std::optional<T>> with_timeout(awaitable<T> child, nanoseconds limit) {
    std::optional<T> kept;
    const bool in_time = co_await detail::within(detail::keep(std::move(child), kept), limit);
    if (!in_time) kept.reset();
    co_return kept;
}

/// The same for a child that gives nothing: whether it ended in time.
inline awaitable<bool> with_timeout(awaitable<void> child, nanoseconds limit) {
    return detail::within(std::move(child), limit);
}

/// Lets at most so many coroutines pass at once.                                  Python: asyncio.Semaphore
class Semaphore {
  public:
    explicit Semaphore(std::size_t permits);
    ~Semaphore();
    Semaphore(const Semaphore&) = delete;
    Semaphore& operator=(const Semaphore&) = delete;

    /// Leave to pass, given back at the end of its scope.
    class [[nodiscard]] Permit {
      public:
        struct Impl;
        explicit Permit(std::unique_ptr<Impl> impl);
        ~Permit();
        Permit(Permit&&) noexcept;
        Permit& operator=(Permit&&) = delete;

      private:
        std::unique_ptr<Impl> impl_;
    };

    /// Waits for a permit.                                                    Python: async with semaphore:
    awaitable<Permit> acquire();

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

// ---- Off the event loop -------------------------------------------------------------------------------

/// Threads for work that blocks or computes. Its end waits for them.             Python: ThreadPoolExecutor
class Threads {
  public:
    explicit Threads(std::size_t count);
    ~Threads();
    Threads(const Threads&) = delete;
    Threads& operator=(const Threads&) = delete;

    /// For to_thread().
    awaitable<void> call(std::function<void()> work);

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

/// Calls work() on one of the threads while the event loop stays free; gives what it returns, throws what it
/// throws. Take copies into the work: should the coroutine be cancelled, the thread runs on.
///                                                                                Python: asyncio.to_thread
template <typename Work>
awaitable<std::invoke_result_t<Work&>> to_thread(Threads& threads, Work work) {
    using T = std::invoke_result_t<Work&>;
    if constexpr (std::is_void_v<T>) {
        co_await threads.call(std::move(work));
    } else {
        const auto kept = std::make_shared<std::optional<T>>();
        co_await threads.call([kept, work = std::move(work)]() mutable { kept->emplace(work()); });
        co_return std::move(**kept);
    }
}

/// A job threw, or its worker process died.
struct JobError : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// Worker processes, for jobs named in run(). One that dies is replaced.        Python: ProcessPoolExecutor
class ProcessPool {
  public:
    explicit ProcessPool(std::size_t workers);
    ~ProcessPool();
    ProcessPool(const ProcessPool&) = delete;
    ProcessPool& operator=(const ProcessPool&) = delete;

    /// Runs a job in the next free worker. Throws JobError.
    awaitable<std::string> run(std::string job, std::string argument);

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

// ---- Work that computes, as some exercises have it ----------------------------------------------------

/// Formats a long conversation: computes on its thread for as many rounds as `text` ends with ("fig:20000")
/// and gives a digest of it. Hundreds of milliseconds.
std::string format_conversation(const std::string& text);

/// A parser somebody else wrote, in C, with a bug: there are records that crash it (SIGSEGV). It computes
/// for a while, too.
std::string parse_record(const std::string& record);

}  // namespace workshop
