// A job that crashes: its worker dies, its result is "failed", and the pool has another worker for the next
// job.
#include "workshop.hpp"
using namespace workshop;

awaitable<std::string> digest_of(ProcessPool& workers, std::string key) {
    const std::string record = co_await get("/record/" + key);
    try {
        co_return co_await workers.run("parse", record);
    } catch (const JobError&) {
        co_return "failed";
    }
}

awaitable<void> parsing() {
    ProcessPool workers(2);
    std::vector<awaitable<std::string>> digests;
    for (const std::string& key : co_await tasks()) digests.push_back(digest_of(workers, key));
    co_await report(co_await gather(std::move(digests)));
}

int main() { return run(parsing, {{"parse", parse_record}}); }
