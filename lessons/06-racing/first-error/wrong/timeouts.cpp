// Gives each order 0.8 s: when one has failed, the others run on until their time is up.
#include "workshop.hpp"
using namespace workshop;

awaitable<void> part(std::string key, std::string& failed) {
    try {
        co_await with_timeout(get("/call/" + key), milliseconds(800));
    } catch (const HttpError&) {
        failed = key;
    }
}

awaitable<void> oven() {
    std::string failed;
    std::vector<awaitable<void>> parts;
    for (const std::string& key : co_await tasks()) parts.push_back(part(key, failed));
    co_await gather(std::move(parts));
    co_await get("/failed?key=" + failed);
}

int main() { return run(oven); }
