// Stage by stage: all ids, then all posts, then all comments. At each stage all wait for the slowest.
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

awaitable<void> page() {
    std::vector<awaitable<std::string>> ids;
    for (const std::string& user : co_await tasks()) ids.push_back(get("/user/" + user));
    std::vector<awaitable<std::string>> posts;
    for (const std::string& id : co_await gather(std::move(ids))) posts.push_back(get("/posts/" + id));
    std::vector<awaitable<std::string>> comments;
    for (const std::string& list : co_await gather(std::move(posts))) comments.push_back(comments_on(list));
    co_await report(co_await gather(std::move(comments)));
}

int main() { return run(page); }
