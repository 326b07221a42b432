// Chains that wait for nobody else: a coroutine for each chain, and a fan-out inside of it.
#include <sstream>

#include "workshop.hpp"
using namespace workshop;

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);) lines.push_back(line);
    return lines;
}

std::string joined(const std::vector<std::string>& comments) {
    std::string all;
    for (const std::string& comment : comments) all += (all.empty() ? "" : "-") + comment;
    return all;
}

awaitable<std::string> comments_of(std::string user) {
    const std::string id = co_await get("/user/" + user);
    const std::string posts = co_await get("/posts/" + id);
    std::vector<awaitable<std::string>> calls;
    for (const std::string& post : lines_of(posts)) calls.push_back(get("/comments/" + post));
    co_return joined(co_await gather(std::move(calls)));
}

awaitable<void> page() {
    std::vector<awaitable<std::string>> chains;
    for (const std::string& user : co_await tasks()) chains.push_back(comments_of(user));
    co_await report(co_await gather(std::move(chains)));
}

int main() { return run(page); }
