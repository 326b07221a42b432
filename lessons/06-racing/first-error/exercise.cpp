// One fails, the others are cancelled: a failure has to reach the one who can cancel.
// Check it with: overlap exercise check 6b
#include "workshop.hpp"
using namespace workshop;

// Orders a part. When the order fails, notes its key.
awaitable<std::string> part(std::string key, std::string& failed) {
    try {
        co_return co_await get("/call/" + key);
    } catch (const HttpError&) {
        failed = key;
        co_return "";  // TODO: so nobody else learns of it, and all others are waited for
    }
}

awaitable<void> oven() {
    std::string failed;  // the key of the part that failed
    std::vector<awaitable<std::string>> parts;
    for (const std::string& key : co_await tasks()) parts.push_back(part(key, failed));
    co_await gather(std::move(parts));
    co_await get("/failed?key=" + failed);
}

int main() { return run(oven); }
