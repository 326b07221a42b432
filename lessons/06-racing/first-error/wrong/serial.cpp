// One order after the other: then there is nothing to cancel, and nothing overlaps.
#include "workshop.hpp"
using namespace workshop;

awaitable<void> oven() {
    std::string failed;
    for (const std::string& key : co_await tasks()) {
        try {
            co_await get("/call/" + key);
        } catch (const HttpError&) {
            failed = key;
            break;
        }
    }
    if (!failed.empty()) co_await get("/failed?key=" + failed);
}

int main() { return run(oven); }
