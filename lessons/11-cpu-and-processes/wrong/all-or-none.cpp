// Catches the failure of the job too far outside: the first one is the end of all of them.
#include "workshop.hpp"
using namespace workshop;

awaitable<std::string> digest_of(ProcessPool& workers, std::string key) {
    const std::string record = co_await get("/record/" + key);
    co_return co_await workers.run("parse", record);
}

awaitable<void> parsing() {
    ProcessPool workers(2);
    const std::vector<std::string> keys = co_await tasks();
    std::vector<awaitable<std::string>> jobs;
    for (const std::string& key : keys) jobs.push_back(digest_of(workers, key));
    std::vector<std::string> digests(keys.size(), "failed");
    try {
        digests = co_await gather(std::move(jobs));
    } catch (const JobError&) {
    }
    co_await report(digests);
}

int main() { return run(parsing, {{"parse", parse_record}}); }
