// The comments fan out, and the users still stand in line.
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
    std::vector<awaitable<std::string>> calls;
    for (const std::string& post : lines_of(co_await get("/posts/" + id)))
        calls.push_back(get("/comments/" + post));
    co_return joined(co_await gather(std::move(calls)));
}

awaitable<void> page() {
    std::vector<std::string> results;
    for (const std::string& user : co_await tasks()) results.push_back(co_await comments_of(user));
    co_await report(results);
}

int main() { return run(page); }
