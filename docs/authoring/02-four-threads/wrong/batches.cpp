// Four at a time, and then the next four: each batch waits for its slowest call.
#include <algorithm>
#include <thread>

#include "workshop.hpp"
using namespace workshop;

int main() {
    const std::vector<std::string> keys = tasks_blocking();
    std::vector<std::string> prices(keys.size());
    for (std::size_t first = 0; first < keys.size(); first += 4) {
        std::vector<std::thread> batch;
        for (std::size_t i = first; i < std::min(first + 4, keys.size()); ++i)
            batch.emplace_back([&, i] { prices[i] = get_blocking("/call/" + keys[i]); });
        for (std::thread& thread : batch) thread.join();
    }
    report_blocking(prices);
}
