// Has a pool of two workers, and gives it one record at a time.
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
    std::vector<std::string> digests;
    for (const std::string& key : co_await tasks()) digests.push_back(co_await digest_of(workers, key));
    co_await report(digests);
}

int main() { return run(parsing, {{"parse", parse_record}}); }
