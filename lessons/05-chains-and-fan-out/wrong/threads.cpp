// A thread for each user: the chains overlap, and each thread makes one call at a time.
#include <sstream>
#include <thread>

#include "workshop.hpp"
using namespace workshop;

std::string comments_of(const std::string& user) {
    std::istringstream posts(get_blocking("/posts/" + get_blocking("/user/" + user)));
    std::string all;
    for (std::string post; std::getline(posts, post);)
        all += (all.empty() ? "" : "-") + get_blocking("/comments/" + post);
    return all;
}

int main() {
    const std::vector<std::string> users = tasks_blocking();
    std::vector<std::string> results(users.size());
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < users.size(); ++i)
        threads.emplace_back([&, i] { results[i] = comments_of(users[i]); });
    for (std::thread& thread : threads) thread.join();
    report_blocking(results);
}
