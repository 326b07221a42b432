// Four threads for all calls: each takes the next key that nobody has taken.
#include <atomic>
#include <thread>

#include "workshop.hpp"
using namespace workshop;

int main() {
    const std::vector<std::string> keys = tasks_blocking();
    std::vector<std::string> prices(keys.size());
    std::atomic<std::size_t> next = 0;
    const auto work = [&] {
        for (std::size_t i; (i = next++) < keys.size();)
            prices[i] = get_blocking("/call/" + keys[i]);
    };
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) threads.emplace_back(work);
    for (std::thread& thread : threads) thread.join();
    report_blocking(prices);
}
