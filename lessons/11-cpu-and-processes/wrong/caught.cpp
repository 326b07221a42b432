// Catches everything that can be thrown. But a crash is no exception.
#include "workshop.hpp"
using namespace workshop;

awaitable<std::string> digest_of(std::string key) {
    const std::string record = co_await get("/record/" + key);
    try {
        co_return parse_record(record);
    } catch (...) {
        co_return "failed";
    }
}

awaitable<void> parsing() {
    std::vector<awaitable<std::string>> digests;
    for (const std::string& key : co_await tasks()) digests.push_back(digest_of(key));
    co_await report(co_await gather(std::move(digests)));
}

int main() { return run(parsing); }
