// gather() cancels the others and throws on. But its exception knows what went wrong, and not for which key.
#include "workshop.hpp"
using namespace workshop;

awaitable<void> oven() {
    std::vector<awaitable<std::string>> parts;
    for (const std::string& key : co_await tasks()) parts.push_back(get("/call/" + key));
    std::string failed;
    try {
        co_await gather(std::move(parts));
    } catch (const HttpError& error) {
        failed = std::to_string(error.status);
    }
    co_await get("/failed?key=" + failed);
}

int main() { return run(oven); }
