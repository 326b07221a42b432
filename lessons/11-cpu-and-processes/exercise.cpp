// A job that crashes: in a process of its own it takes nobody along.
// Check it with: overlap exercise check 11
#include "workshop.hpp"
using namespace workshop;

// The digest of a record, or "failed".
awaitable<std::string> digest_of(std::string key) {
    const std::string record = co_await get("/record/" + key);
    // TODO: this runs in our own process, and one of the records crashes it.
    // A ProcessPool has run("parse", record), which throws JobError when its worker dies.
    co_return parse_record(record);
}

awaitable<void> parsing() {
    std::vector<awaitable<std::string>> digests;
    for (const std::string& key : co_await tasks()) digests.push_back(digest_of(key));
    co_await report(co_await gather(std::move(digests)));
}

// The jobs that worker processes know: a name, and the function.
int main() { return run(parsing, {{"parse", parse_record}}); }
