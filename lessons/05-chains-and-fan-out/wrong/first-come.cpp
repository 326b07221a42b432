// All at once, but each comment is put behind those that came before it: not the order of the posts.
#include <sstream>

#include "workshop.hpp"
using namespace workshop;

awaitable<void> comment_on(std::string post, std::string& all) {
    const std::string comment = co_await get("/comments/" + post);
    all += (all.empty() ? "" : "-") + comment;
}

awaitable<std::string> comments_of(std::string user) {
    const std::string id = co_await get("/user/" + user);
    std::istringstream posts(co_await get("/posts/" + id));
    std::string all;
    std::vector<awaitable<void>> calls;
    for (std::string post; std::getline(posts, post);) calls.push_back(comment_on(post, all));
    co_await gather(std::move(calls));
    co_return all;
}

awaitable<void> page() {
    std::vector<awaitable<std::string>> chains;
    for (const std::string& user : co_await tasks()) chains.push_back(comments_of(user));
    co_await report(co_await gather(std::move(chains)));
}

int main() { return run(page); }
