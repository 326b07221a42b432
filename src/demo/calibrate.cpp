#include "demo/calibrate.hpp"

#include <algorithm>
#include <ctime>

namespace overlap {
namespace {

Nanoseconds thread_cpu_now() {
    timespec time{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return Nanoseconds{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

Nanoseconds cost_of(const std::function<void(std::int64_t)>& work, std::int64_t amount) {
    const Nanoseconds begin = thread_cpu_now();
    work(amount);
    return thread_cpu_now() - begin;
}

}  // namespace

std::int64_t calibrate(Nanoseconds wanted, const std::function<void(std::int64_t)>& work) {
    constexpr Nanoseconds enough = 4'000'000;
    constexpr int tries = 5;
    std::int64_t amount = 1;
    Nanoseconds cost = cost_of(work, amount);
    while (cost < enough && amount < (std::int64_t{1} << 40)) {
        amount *= 2;
        cost = cost_of(work, amount);
    }
    // The cheapest is the least disturbed.
    for (int i = 1; i < tries; ++i) cost = std::min(cost, cost_of(work, amount));
    const double scale = static_cast<double>(wanted) / static_cast<double>(std::max<Nanoseconds>(1, cost));
    return std::max<std::int64_t>(1, static_cast<std::int64_t>(static_cast<double>(amount) * scale));
}

}  // namespace overlap
