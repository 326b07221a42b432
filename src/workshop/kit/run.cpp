#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>
#include <exception>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>

#include "workshop/kit/jobs.hpp"
#include "workshop/kit/loop.hpp"
#include "workshop/kit/workshop.hpp"

namespace workshop {
namespace {

bool running = false;

// How a process pool starts this program: "worker" is the first argument.
bool started_as_worker() {
    std::ifstream file("/proc/self/cmdline", std::ios::binary);
    const std::string words(std::istreambuf_iterator<char>(file), {});
    const std::size_t first = words.find('\0');
    return first != std::string::npos && words.c_str() + first + 1 == std::string_view("worker");
}

int work(std::initializer_list<Job> jobs) {
    // Jobs crash on purpose here: no core files of that, and no report of a sanitizer instead of the signal.
    constexpr rlimit none{0, 0};
    ::setrlimit(RLIMIT_CORE, &none);
    ::signal(SIGSEGV, SIG_DFL);
    return run_jobs(jobs);
}

void run_to_its_end(awaitable<void> (*task)()) {
    if (running) throw std::logic_error("run() was called while it runs: co_await the coroutine instead");
    running = true;
    std::exception_ptr error;
    asio::io_context& loop = the_loop();
    loop.restart();
    asio::co_spawn(loop, task(), [&](std::exception_ptr thrown) {
        error = std::move(thrown);
        loop.stop();  // whatever else there is: a pool that lives in a global variable, say
    });
    loop.run();
    running = false;
    if (error) std::rethrow_exception(error);
}

int complain(std::string_view what) {
    const std::string line = "exception: " + std::string(what) + "\n";
    std::string_view rest = line;
    while (!rest.empty()) {
        const ssize_t count = ::write(STDERR_FILENO, rest.data(), rest.size());
        if (count <= 0) break;
        rest.remove_prefix(static_cast<std::size_t>(count));
    }
    return 1;
}

}  // namespace

// Never destroyed: what belongs to it may be in the global variables of an exercise, which go after it would.
asio::io_context& the_loop() {
    static asio::io_context* const loop = new asio::io_context(1);
    return *loop;
}

bool loop_is_running() { return running; }

int run(awaitable<void> (*task)(), std::initializer_list<Job> jobs) {
    try {
        if (started_as_worker()) return work(jobs);
        run_to_its_end(task);
        return 0;
    } catch (const std::exception& error) {
        return complain(error.what());
    } catch (...) {
        return complain("not one of std::exception");
    }
}

}  // namespace workshop
