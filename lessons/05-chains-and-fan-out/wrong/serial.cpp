// Everything is awaited where it stands, in plain loops: one call at a time.
#include <sstream>

#include "workshop.hpp"
using namespace workshop;

awaitable<void> page() {
    std::vector<std::string> results;
    for (const std::string& user : co_await tasks()) {
        const std::string id = co_await get("/user/" + user);
        std::istringstream posts(co_await get("/posts/" + id));
        std::string all;
        for (std::string post; std::getline(posts, post);) {
            const std::string comment = co_await get("/comments/" + post);
            all += (all.empty() ? "" : "-") + comment;
        }
        results.push_back(all);
    }
    co_await report(results);
}

int main() { return run(page); }
