// Threads, and all rows at once. The heartbeat was in the way.
#include <thread>

#include "workshop.hpp"
using namespace workshop;

std::string read_row(const std::string& key) { return get_blocking("/call/" + key); }

int main() {
    const std::vector<std::string> keys = tasks_blocking();
    std::vector<std::string> rows(keys.size());
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < keys.size(); ++i)
        threads.emplace_back([&, i] { rows[i] = read_row(keys[i]); });
    for (std::thread& thread : threads) thread.join();
    report_blocking(rows);
}
