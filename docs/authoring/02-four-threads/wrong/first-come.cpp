// The prices are kept in the order in which they come.
#include <mutex>
#include <thread>

#include "workshop.hpp"
using namespace workshop;

int main() {
    const std::vector<std::string> keys = tasks_blocking();
    std::vector<std::string> prices;
    std::size_t next = 0;
    std::mutex mutex;
    const auto work = [&] {
        std::unique_lock lock(mutex);
        while (next < keys.size()) {
            const std::string& key = keys[next++];
            lock.unlock();
            const std::string price = get_blocking("/call/" + key);
            lock.lock();
            prices.push_back(price);
        }
    };
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) threads.emplace_back(work);
    for (std::thread& thread : threads) thread.join();
    report_blocking(prices);
}
