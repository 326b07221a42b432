// A thread for each call.
#include <thread>

#include "workshop.hpp"
using namespace workshop;

int main() {
    const std::vector<std::string> keys = tasks_blocking();
    std::vector<std::string> prices(keys.size());
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < keys.size(); ++i)
        threads.emplace_back([&, i] { prices[i] = get_blocking("/call/" + keys[i]); });
    for (std::thread& thread : threads) thread.join();
    report_blocking(prices);
}
