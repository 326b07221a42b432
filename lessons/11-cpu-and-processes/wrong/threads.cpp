// Two threads compute, as is right in C++. But a crash in one of them is the end of the whole program.
#include "workshop.hpp"
using namespace workshop;

awaitable<std::string> digest_of(Threads& threads, std::string key) {
    const std::string record = co_await get("/record/" + key);
    co_return co_await to_thread(threads, [record] { return parse_record(record); });
}

awaitable<void> parsing() {
    Threads threads(2);
    std::vector<awaitable<std::string>> digests;
    for (const std::string& key : co_await tasks()) digests.push_back(digest_of(threads, key));
    co_await report(co_await gather(std::move(digests)));
}

int main() { return run(parsing); }
