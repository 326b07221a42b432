// One fails, the others are cancelled: the exception goes on to gather(), which ends the rest.
#include "workshop.hpp"
using namespace workshop;

awaitable<std::string> part(std::string key, std::string& failed) {
    try {
        co_return co_await get("/call/" + key);
    } catch (const HttpError&) {
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
    } catch (const HttpError&) {
        // All parts have ended by now. In a catch there can be no co_await: so it stands behind it.
    }
    if (!failed.empty()) co_await get("/failed?key=" + failed);
}

int main() { return run(oven); }
