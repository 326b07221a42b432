// Asks for all users at once, and lets one at a time have its comments: the semaphore is around too much.
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

awaitable<std::string> comments_on(std::string posts) {
    std::vector<awaitable<std::string>> calls;
    for (const std::string& post : lines_of(posts)) calls.push_back(get("/comments/" + post));
    co_return joined(co_await gather(std::move(calls)));
}

awaitable<std::string> comments_of(std::string user, Semaphore& turn) {
    const std::string id = co_await get("/user/" + user);
    const auto permit = co_await turn.acquire();
    co_return co_await comments_on(co_await get("/posts/" + id));
}

awaitable<void> page() {
    Semaphore turn(1);
    std::vector<awaitable<std::string>> chains;
    for (const std::string& user : co_await tasks()) chains.push_back(comments_of(user, turn));
    co_await report(co_await gather(std::move(chains)));
}

int main() { return run(page); }
