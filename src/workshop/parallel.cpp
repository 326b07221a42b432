#include "workshop/parallel.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace overlap::workshop {

void in_parallel(std::size_t count, int jobs, const std::stop_token& stop,
                 const std::function<void(std::size_t)>& work) {
    std::atomic<std::size_t> next = 0;
    std::mutex mutex;
    std::exception_ptr error;
    std::vector<std::thread> threads;
    for (int i = 0; i < std::max(1, jobs); ++i) {
        threads.emplace_back([&] {
            for (std::size_t one = next++; one < count && !stop.stop_requested(); one = next++) {
                try {
                    work(one);
                } catch (...) {
                    const std::lock_guard guard(mutex);
                    if (!error) error = std::current_exception();
                    next = count;
                }
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
    if (error) std::rethrow_exception(error);
}

}  // namespace overlap::workshop
