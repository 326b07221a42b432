#include <asio/this_coro.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "concurrency/process_pool.hpp"
#include "concurrency/process_worker.hpp"
#include "workshop/kit/jobs.hpp"
#include "workshop/kit/loop.hpp"
#include "workshop/kit/workshop.hpp"

namespace workshop {
namespace {

// A worker process knows one job of the project's kind, whose argument names the exercise's: that one is a
// function with no place to look anything up but a variable.
constexpr std::string_view any_job = "any";
constexpr char after_name = '\0';

std::vector<Job>& known_jobs() {
    static std::vector<Job> jobs;
    return jobs;
}

std::string run_any(const overlap::TaskLane&, std::string_view named) {
    const std::size_t end = named.find(after_name);
    const std::string name(named.substr(0, end));
    std::string names;
    for (const Job& job : known_jobs()) {
        if (job.name == name) return job.run(std::string(named.substr(end + 1)));
        names += (names.empty() ? "" : ", ") + job.name;
    }
    throw JobError("there is no job '" + name + "': run() was given " + (names.empty() ? "none" : names));
}

}  // namespace

int run_jobs(std::initializer_list<Job> jobs) {
    known_jobs() = jobs;
    const overlap::Job any[] = {{any_job, run_any}};
    return overlap::run_worker(3, any);
}

struct ProcessPool::Impl {
    void start(asio::any_io_executor executor) {
        // A job that kills its worker would kill the next one, too.
        pool.emplace(std::move(executor), workers, overlap::ProcessPoolOptions{.retries = 0});
    }

    std::size_t workers;
    std::optional<overlap::ProcessPool> pool;
};

// As early as can be: the workers start while the exercise gets ready. A pool in a global variable starts
// them with its first job.
ProcessPool::ProcessPool(std::size_t workers) : impl_(new Impl{workers, {}}) {
    if (loop_is_running()) impl_->start(the_loop().get_executor());
}

ProcessPool::~ProcessPool() = default;

awaitable<std::string> ProcessPool::run(std::string job, std::string argument) {
    if (!impl_->pool) impl_->start(co_await asio::this_coro::executor);
    overlap::JobReply reply = co_await impl_->pool->run(std::string(any_job), job + after_name + argument);
    if (!reply.ok()) throw JobError(reply.error);
    co_return std::move(reply.result);
}

}  // namespace workshop
