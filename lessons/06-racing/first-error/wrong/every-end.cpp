// Notes the key at any exception: those of the cancelled calls come later, and the last one is named.
#include "workshop.hpp"
using namespace workshop;

awaitable<std::string> part(std::string key, std::string& failed) {
    try {
        co_return co_await get("/call/" + key);
    } catch (...) {
        failed = key;
        throw;
    }
}

awaitable<void> oven() {
    std::string failed;
    std::vector<awaitable<std::string>> parts;
    for (const std::string& key : co_await tasks()) parts.push_back(part(key, failed));
    try {
        co_await gather(std::move(parts));
    } catch (const std::exception&) {
    }
    co_await get("/failed?key=" + failed);
}

int main() { return run(oven); }
