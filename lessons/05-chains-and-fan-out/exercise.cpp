// Chains that wait for nobody else: a chain keeps its order, and all chains run at once.
// Check it with: overlap exercise check 5
#include <sstream>

#include "workshop.hpp"
using namespace workshop;

// The posts come as one text, a post on each line.
std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);) lines.push_back(line);
    return lines;
}

// One user's chain: id, posts, comments. Gives the comments with a "-" between two.
awaitable<std::string> comments_of(std::string user) {
    const std::string id = co_await get("/user/" + user);
    const std::string posts = co_await get("/posts/" + id);
    std::string joined;
    // TODO: each comment waits for the one before it.
    for (const std::string& post : lines_of(posts)) {
        if (!joined.empty()) joined += "-";
        joined += co_await get("/comments/" + post);
    }
    co_return joined;
}

awaitable<void> page() {
    std::vector<std::string> results;
    // TODO: each user waits for the one before it.
    for (const std::string& user : co_await tasks()) {
        results.push_back(co_await comments_of(user));
    }
    co_await report(results);
}

int main() { return run(page); }
